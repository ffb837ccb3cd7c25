// Draws the timeline on a canvas: only the rows in sight, so that ten thousand units cost no more than fifty.
import type { UnitRow } from "../api/types";
import { tick } from "../ui/format";
import { bar, place, sight, ticks, type Bar, type Row, type Span } from "./timeline";

/** The colours, read from the style sheet once for each theme. */
export interface Paint {
  ground: string;
  raised: string;
  line: string;
  text: string;
  muted: string;
  ok: string;
  run: string;
  fail: string;
  warn: string;
  wait: string;
  accent: string;
  hatch: string;
  font: string;
}

export const HEAD = 26;
export const ROW = 24;

/** Reads the colours that hold at an element. */
export function paintOf(element: Element): Paint {
  const style = getComputedStyle(element);
  const read = (name: string) => style.getPropertyValue(name).trim();
  return {
    ground: read("--tl-ground"),
    raised: read("--tl-raised"),
    line: read("--tl-line"),
    text: read("--tl-text"),
    muted: read("--tl-muted"),
    ok: read("--tl-ok"),
    run: read("--tl-run"),
    fail: read("--tl-fail"),
    warn: read("--tl-warn"),
    wait: read("--tl-wait"),
    accent: read("--tl-accent"),
    hatch: read("--tl-hatch"),
    font: style.fontFamily,
  };
}

export interface Scene {
  units: readonly UnitRow[];
  rows: readonly Row[];
  span: Span;
  now: number;
  live: boolean;
  scroll: number;
  width: number;
  height: number;
  gutter: number;
  selected: ReadonlySet<number>;
  active: number | null;
  /** Rows are units, not lanes. */
  byUnit: boolean;
  hover: number | null;
  paint: Paint;
}

/** The bars of the rows in sight, for finding what is under the pointer. */
export function barsOf(row: Row, units: readonly UnitRow[], now: number): Bar[] {
  return row.units.flatMap((at) => {
    const unit = units[at];
    const made = unit === undefined ? null : bar(unit, at, now);
    return made === null ? [] : [made];
  });
}

let hatch: { key: string; pattern: CanvasPattern | null } = { key: "", pattern: null };

function hatched(context: CanvasRenderingContext2D, colour: string): CanvasPattern | string {
  if (hatch.key !== colour) {
    const tile = document.createElement("canvas");
    tile.width = 8;
    tile.height = 8;
    const pen = tile.getContext("2d");
    if (pen !== null) {
      pen.strokeStyle = colour;
      pen.lineWidth = 1.4;
      pen.beginPath();
      for (const from of [-8, 0, 8]) {
        pen.moveTo(from, 8);
        pen.lineTo(from + 8, 0);
      }
      pen.stroke();
    }
    hatch = { key: colour, pattern: context.createPattern(tile, "repeat") };
  }
  return hatch.pattern ?? colour;
}

/** Text cut to a width, in its middle: names differ at their ends. */
function cut(context: CanvasRenderingContext2D, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text;
  const without = (gone: number) => {
    const [from, to] = [Math.ceil((text.length - gone) / 2), Math.ceil((text.length + gone) / 2)];
    return `${text.slice(0, from)}…${text.slice(to)}`;
  };
  let low = 0;
  let high = text.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (context.measureText(without(middle)).width <= width) high = middle;
    else low = middle + 1;
  }
  return low === text.length ? "" : without(low);
}

/** Draws all of it. */
export function draw(canvas: HTMLCanvasElement, scene: Scene): void {
  const { width, height, gutter, span, paint, rows, units, now } = scene;
  const ratio = window.devicePixelRatio || 1;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  const context = canvas.getContext("2d");
  if (context === null) return;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.fillStyle = paint.ground;
  context.fillRect(0, 0, width, height);
  const plot = Math.max(1, width - gutter);
  const x = (ms: number) => gutter + place(ms, span, plot);
  const axis = ticks(span, plot);

  context.fillStyle = paint.line;
  for (const at of axis.at) context.fillRect(Math.round(x(at)), HEAD, 1, height);

  const { first, end } = sight(scene.scroll, height - HEAD, ROW, rows.length);
  context.save();
  context.beginPath();
  context.rect(0, HEAD, width, height - HEAD);
  context.clip();
  for (let at = first; at < end; at += 1) {
    const row = rows[at] as Row;
    const top = HEAD + at * ROW - scene.scroll;
    const alone = scene.byUnit && row.units.length === 1 ? (row.units[0] as number) : null;
    if (alone !== null && scene.selected.has(alone)) {
      context.fillStyle = paint.raised;
      context.fillRect(0, top, width, ROW);
      context.fillStyle = paint.accent;
      context.fillRect(0, top, 3, ROW);
    } else if (alone !== null && scene.hover === alone) {
      context.fillStyle = paint.raised;
      context.fillRect(0, top, width, ROW);
    }
  }
  context.save();
  context.beginPath();
  context.rect(gutter, HEAD, plot, height - HEAD);
  context.clip();
  for (let at = first; at < end; at += 1) {
    const row = rows[at] as Row;
    const top = HEAD + at * ROW - scene.scroll + 4;
    for (const one of barsOf(row, units, now)) drawBar(context, scene, one, x, top, ROW - 8, !scene.byUnit);
  }
  if (scene.live) {
    const here = Math.round(x(now));
    context.fillStyle = paint.accent;
    context.fillRect(here, HEAD, 1.5, height);
  }
  context.restore();

  context.font = `12px ${paint.font}`;
  context.textBaseline = "middle";
  for (let at = first; at < end; at += 1) {
    const row = rows[at] as Row;
    const top = HEAD + at * ROW - scene.scroll;
    const only = scene.byUnit && row.units.length === 1 ? units[row.units[0] as number] : undefined;
    context.fillStyle = paint.text;
    const text = cut(context, row.label, gutter - 20);
    context.fillText(text, 10, top + ROW / 2 + 0.5);
    if (only?.critical === true) {
      context.fillRect(10, top + ROW / 2 + 8, context.measureText(text).width, 1.5);
    }
  }
  context.restore();

  context.fillStyle = paint.ground;
  context.fillRect(0, 0, width, HEAD);
  context.fillStyle = paint.line;
  context.fillRect(0, HEAD - 1, width, 1);
  context.fillRect(gutter - 1, 0, 1, height);
  context.fillStyle = paint.muted;
  context.font = `11px ${paint.font}`;
  context.textBaseline = "middle";
  let free = gutter;
  for (const at of axis.at) {
    const text = tick(at, axis.step);
    const wide = context.measureText(text).width;
    const left = Math.round(x(at)) + 4;
    if (left < free || left + wide > width - 2) continue;
    context.fillText(text, left, HEAD / 2);
    free = left + wide + 12;
  }
}

function drawBar(context: CanvasRenderingContext2D, scene: Scene, one: Bar, x: (ms: number) => number, top: number, tall: number, shared: boolean): void {
  const { paint, units } = scene;
  const unit = units[one.unit] as UnitRow;
  const left = x(one.from);
  const wide = Math.max(3, x(one.to) - left);
  if (left > scene.width || left + wide < scene.gutter) return;
  const colour = { waiting: paint.wait, running: paint.run, ran: paint.ok, failed: paint.fail, stopped: paint.warn, hatch: paint.hatch }[one.look];
  const box = () => {
    context.beginPath();
    context.roundRect(left, top, wide, tall, Math.min(3, wide / 2));
  };
  box();
  if (one.look === "waiting") {
    context.globalAlpha = 0.35;
    context.fillStyle = colour;
    context.fill();
    context.globalAlpha = 1;
  } else if (one.look === "hatch") {
    context.save();
    context.clip();
    context.fillStyle = hatched(context, colour);
    context.fillRect(left, top, wide, tall);
    context.restore();
    box();
    context.strokeStyle = colour;
    context.lineWidth = 1;
    context.stroke();
  } else if (one.look === "failed") {
    context.globalAlpha = 0.3;
    context.fillStyle = colour;
    context.fill();
    context.globalAlpha = 1;
    context.strokeStyle = colour;
    context.lineWidth = 2;
    context.stroke();
  } else {
    context.fillStyle = colour;
    context.fill();
  }
  if (unit.expected_ms !== null && unit.started_ms !== null && one.look === "running") {
    const usual = x(unit.started_ms + unit.expected_ms);
    if (usual > left + wide) {
      context.strokeStyle = colour;
      context.setLineDash([3, 3]);
      context.lineWidth = 1;
      context.strokeRect(left + wide, top + 0.5, usual - left - wide, tall - 1);
      context.setLineDash([]);
    }
  }
  if (unit.critical) {
    context.fillStyle = paint.text;
    context.fillRect(left, top + tall + 1, wide, 2);
  }
  if (scene.selected.has(one.unit) || scene.hover === one.unit || scene.active === one.unit) {
    context.strokeStyle = paint.accent;
    context.lineWidth = scene.active === one.unit ? 2.5 : 1;
    context.beginPath();
    context.roundRect(left - 2, top - 2, wide + 4, tall + 4, 4);
    context.stroke();
  }
  if (shared && wide > 44 && one.look !== "hatch" && one.look !== "waiting") {
    context.save();
    context.font = `11px ${paint.font}`;
    context.textBaseline = "middle";
    context.fillStyle = one.look === "failed" ? paint.text : paint.ground;
    const shown = Math.max(left, scene.gutter);
    context.fillText(cut(context, unit.unit, left + wide - shown - 10), shown + 5, top + tall / 2 + 0.5);
    context.restore();
  }
}

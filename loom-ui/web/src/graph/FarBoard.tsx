// So far away that a card is a speck: all of the board is one picture, which is moved as it is and painted anew when the view
// leaves it. A browser that draws by itself, without a graphics card, takes seconds for as many shapes in the document.
import { useStoreApi } from "@xyflow/react";
import { memo, useEffect, useRef } from "react";
import { useStore } from "../api/store";
import type { Board, Card, Wire } from "../api/types";
import { useDark } from "../ui/hooks";
import { boxOf } from "./route";
import { useGraph } from "./state";
import { STATES } from "./words";

/** How long a zoom rests before the picture gets sharp again, in milliseconds. */
const REST = 120;

interface Painted {
  x: number;
  y: number;
  zoom: number;
  /** The size of the view, of which the picture is twice as wide and as high. */
  width: number;
  height: number;
}

/** All cards and frames but these, as plain rectangles of their colours, and all wires. */
export const FarBoard = memo(function FarBoard({ board, without }: { board: Board; without: ReadonlySet<string> }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const view = useStoreApi();
  const dark = useDark();
  // What is painted changes with these; how far they are is looked up when it is painted.
  const steps = useStore((store) => store.steps);
  const data = useStore((store) => store.data);
  const filter = useGraph((now) => now.filter);
  const moved = useGraph((now) => now.moved);
  const latest = useRef<() => void>(() => undefined);
  const repaint = useRef<() => void>(() => undefined);

  latest.current = () => {
    const context = canvas.current?.getContext("2d");
    if (canvas.current == null || context == null) return;
    const { transform, width, height } = view.getState();
    const [x, y, zoom] = transform;
    const ink = inks(canvas.current);
    [canvas.current.width, canvas.current.height] = [Math.round(width * 2), Math.round(height * 2)];
    context.setTransform(zoom, 0, 0, zoom, x + width / 2, y + height / 2);
    const seen = { x: (-x - width / 2) / zoom, y: (-y - height / 2) / zoom, right: (width * 1.5 - x) / zoom, bottom: (height * 1.5 - y) / zoom };
    const isSeen = (box: { x: number; y: number; right: number; bottom: number }) => box.x <= seen.right && box.right >= seen.x && box.y <= seen.bottom && box.bottom >= seen.y;
    const dim = (...ids: string[]) => filter !== null && !ids.every((id) => filter.ids.has(id));
    for (const frame of board.frames.filter((frame) => !without.has(frame.id))) {
      context.fillStyle = ink("--surface-3");
      context.globalAlpha = 0.6;
      context.fillRect(frame.x, frame.y, frame.w, frame.h);
    }
    for (const wire of board.wires) {
      if (!isSeen(boxOf(wire.route))) continue;
      context.globalAlpha = dim(wire.from, wire.to) ? 0.15 : 1;
      context.strokeStyle = ink(wire.kind === "parameter" ? "--wire-quiet" : wire.kind === "feedback" ? "--stale" : "--wire");
      context.lineWidth = Math.max(wire.kind === "parameter" ? 1.5 : 3, 0.5 / zoom);
      line(context, wire);
    }
    for (const card of board.cards) {
      const shift = moved.get(card.id);
      const [left, top] = [card.x + (shift?.dx ?? 0), card.y + (shift?.dy ?? 0)];
      if (without.has(card.id) || !isSeen({ x: left, y: top, right: left + card.w, bottom: top + card.h })) continue;
      const [name, alpha] = colourOf(card, steps.get(card.id)?.state ?? "unknown", data.get(card.id)?.exists === true);
      context.fillStyle = ink(name);
      context.globalAlpha = dim(card.id) ? 0.15 : alpha;
      context.fillRect(left, top, card.w, card.h);
    }
  };

  useEffect(() => {
    let painted: Painted | null = null;
    let [frame, rest, last] = [0, 0, 0];
    const paint = () => {
      clearTimeout(rest);
      rest = 0;
      const { transform, width, height } = view.getState();
      if (width === 0 || height === 0) return;
      painted = { x: transform[0], y: transform[1], zoom: transform[2], width, height };
      latest.current();
      last = performance.now();
      follow();
    };
    const follow = () => {
      const { transform, width, height } = view.getState();
      const [x, y, zoom] = transform;
      if (canvas.current === null) return;
      if (painted === null || painted.width !== width || painted.height !== height) return paint();
      const scale = zoom / painted.zoom;
      const [left, top] = [x - scale * (painted.x + width / 2), y - scale * (painted.y + height / 2)];
      const covers = left <= 0 && top <= 0 && left + 2 * width * scale >= width && top + 2 * height * scale >= height;
      if (!covers && (scale === 1 || performance.now() - last > 2 * REST)) return paint();
      canvas.current.style.transform = `translate(${left}px, ${top}px) scale(${scale})`;
      if (scale !== 1) {
        clearTimeout(rest);
        rest = window.setTimeout(paint, REST);
      }
    };
    const soon = (what: () => void) => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(what);
    };
    repaint.current = () => soon(paint);
    const leave = view.subscribe((now, before) => {
      if (now.transform !== before.transform || now.width !== before.width || now.height !== before.height) soon(follow);
    });
    paint();
    return () => {
      leave();
      cancelAnimationFrame(frame);
      clearTimeout(rest);
    };
  }, [view]);
  useEffect(() => repaint.current(), [board, without, steps, data, filter, moved, dark]);
  return <canvas ref={canvas} className="far-board" aria-hidden="true" />;
});

/** Colours by their names in the style sheet. */
function inks(element: Element): (name: string) => string {
  const style = getComputedStyle(element);
  const known = new Map<string, string>();
  return (name) => {
    const colour = known.get(name) ?? style.getPropertyValue(name).trim();
    known.set(name, colour);
    return colour;
  };
}

const LOOKS: Record<string, string> = { ok: "--ok", fail: "--fail", run: "--run", stale: "--stale" };

function colourOf(card: Card, state: keyof typeof STATES, exists: boolean): [string, number] {
  if (card.kind === "data") return exists ? ["--data", 0.6] : ["--line-strong", 0.6];
  if (card.kind === "parameter") return ["--param", 0.6];
  return [LOOKS[STATES[state].look] ?? "--skip", 1];
}

/** From so far, a wire's curves are its corners. Each is a stroke of its own: one stroke of many takes many times as long. */
function line(context: CanvasRenderingContext2D, wire: Wire): void {
  const [first, ...others] = wire.route;
  if (first === undefined) return;
  context.beginPath();
  context.moveTo(first.x, first.y);
  for (const point of others) context.lineTo(point.x, point.y);
  context.stroke();
}

// The arithmetic of the timeline: which piece of time is shown, which rows, and where bars stand. Pure.
import type { UnitRow } from "../api/types";

/** How rows are made and ordered. */
export type RowOrder = "start" | "lane" | "duration";

/** The piece of time that is shown, in milliseconds since the run began. */
export interface Span {
  from: number;
  to: number;
}

/** A row: a unit, or a lane with all that ran in it. */
export interface Row {
  label: string;
  /** Indices of units. */
  units: number[];
}

/** The shortest piece that can be shown. */
export const CLOSEST = 20;

/** All of the run, with a little room at the end. */
export function whole(tookMs: number): Span {
  return { from: 0, to: Math.max(CLOSEST, tookMs * 1.04) };
}

/** Zoomed by `factor` (under 1 is closer) so that the moment `at` stays where it is; never beyond `most`. */
export function zoomed(span: Span, at: number, factor: number, most: Span): Span {
  const length = span.to - span.from;
  const all = most.to - most.from;
  const wanted = Math.min(all, Math.max(Math.min(CLOSEST, all), length * factor));
  const part = length > 0 ? (at - span.from) / length : 0.5;
  return kept({ from: at - part * wanted, to: at - part * wanted + wanted }, most);
}

/** Moved by `by`, no further than the ends. */
export function moved(span: Span, by: number, most: Span): Span {
  return kept({ from: span.from + by, to: span.to + by }, most);
}

/** The same length, pushed back between the ends. */
export function kept(span: Span, most: Span): Span {
  const length = Math.min(span.to - span.from, most.to - most.from);
  const from = Math.min(Math.max(span.from, most.from), most.to - length);
  return { from, to: from + length };
}

/** Where a moment stands, in pixels. */
export function place(ms: number, span: Span, width: number): number {
  return ((ms - span.from) / Math.max(1e-9, span.to - span.from)) * width;
}

/** Which moment stands at a pixel. */
export function moment(x: number, span: Span, width: number): number {
  return span.from + (x / Math.max(1, width)) * (span.to - span.from);
}

const STEPS = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000,
  1_800_000, 3_600_000, 7_200_000, 14_400_000, 28_800_000, 86_400_000,
];

/** Round moments for the axis, at least `apart` pixels from each other. */
export function ticks(span: Span, width: number, apart = 72): { step: number; at: number[] } {
  const least = ((span.to - span.from) / Math.max(1, width)) * apart;
  const step = STEPS.find((s) => s >= least) ?? Math.ceil(least / 86_400_000) * 86_400_000;
  const at: number[] = [];
  for (let t = Math.ceil(span.from / step) * step; t <= span.to; t += step) at.push(t);
  return { step, at };
}

/** The rows, in order. */
export function rows(units: readonly UnitRow[], lanes: number, order: RowOrder): Row[] {
  if (order === "lane") {
    const made: Row[] = Array.from({ length: lanes }, (_, lane) => ({ label: `lane ${lane + 1}`, units: [] }));
    const idle: number[] = [];
    units.forEach((unit, at) => {
      const row = unit.lane === null ? undefined : made[unit.lane];
      if (row === undefined) idle.push(at);
      else row.units.push(at);
    });
    for (const row of made) row.units.sort((a, b) => (units[a]?.started_ms ?? 0) - (units[b]?.started_ms ?? 0));
    return made;
  }
  const all = units.map((_, at) => at);
  const began = (at: number) => units[at]?.started_ms ?? Number.MAX_SAFE_INTEGER;
  const took = (at: number) => units[at]?.took_ms ?? 0;
  all.sort((a, b) => (order === "start" ? began(a) - began(b) : took(b) - took(a)) || a - b);
  return all.map((at) => ({ label: units[at]?.unit ?? "", units: [at] }));
}

/** Which rows are in sight: the first and the one behind the last. */
export function sight(scroll: number, height: number, rowHeight: number, total: number): { first: number; end: number } {
  const first = Math.min(total, Math.max(0, Math.floor(scroll / rowHeight)));
  return { first, end: Math.min(total, Math.ceil((scroll + height) / rowHeight)) };
}

/** What a bar looks like. */
export type Look = "waiting" | "running" | "ran" | "failed" | "stopped" | "hatch";

export interface Bar {
  unit: number;
  from: number;
  to: number;
  look: Look;
}

/** The bar of a unit, in milliseconds; none if there is nothing to show of it. What waits, waits until now. */
export function bar(unit: UnitRow, at: number, now: number): Bar | null {
  const began = unit.started_ms;
  switch (unit.state) {
    case "running":
      return { unit: at, from: began ?? now, to: Math.max(began ?? now, now), look: "running" };
    case "queued":
      return { unit: at, from: began ?? 0, to: now, look: "waiting" };
    case "failed":
    case "stopped":
      return began === null ? null : { unit: at, from: began, to: began + unit.took_ms, look: unit.state };
    case "fresh":
      return began === null ? { unit: at, from: 0, to: now, look: "hatch" } : { unit: at, from: began, to: began + unit.took_ms, look: "ran" };
    case "skipped":
    case "not_met":
      return { unit: at, from: began ?? 0, to: began === null ? now : began + unit.took_ms, look: "hatch" };
    default:
      return began === null ? null : { unit: at, from: began, to: began + unit.took_ms, look: "ran" };
  }
}

/** The unit whose bar is under a moment, or the nearest one within `near` milliseconds. */
export function hit(bars: readonly Bar[], at: number, near: number): number | null {
  let best: number | null = null;
  let least = near;
  for (const one of bars) {
    const away = at < one.from ? one.from - at : at > one.to ? at - one.to : 0;
    if (away <= least) {
      least = away;
      best = one.unit;
      if (away === 0) break;
    }
  }
  return best;
}

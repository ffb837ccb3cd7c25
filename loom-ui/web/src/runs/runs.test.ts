import { describe, expect, it } from "vitest";
import type { LogLine, LogPage, RunInfo, UnitRow } from "../api/types";
import { Logbook, marked, merged, nextMatch, PAGE, tickMarks, wholeText } from "./logbook";
import { matching, ordered, patched } from "./order";
import { bar, hit, kept, moment, moved, place, rows, sight, ticks, whole, zoomed } from "./timeline";
import { sentence, tally, unitMark } from "./words";

export function unit(name: string, state: UnitRow["state"], started: number | null, took = 100, lane: number | null = null): UnitRow {
  return { unit: name, node: `step:${name}`, state, started_ms: started, took_ms: took, expected_ms: null, lane, critical: false, outcome: null, why: [], command: null, retries: 0, log: true };
}
export function run(changes: Partial<RunInfo>): RunInfo {
  return {
    run: "r",
    number: 1,
    began: 0,
    state: "running",
    ours: true,
    took_ms: 41_000,
    left_ms: 80_000,
    counts: { units: 12, ok: 6, failed: 1, running: 2, skipped: 0, stale: 3 },
    up_to_date: 0,
    workers: 2,
    changed: null,
    trouble: null,
    ...changes,
  };
}

describe("the sentence", () => {
  it("says how a run stands", () => {
    expect(sentence(run({}))).toBe("Running 9 of 12 · 2 running · 1 failed · 00:41, about 1:20 left");
    expect(sentence(run({ left_ms: null, counts: { units: 12, ok: 0, failed: 0, running: 1, skipped: 0, stale: 11 } }), 2000)).toBe("Running 1 of 12 · 1 running · 00:02");
  });
  it("says how it ended", () => {
    expect(sentence(run({ state: "ok", up_to_date: 7, took_ms: 12_300, counts: { units: 12, ok: 12, failed: 0, running: 0, skipped: 0, stale: 0 } }))).toBe("Done · ran 5 · up to date 7 · took 12.3 s");
    expect(sentence(run({ state: "ok", up_to_date: 12, took_ms: 300, counts: { units: 12, ok: 12, failed: 0, running: 0, skipped: 0, stale: 0 } }))).toContain("nothing had to run");
    expect(tally(run({ state: "failed", up_to_date: 2 }))).toBe("ran 5, up to date 2, failed 1");
  });
  it("tells what ran from what was up to date", () => {
    expect(unitMark(unit("a", "fresh", 0)).word).toBe("done");
    expect(unitMark(unit("a", "fresh", null)).word).toBe("up to date");
  });
});

describe("the order of units", () => {
  const units = [unit("b", "fresh", 10, 500), unit("a10", "queued", null), unit("a9", "failed", 90, 20), unit("c", "running", 50)];
  it("puts failures first, then goes by start", () => {
    expect(ordered(units, { key: "auto", down: false })).toEqual([2, 0, 3, 1]);
    expect(ordered(units, { key: "unit", down: false })).toEqual([2, 1, 0, 3]);
    expect(ordered(units, { key: "duration", down: true })[0]).toBe(0);
  });
  it("is narrowed by words", () => {
    expect(matching(units, [0, 1, 2, 3], "a FAILED")).toEqual([2]);
    expect(matching(units, [3, 0], " ")).toEqual([3, 0]);
  });
  it("keeps what is not new", () => {
    const next = patched(units, [unit("c", "fresh", 50), unit("d", "queued", null)]);
    expect(next.map((row) => row.unit)).toEqual(["b", "a10", "a9", "c", "d"]);
    expect(next[0]).toBe(units[0]);
    expect(next[3]?.state).toBe("fresh");
    expect(patched(units, [])).toBe(units);
  });
});

describe("the timeline", () => {
  const most = whole(10_000);
  it("zooms round a moment that stays in its place", () => {
    const view = zoomed(most, 5000, 0.5, most);
    expect(view.to - view.from).toBeCloseTo((most.to - most.from) / 2);
    expect(place(5000, view, 1000)).toBeCloseTo(place(5000, most, 1000));
    expect(zoomed(view, 5000, 100, most)).toEqual(most);
    const closest = zoomed(most, 100, 1e-9, most);
    expect(closest.to - closest.from).toBe(20);
  });
  it("does not leave the run", () => {
    expect(moved({ from: 0, to: 100 }, -50, most)).toEqual({ from: 0, to: 100 });
    expect(moved({ from: 0, to: 100 }, 1e9, most).to).toBeCloseTo(most.to);
    expect(kept({ from: -5, to: 1e9 }, most)).toEqual(most);
  });
  it("goes from moments to pixels and back", () => {
    expect(moment(place(1234, most, 700), most, 700)).toBeCloseTo(1234);
  });
  it("has round marks that are far enough apart", () => {
    const { step, at } = ticks({ from: 0, to: 60_000 }, 600);
    expect(step).toBe(10_000);
    expect(at).toEqual([0, 10_000, 20_000, 30_000, 40_000, 50_000, 60_000]);
  });
  it("makes rows of units and of lanes", () => {
    const units = [unit("a", "fresh", 50, 10, 0), unit("b", "fresh", 0, 40, 0), unit("c", "running", 10, 5, 1), unit("d", "queued", null)];
    expect(rows(units, 2, "start").map((row) => row.label)).toEqual(["b", "c", "a", "d"]);
    expect(rows(units, 2, "duration")[0]?.label).toBe("d");
    expect(rows(units, 2, "lane").map((row) => row.units)).toEqual([[1, 0], [2]]);
  });
  it("draws no more rows than are in sight", () => {
    expect(sight(240, 100, 24, 10_000)).toEqual({ first: 10, end: 15 });
    expect(sight(0, 1000, 24, 3)).toEqual({ first: 0, end: 3 });
  });
  it("lets what runs grow, and what waits wait", () => {
    expect(bar(unit("a", "running", 100, 1), 0, 900)).toMatchObject({ from: 100, to: 900, look: "running" });
    expect(bar(unit("a", "queued", null), 0, 900)).toMatchObject({ from: 0, to: 900, look: "waiting" });
    expect(bar(unit("a", "fresh", null), 0, 900)?.look).toBe("hatch");
    expect(bar(unit("a", "failed", 5, 10), 0, 900)).toMatchObject({ from: 5, to: 15, look: "failed" });
  });
  it("finds what is under the pointer", () => {
    const bars = [
      { unit: 3, from: 0, to: 10, look: "ran" as const },
      { unit: 4, from: 20, to: 30, look: "ran" as const },
    ];
    expect(hit(bars, 5, 2)).toBe(3);
    expect(hit(bars, 18.5, 2)).toBe(4);
    expect(hit(bars, 15, 2)).toBeNull();
  });
});

const line = (text: string, error = false): LogLine => ({ spans: [{ text, style: "" }], error });
const page = (from: number, texts: string[], total: number, changes: Partial<LogPage> = {}): LogPage => ({ from, lines: texts.map((text) => line(text)), total, first_error: null, matches: [], open: true, ...changes });

describe("the log", () => {
  it("asks for the pieces that are missing, once", () => {
    const book = new Logbook();
    book.take(page(0, Array.from({ length: PAGE }, (_, at) => `${at}`), 3 * PAGE));
    expect(book.wanted(0, 10)).toEqual([]);
    expect(book.wanted(PAGE - 5, PAGE + 5)).toEqual([PAGE]);
    book.ask(PAGE);
    expect(book.wanted(PAGE - 5, 3 * PAGE)).toEqual([2 * PAGE]);
    book.answered(PAGE);
    expect(book.wanted(PAGE, PAGE + 1)).toEqual([PAGE]);
  });
  it("takes live lines wherever they come, and asks for holes", () => {
    const book = new Logbook();
    book.take(page(0, ["a", "b"], 2));
    book.take(page(4, ["e"], 5));
    expect(book.total).toBe(5);
    expect(book.line(4)?.spans[0]?.text).toBe("e");
    expect(book.line(3)).toBeUndefined();
    expect(book.wanted(0, 5)).toEqual([0]);
    book.take(page(2, ["c", "d"], 5));
    expect(book.wanted(0, 5)).toEqual([]);
    expect(wholeText(book)).toBe("a\nb\nc\nd\ne");
  });
  it("knows where errors are", () => {
    const book = new Logbook();
    book.take({ ...page(0, ["a"], 900, { first_error: 700 }), lines: [line("a"), line("b", true)] });
    expect(book.errorLines()).toEqual([1, 700]);
  });
  it("marks what was searched for across spans", () => {
    const pieces = marked({ spans: [{ text: "an Err", style: "red" }, { text: "or here", style: "" }], error: false }, "error");
    expect(pieces).toEqual([
      { text: "an ", style: "red", hit: false },
      { text: "Err", style: "red", hit: true },
      { text: "or", style: "", hit: true },
      { text: " here", style: "", hit: false },
    ]);
  });
  it("goes round the matches", () => {
    expect(nextMatch([3, 8], 3, true)).toBe(8);
    expect(nextMatch([3, 8], 8, true)).toBe(3);
    expect(nextMatch([3, 8], 3, false)).toBe(8);
    expect(nextMatch([], 3, true)).toBeNull();
  });
  it("has no more ticks than there is room for", () => {
    expect(tickMarks(Array.from({ length: 5000 }, (_, at) => at), 5000, 100).length).toBeLessThanOrEqual(101);
    expect(tickMarks([1], 0)).toEqual([]);
  });
  it("merges by arrival, without what it has", () => {
    let all = merged([], "a", page(0, ["1", "2"], 2), 0);
    all = merged(all, "b", page(0, ["x"], 1), 0);
    all = merged(all, "a", page(1, ["2", "3"], 3), 2);
    expect(all.map((one) => `${one.unit}${one.line.spans[0]?.text}`)).toEqual(["a1", "a2", "bx", "a3"]);
    expect(merged(all, "c", page(0, ["z"], 1), 0, 2).length).toBe(2);
  });
});

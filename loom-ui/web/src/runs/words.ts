// What states are called, and the one sentence that says how a run stands. Pure.
import type { RunInfo, RunState, UnitRow, UnitState } from "../api/types";
import { clock, count, duration, rest } from "../ui/format";

/** How a state is shown: never by colour alone. */
export interface Mark {
  glyph: string;
  word: string;
  /** Which colour: `var(--…)` is chosen by the style sheet. */
  tone: "ok" | "fail" | "run" | "wait" | "idle" | "warn";
}

const MARKS: Record<UnitState, Mark> = {
  running: { glyph: "▶", word: "running", tone: "run" },
  queued: { glyph: "○", word: "waiting", tone: "wait" },
  failed: { glyph: "✕", word: "failed", tone: "fail" },
  stopped: { glyph: "■", word: "stopped", tone: "warn" },
  skipped: { glyph: "⤼", word: "skipped", tone: "idle" },
  not_met: { glyph: "⊘", word: "not needed", tone: "idle" },
  stale: { glyph: "●", word: "to run", tone: "wait" },
  fresh: { glyph: "✓", word: "done", tone: "ok" },
  left_out: { glyph: "–", word: "left out", tone: "idle" },
  unknown: { glyph: "?", word: "unknown", tone: "idle" },
};

/** The mark of a unit in a run. One that is fine and never began was up to date. */
export function unitMark(row: Pick<UnitRow, "state" | "started_ms">): Mark {
  if (row.state === "fresh" && row.started_ms === null) return { glyph: "≡", word: "up to date", tone: "idle" };
  return MARKS[row.state];
}

const RUNS: Record<RunState, Mark> = {
  waiting: { glyph: "○", word: "waiting", tone: "wait" },
  running: { glyph: "▶", word: "running", tone: "run" },
  ok: { glyph: "✓", word: "done", tone: "ok" },
  failed: { glyph: "✕", word: "failed", tone: "fail" },
  stopped: { glyph: "■", word: "stopped", tone: "warn" },
  lost: { glyph: "?", word: "broken off", tone: "fail" },
};

/** The mark of a run. */
export function runMark(state: RunState): Mark {
  return RUNS[state];
}

/** Whether something is still to happen. */
export function isLive(state: RunState): boolean {
  return state === "running" || state === "waiting";
}

/** `Running 7 of 12 · 2 running · 1 failed · 00:41, about 1:20 left`. */
export function sentence(info: RunInfo, tookMs: number = info.took_ms): string {
  const { units, ok, failed, running, skipped } = info.counts;
  const done = ok + failed + skipped;
  // What is under way counts, as in the line at the foot of the page.
  const reached = Math.min(done + running, units);
  if (info.state === "waiting") return `Waiting to begin · ${count(units, "unit")}`;
  if (info.state === "running") {
    const parts = [`Running ${reached.toLocaleString("en-GB")} of ${units.toLocaleString("en-GB")}`];
    if (running > 0) parts.push(`${running} running`);
    if (failed > 0) parts.push(`${failed.toLocaleString("en-GB")} failed`);
    const left = info.left_ms === null ? "" : info.left_ms < 1000 ? ", nearly done" : `, about ${rest(info.left_ms)} left`;
    parts.push(`${clock(tookMs)}${left}`);
    return parts.join(" · ");
  }
  const ran = Math.max(0, ok - info.up_to_date);
  const parts: string[] = [];
  if (info.state === "ok") parts.push(ran === 0 && failed === 0 ? "Done, nothing had to run" : "Done");
  if (info.state === "failed") parts.push("Failed");
  if (info.state === "stopped") parts.push("Stopped");
  if (info.state === "lost") parts.push("Broken off: its process is gone");
  if (failed > 0) parts.push(`${failed.toLocaleString("en-GB")} failed`);
  if (ran > 0) parts.push(`ran ${ran.toLocaleString("en-GB")}`);
  if (info.up_to_date > 0) parts.push(`up to date ${info.up_to_date}`);
  if (skipped > 0) parts.push(`skipped ${skipped}`);
  parts.push(`took ${duration(info.took_ms)}`);
  return parts.join(" · ");
}

/** The same for the foot of the page, where there is little room. */
export function line(run: RunInfo): string {
  const { counts } = run;
  const done = counts.ok + counts.failed + counts.skipped;
  switch (run.state) {
    case "waiting":
      return "Waiting for another run to end";
    case "running":
      return `Running ${Math.min(done + counts.running, counts.units)} of ${counts.units} · ${counts.running} at work${counts.failed > 0 ? ` · ${counts.failed} failed` : ""}`;
    case "ok":
      return counts.ok === run.up_to_date ? `Run ${run.number}: all up to date` : `Run ${run.number}: all well, ${clock(run.took_ms)}`;
    case "failed":
      return `Run ${run.number}: ${counts.failed} failed${counts.skipped > 0 ? `, ${counts.skipped} not run` : ""}`;
    case "stopped":
      return `Run ${run.number}: stopped`;
    case "lost":
      return `Run ${run.number}: ended nobody knows how`;
  }
}

/** How full the bar is, piece by piece; the rest is empty. Together at most 1. */
export function progress(info: RunInfo): { ok: number; failed: number; skipped: number; running: number } {
  const all = Math.max(1, info.counts.units);
  const part = (n: number) => Math.min(1, Math.max(0, n / all));
  return {
    ok: part(info.counts.ok),
    failed: part(info.counts.failed),
    skipped: part(info.counts.skipped),
    running: part(info.counts.running),
  };
}

/** `ran 5, up to date 7, failed 1`. */
export function tally(info: RunInfo): string {
  const ran = Math.max(0, info.counts.ok - info.up_to_date) + info.counts.failed;
  const parts = [`ran ${ran.toLocaleString("en-GB")}`];
  if (info.up_to_date > 0) parts.push(`up to date ${info.up_to_date.toLocaleString("en-GB")}`);
  if (info.counts.failed > 0) parts.push(`failed ${info.counts.failed}`);
  if (info.counts.skipped > 0) parts.push(`skipped ${info.counts.skipped}`);
  return parts.join(", ");
}

// Times and sizes, and how a run stands, in words.
import type { RunInfo } from "../api/types";

/** `00:41`, `1:02:05`. */
export function clock(ms: number): string {
  const all = Math.max(0, Math.round(ms / 1000));
  const two = (n: number) => String(n).padStart(2, "0");
  const [h, m, s] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${two(m)}:${two(s)}`;
}

/** How a run stands, in a sentence. */
export function runSentence(run: RunInfo): string {
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

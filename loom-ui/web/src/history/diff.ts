// Differences of two runs, by unit. Pure.
import type { RunDiffLine } from "../api/types";

/** The lines of each unit together, in the order in which the units come first; at most `most` units. */
export function byUnit(lines: readonly RunDiffLine[], most = 500): { unit: string; lines: RunDiffLine[] }[] {
  const by = new Map<string, RunDiffLine[]>();
  for (const line of lines) {
    const have = by.get(line.unit);
    if (have !== undefined) have.push(line);
    else if (by.size < most) by.set(line.unit, [line]);
  }
  return [...by].map(([unit, own]) => ({ unit, lines: own }));
}

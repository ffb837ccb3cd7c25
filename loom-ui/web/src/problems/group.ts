// Problems by what they are about. Pure.
import type { Diagnostic } from "../api/types";

export interface Group {
  /** The card; none for what is wrong with the file as a whole. */
  node: string | null;
  label: string;
  problems: Diagnostic[];
  errors: number;
}

/** Groups in the order of their first problem; those with errors first. */
export function grouped(problems: readonly Diagnostic[], label: (node: string) => string): Group[] {
  const by = new Map<string | null, Group>();
  for (const problem of problems) {
    let group = by.get(problem.node);
    if (group === undefined) {
      group = { node: problem.node, label: problem.node === null ? "The file" : label(problem.node), problems: [], errors: 0 };
      by.set(problem.node, group);
    }
    group.problems.push(problem);
    if (problem.severity === "error") group.errors += 1;
  }
  return [...by.values()].sort((a, b) => Number(b.errors > 0) - Number(a.errors > 0));
}

/** The excerpt without its indentation, and where under it the place begins and how long it is. */
export function underline(problem: Diagnostic): { text: string; from: number; length: number } | null {
  if (problem.excerpt === null) return null;
  const place = problem.places[0]?.[0];
  const lead = problem.excerpt.length - problem.excerpt.trimStart().length;
  const text = problem.excerpt.trim();
  if (place === undefined) return { text, from: 0, length: 0 };
  const from = Math.min(text.length, Math.max(0, place.column - 1 - lead));
  const wide = place.end_line === place.line ? place.end_column - place.column : text.length - from;
  return { text, from, length: Math.max(1, Math.min(wide, Math.max(1, text.length - from))) };
}

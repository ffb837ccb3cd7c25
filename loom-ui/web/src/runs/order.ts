// In which order units are shown. Pure.
import type { UnitRow, UnitState } from "../api/types";

/** By what the table of units is sorted. */
export type SortKey = "auto" | "state" | "unit" | "start" | "duration" | "outcome";

export interface Sort {
  key: SortKey;
  down: boolean;
}

const RANK: Record<UnitState, number> = {
  failed: 0,
  stopped: 1,
  running: 2,
  queued: 3,
  stale: 4,
  fresh: 5,
  skipped: 6,
  not_met: 7,
  left_out: 8,
  unknown: 9,
};

const NEVER = Number.MAX_SAFE_INTEGER;
const began = (row: UnitRow) => row.started_ms ?? NEVER;

/** The indices of `units` in the order to show; equals keep the order in which they were heard of. */
export function ordered(units: readonly UnitRow[], sort: Sort): number[] {
  const by = (compare: (a: UnitRow, b: UnitRow) => number) => (a: number, b: number) => {
    const one = units[a] as UnitRow;
    const other = units[b] as UnitRow;
    return (sort.down ? -compare(one, other) : compare(one, other)) || a - b;
  };
  const all = units.map((_, at) => at);
  switch (sort.key) {
    case "auto": {
      const failed = (row: UnitRow) => (row.state === "failed" ? 0 : 1);
      return all.sort(by((a, b) => failed(a) - failed(b) || began(a) - began(b)));
    }
    case "state":
      return all.sort(by((a, b) => RANK[a.state] - RANK[b.state]));
    case "unit":
      return all.sort(by((a, b) => a.unit.localeCompare(b.unit, "en", { numeric: true })));
    case "start":
      return all.sort(by((a, b) => began(a) - began(b)));
    case "duration":
      return all.sort(by((a, b) => a.took_ms - b.took_ms));
    case "outcome":
      return all.sort(by((a, b) => (a.outcome ?? "").localeCompare(b.outcome ?? "")));
  }
}

/** Units whose name or state has all the words. */
export function matching(units: readonly UnitRow[], order: readonly number[], words: string): number[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return [...order];
  return order.filter((at) => {
    const row = units[at] as UnitRow;
    const text = `${row.unit} ${row.state} ${row.outcome ?? ""}`.toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}

/** What is new is put over what was known; the order stays, new ones come last. Untouched rows stay the same objects. */
export function patched(units: readonly UnitRow[], news: readonly UnitRow[]): UnitRow[] {
  if (news.length === 0) return units as UnitRow[];
  const by = new Map(news.map((row) => [row.unit, row]));
  const next = units.map((row) => {
    const fresh = by.get(row.unit);
    if (fresh === undefined) return row;
    by.delete(row.unit);
    return fresh;
  });
  for (const row of news) if (by.has(row.unit)) next.push(row);
  return next;
}

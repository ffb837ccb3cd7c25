// Where a filter stands on an axis. Pure.
import type { ComparisonColumn } from "../api/types";
import { isOpen, type Axis, type Filter } from "./model";

/** The parts of an axis that a filter leaves. */
export function brushOf(made: Axis, filter: Filter | undefined, column: ComparisonColumn): [number, number] | null {
  if (filter === undefined || isOpen(filter)) return null;
  if (made.texts !== null || filter.texts !== undefined) {
    const parts = filter.texts?.flatMap((text) => {
      const row = column.texts.indexOf(text);
      return row < 0 ? [] : [made.at(row) ?? 0];
    });
    return parts === undefined || parts.length === 0 ? null : [Math.min(...parts) - 0.02, Math.max(...parts) + 0.02];
  }
  const part = (value: number | undefined, other: number): number => {
    if (value === undefined) return other;
    // An axis goes one way only: halving finds the place of a number on any scale.
    let low = 0;
    let high = 1;
    for (let n = 0; n < 40; n += 1) {
      const middle = (low + high) / 2;
      if ((made.value(middle) ?? 0) < value) low = middle;
      else high = middle;
    }
    return (low + high) / 2;
  };
  return [part(filter.min, 0), part(filter.max, 1)];
}

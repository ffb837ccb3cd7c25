// What the comparison shows of what the server found: filters, order, best, differences. Pure.
import type { Comparison, ComparisonColumn } from "../api/types";

/** What a column lets through: numbers in a range, or texts out of a list. */
export interface Filter {
  min?: number | undefined;
  max?: number | undefined;
  texts?: readonly string[] | undefined;
}

export type Filters = Readonly<Record<string, Filter>>;
export type Goal = "min" | "max";
export type Goals = Readonly<Record<string, Goal | null>>;

/** Which is better in a column: as was chosen here, else as is declared. */
export function goalOf(column: ComparisonColumn, chosen: Goals): Goal | null {
  const own = chosen[column.name];
  if (own !== undefined) return own;
  return column.goal === "min" || column.goal === "max" ? column.goal : null;
}

/** Whether a filter says nothing. */
export function isOpen(filter: Filter | undefined): boolean {
  return filter === undefined || (filter.min === undefined && filter.max === undefined && filter.texts === undefined);
}

function lets(filter: Filter, column: ComparisonColumn, row: number): boolean {
  if (filter.texts !== undefined && !filter.texts.includes(column.texts[row] ?? "")) return false;
  if (filter.min === undefined && filter.max === undefined) return true;
  const value = column.numbers[row] ?? null;
  if (value === null) return false;
  return (filter.min === undefined || value >= filter.min) && (filter.max === undefined || value <= filter.max);
}

/** The rows that get through all filters and have the words, in the order of the file. */
export function passing(table: Comparison, filters: Filters, words = ""): number[] {
  const active = table.columns.flatMap((column) => {
    const filter = filters[column.name];
    return filter !== undefined && !isOpen(filter) ? [{ filter, column }] : [];
  });
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const out: number[] = [];
  for (let row = 0; row < table.rows.length; row += 1) {
    if (!active.every(({ filter, column }) => lets(filter, column, row))) continue;
    const label = wanted.length === 0 ? "" : `${table.rows[row]?.label ?? ""} ${table.rows[row]?.state ?? ""}`.toLowerCase();
    if (wanted.every((word) => label.includes(word))) out.push(row);
  }
  return out;
}

export interface TableSort {
  /** A column, `label`, or none: as they came. */
  by: string | null;
  down: boolean;
}

/** The rows in order; what has no value comes last either way. */
export function arranged(table: Comparison, rows: readonly number[], sort: TableSort): number[] {
  if (sort.by === null) return [...rows];
  const sign = sort.down ? -1 : 1;
  if (sort.by === "label") {
    const label = (row: number) => table.rows[row]?.label ?? "";
    return [...rows].sort((a, b) => sign * label(a).localeCompare(label(b), "en", { numeric: true }) || a - b);
  }
  const column = table.columns.find((one) => one.name === sort.by);
  if (column === undefined) return [...rows];
  return [...rows].sort((a, b) => {
    if (column.numeric) {
      const one = column.numbers[a] ?? null;
      const other = column.numbers[b] ?? null;
      if (one === null || other === null) return one === other ? a - b : one === null ? 1 : -1;
      return sign * (one - other) || a - b;
    }
    const one = column.texts[a] ?? "";
    const other = column.texts[b] ?? "";
    if (one === "" || other === "") return one === other ? a - b : one === "" ? 1 : -1;
    return sign * one.localeCompare(other, "en", { numeric: true }) || a - b;
  });
}

/** The row with the best number of a column, among some; none without a goal. */
export function bestOf(column: ComparisonColumn, rows: readonly number[], goal: Goal | null): number | null {
  if (goal === null) return null;
  let best: number | null = null;
  let value = 0;
  for (const row of rows) {
    const here = column.numbers[row] ?? null;
    if (here === null || Number.isNaN(here)) continue;
    if (best === null || (goal === "min" ? here < value : here > value)) {
      best = row;
      value = here;
    }
  }
  return best;
}

/** The least and the greatest number; none if there are no numbers. */
export function extent(column: ComparisonColumn, rows?: readonly number[]): [number, number] | null {
  let low = Infinity;
  let high = -Infinity;
  const look = (value: number | null | undefined) => {
    if (value === null || value === undefined || !Number.isFinite(value)) return;
    if (value < low) low = value;
    if (value > high) high = value;
  };
  if (rows === undefined) column.numbers.forEach(look);
  else for (const row of rows) look(column.numbers[row]);
  return low <= high ? [low, high] : null;
}

/** How long the bar in a cell is, 0 to 1. Starts at zero unless there are numbers on both sides of it. */
export function barPart(value: number, [low, high]: [number, number]): { from: number; to: number } {
  const least = Math.min(0, low);
  const most = Math.max(0, high);
  const all = most - least;
  if (all === 0) return { from: 0, to: 0 };
  const zero = (0 - least) / all;
  const at = (value - least) / all;
  return { from: Math.min(zero, at), to: Math.max(zero, at) };
}

/** The values that a column has, in order, at most `most` of them. */
export function choices(column: ComparisonColumn, most = 200): string[] {
  const seen = new Set<string>();
  for (const text of column.texts) {
    if (text !== "") seen.add(text);
    if (seen.size >= most) break;
  }
  return [...seen].sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}

/** A table for a file: the name, the state, then the columns. */
export function csv(table: Comparison, rows: readonly number[]): string {
  const equal = [...table.constant, ...table.alike];
  const head = ["configuration", "state", ...table.columns.map((column) => column.name), ...equal.map(([name]) => name)];
  const lines = rows.map((row) => [
    table.rows[row]?.label ?? "",
    table.rows[row]?.state ?? "",
    ...table.columns.map((column) => column.texts[row] ?? ""),
    ...equal.map(([, value]) => value),
  ]);
  return [head, ...lines].map((cells) => cells.map(quoted).join(",")).join("\r\n") + "\r\n";
}

/** Whether a filter could be set on a scale of logarithms: all numbers are above zero. */
export function canLog(column: ComparisonColumn): boolean {
  const range = extent(column);
  return range !== null && range[0] > 0 && range[1] > range[0];
}

/** The straight line nearest to the points, and how much of the spread it explains; none for fewer than three points. */
export function trend(points: readonly [number, number][]): { slope: number; start: number; fit: number } | null {
  if (points.length < 3) return null;
  const n = points.length;
  let sx = 0;
  let sy = 0;
  for (const [x, y] of points) {
    sx += x;
    sy += y;
  }
  const mx = sx / n;
  const my = sy / n;
  let xx = 0;
  let xy = 0;
  let yy = 0;
  for (const [x, y] of points) {
    xx += (x - mx) ** 2;
    xy += (x - mx) * (y - my);
    yy += (y - my) ** 2;
  }
  if (xx === 0) return null;
  const slope = xy / xx;
  return { slope, start: my - slope * mx, fit: yy === 0 ? 1 : (xy * xy) / (xx * yy) };
}

/** An axis: where a value stands, 0 to 1, and which value stands at a place. Numbers and texts alike. */
export interface Axis {
  name: string;
  /** 0 to 1; none where there is no value. */
  at(row: number): number | null;
  /** The number at a place; none on an axis of texts. */
  value(part: number): number | null;
  /** What is written along it. */
  ticks: { part: number; text: string }[];
  /** Its texts, if it is one of texts. */
  texts: string[] | null;
}

/** The axis of a column. */
export function axis(column: ComparisonColumn, log: boolean, written: (value: number) => string, ticksOf: (low: number, high: number) => number[]): Axis {
  const range = column.numeric ? extent(column) : null;
  if (range === null) {
    const texts = choices(column, 60);
    const where = new Map(texts.map((text, at) => [text, texts.length === 1 ? 0.5 : at / (texts.length - 1)]));
    return {
      name: column.name,
      at: (row) => where.get(column.texts[row] ?? "") ?? null,
      value: () => null,
      ticks: texts.map((text) => ({ part: where.get(text) ?? 0, text })),
      texts,
    };
  }
  const [low, high] = range;
  const real = log && low > 0 && high > low;
  const bend = (value: number) => (real ? Math.log(value) : value);
  const from = bend(low);
  const to = bend(high);
  const part = (value: number) => (to === from ? 0.5 : (bend(value) - from) / (to - from));
  const marks = real ? powers(low, high) : ticksOf(low, high);
  return {
    name: column.name,
    at: (row) => {
      const value = column.numbers[row] ?? null;
      return value === null || !Number.isFinite(value) ? null : part(value);
    },
    value: (where) => {
      const bent = from + where * (to - from);
      return real ? Math.exp(bent) : bent;
    },
    ticks: marks.filter((mark) => mark >= low && mark <= high).map((mark) => ({ part: part(mark), text: written(mark) })),
    texts: null,
  };
}

/** 1, 2 and 5 times the powers of ten between two numbers; fewer where they are far apart. */
export function powers(low: number, high: number): number[] {
  const wide = Math.log10(high / low);
  const times = wide > 3 ? [1] : wide > 1.2 ? [1, 3] : [1, 2, 5];
  const out: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power += 1) {
    for (const time of times) {
      const value = Number((time * 10 ** power).toPrecision(6));
      if (value >= low && value <= high) out.push(value);
    }
  }
  return out;
}

/** Round numbers along a range. */
export function roundTicks(low: number, high: number, about = 5): number[] {
  if (!(high > low)) return [low];
  const raw = (high - low) / Math.max(1, about);
  const size = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((time) => time * size).find((one) => one >= raw) ?? raw;
  const out: number[] = [];
  for (let n = Math.ceil(low / step); n * step <= high + step * 1e-9; n += 1) out.push(Number((n * step).toPrecision(10)));
  return out;
}

/** A filter from a brush over an axis. */
export function brushed(made: Axis, from: number, to: number): Filter {
  const low = Math.max(0, Math.min(from, to));
  const high = Math.min(1, Math.max(from, to));
  if (made.texts !== null) return { texts: made.ticks.filter((mark) => mark.part >= low - 1e-9 && mark.part <= high + 1e-9).map((mark) => mark.text) };
  return { min: made.value(low) ?? undefined, max: made.value(high) ?? undefined };
}

/** How a table is sorted at first: what is best comes first, if that is declared. */
export function firstSort(table: Comparison): TableSort {
  const column = table.columns.find((one) => one.kind !== "parameter" && goalOf(one, {}) !== null);
  return column === undefined ? { by: null, down: false } : { by: column.name, down: goalOf(column, {}) === "max" };
}

/** Columns whose numbers go over so many powers of ten that a straight scale would press them together. */
export function wideColumns(table: Comparison): Set<string> {
  return new Set(
    table.columns.flatMap((column) => {
      const range = column.kind === "parameter" && column.numeric && canLog(column) ? extent(column) : null;
      return range !== null && range[1] / range[0] >= 50 ? [column.name] : [];
    }),
  );
}

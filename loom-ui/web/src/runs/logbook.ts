// What is known of a log: lines by number, loaded in pieces, live lines put in where they belong. Pure.
import type { LogLine, LogPage } from "../api/types";

/** How many lines are asked for at a time. */
export const PAGE = 500;

/** The lines of one log that have come so far. */
export class Logbook {
  private readonly pages = new Map<number, (LogLine | undefined)[]>();
  private readonly asked = new Set<number>();
  /** How many lines there are. */
  total = 0;
  /** The first line that looks like an error. */
  firstError: number | null = null;
  /** Whether there will be more. */
  open = true;
  /** Grows with every change. */
  version = 0;
  private readonly errors = new Set<number>();

  /** The line, if it has come. */
  line(at: number): LogLine | undefined {
    return this.pages.get(Math.floor(at / PAGE))?.[at % PAGE];
  }

  /** Puts in what came. */
  take(page: LogPage): void {
    page.lines.forEach((line, offset) => {
      const at = page.from + offset;
      const number = Math.floor(at / PAGE);
      let lines = this.pages.get(number);
      if (lines === undefined) {
        lines = [];
        this.pages.set(number, lines);
      }
      lines[at % PAGE] = line;
      if (line.error) this.errors.add(at);
      else this.errors.delete(at);
    });
    // A log that is told of twice out of order does not get shorter; one that was begun anew does.
    this.total = page.lines.length === 0 && page.total < this.total && page.from === 0 ? page.total : Math.max(this.total, page.total, page.from + page.lines.length);
    if (page.first_error !== null) this.firstError = page.first_error;
    this.open = page.open;
    this.version += 1;
  }

  /** The first lines of the pieces that are wanted to show `first` up to `end`, and were not asked for yet. */
  wanted(first: number, end: number): number[] {
    const out: number[] = [];
    const last = Math.min(end, this.total);
    for (let page = Math.floor(Math.max(0, first) / PAGE); page * PAGE < last; page += 1) {
      if (this.asked.has(page)) continue;
      const lines = this.pages.get(page);
      const full = Math.min(PAGE, this.total - page * PAGE);
      let holes = lines === undefined || lines.length < full;
      if (!holes && lines !== undefined) for (let i = 0; i < full; i += 1) if (lines[i] === undefined) holes = true;
      if (holes) out.push(page * PAGE);
    }
    return out;
  }

  /** Remembers that a piece was asked for. */
  ask(from: number): void {
    this.asked.add(Math.floor(from / PAGE));
  }

  /** It came, or never will: it may be asked for again if there are still holes. */
  answered(from: number): void {
    this.asked.delete(Math.floor(from / PAGE));
  }

  /** The numbers of the lines that look like errors, as far as they are known. */
  errorLines(): number[] {
    const known = [...this.errors];
    if (this.firstError !== null && !this.errors.has(this.firstError)) known.push(this.firstError);
    return known.sort((a, b) => a - b);
  }

  /** Lines `from` to `to`, both included, as plain text; lines that have not come are left out. */
  text(from: number, to: number): string {
    const out: string[] = [];
    for (let at = from; at <= to; at += 1) {
      const line = this.line(at);
      if (line !== undefined) out.push(plain(line));
    }
    return out.join("\n");
  }
}

/** A line without its styles. */
export function plain(line: LogLine): string {
  return line.spans.map((span) => span.text).join("");
}

/** The classes for the style words of a span. */
export function styleClass(style: string): string {
  return style === "" ? "" : style.split(" ").map((word) => `ansi-${word}`).join(" ");
}

/** A line in pieces, cut where what was searched for begins and ends. */
export function marked(line: LogLine, query: string): { text: string; style: string; hit: boolean }[] {
  const wanted = query.toLowerCase();
  if (wanted === "") return line.spans.map((span) => ({ ...span, hit: false }));
  const all = plain(line).toLowerCase();
  const hits: [number, number][] = [];
  for (let at = all.indexOf(wanted); at >= 0; at = all.indexOf(wanted, at + wanted.length)) hits.push([at, at + wanted.length]);
  const out: { text: string; style: string; hit: boolean }[] = [];
  let offset = 0;
  for (const span of line.spans) {
    const end = offset + span.text.length;
    const cuts = new Set([offset, end]);
    for (const [from, to] of hits) for (const cut of [from, to]) if (cut > offset && cut < end) cuts.add(cut);
    const sorted = [...cuts].sort((a, b) => a - b);
    for (let i = 0; i + 1 < sorted.length; i += 1) {
      const from = sorted[i] as number;
      const to = sorted[i + 1] as number;
      out.push({ text: span.text.slice(from - offset, to - offset), style: span.style, hit: hits.some(([a, b]) => from >= a && to <= b) });
    }
    offset = end;
  }
  return out;
}

/** Where ticks stand along a scrollbar, in parts of its length, each place once. */
export function tickMarks(lines: readonly number[], total: number, most = 400): number[] {
  if (total <= 0) return [];
  const seen = new Set<number>();
  for (const at of lines) seen.add(Math.round((at / total) * most));
  return [...seen].sort((a, b) => a - b).map((at) => at / most);
}

/** The next match behind (or before) a line, round the end. */
export function nextMatch(matches: readonly number[], at: number, forward: boolean): number | null {
  if (matches.length === 0) return null;
  if (forward) return matches.find((match) => match > at) ?? (matches[0] as number);
  for (let i = matches.length - 1; i >= 0; i -= 1) if ((matches[i] as number) < at) return matches[i] as number;
  return matches[matches.length - 1] as number;
}

/** A line of several logs in one, in the order in which they came. */
export interface MergedLine {
  unit: string;
  at: number;
  line: LogLine;
}

/** Puts what came behind what was there; the oldest go when there are more than `most`. */
export function merged(have: readonly MergedLine[], unit: string, page: LogPage, known: number, most = 20_000): MergedLine[] {
  const fresh = page.lines.map((line, offset) => ({ unit, at: page.from + offset, line })).filter((line) => line.at >= known);
  if (fresh.length === 0) return have as MergedLine[];
  const all = [...have, ...fresh];
  return all.length > most ? all.slice(all.length - most) : all;
}

/** All lines that have come, as plain text. */
export function wholeText(book: Logbook): string {
  return book.text(0, book.total - 1);
}

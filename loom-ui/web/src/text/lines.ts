// Lines and places in a text. Pure.

/** Where each line begins. */
export function lineStarts(text: string): number[] {
  const out = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) out.push(at + 1);
  return out;
}

/** The number of the line, from 1, that an offset is in. */
export function lineAt(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] as number) <= offset) low = middle;
    else high = middle - 1;
  }
  return low + 1;
}

/** The offset of a line and column, both from 1, kept inside the text. */
export function offsetAt(starts: readonly number[], text: string, line: number, column: number): number {
  const at = Math.min(Math.max(1, line), starts.length);
  const begin = starts[at - 1] as number;
  const end = at < starts.length ? (starts[at] as number) - 1 : text.length;
  return Math.min(begin + Math.max(0, column - 1), end);
}

/** Where something stands in a text, without regard to capitals; at most `most` places. */
export function finds(text: string, query: string, most = 5000): number[] {
  if (query === "") return [];
  const all = text.toLowerCase();
  const wanted = query.toLowerCase();
  const out: number[] = [];
  for (let at = all.indexOf(wanted); at >= 0 && out.length < most; at = all.indexOf(wanted, at + wanted.length)) out.push(at);
  return out;
}

/** A piece of text that changed: from a line (from 1) on, these lines became those. */
export interface Change {
  line: number;
  was: string[];
  is: string[];
}

/** The piece in which two texts differ, cut at whole lines; none if they are the same. */
export function changed(one: string, other: string): Change | null {
  if (one === other) return null;
  const a = one.split("\n");
  const b = other.split("\n");
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail += 1;
  return { line: head + 1, was: a.slice(head, a.length - tail), is: b.slice(head, b.length - tail) };
}

/** Both changes in one text, if they are of different lines; none if they touch. */
export function bothChanges(base: string, mine: string, theirs: string): string | null {
  const my = changed(base, mine);
  const their = changed(base, theirs);
  if (my === null) return theirs;
  if (their === null) return mine;
  const [first, second] = my.line <= their.line ? [my, their] : [their, my];
  if (first.line + first.was.length >= second.line) return null;
  const lines = base.split("\n");
  lines.splice(second.line - 1, second.was.length, ...second.is);
  lines.splice(first.line - 1, first.was.length, ...first.is);
  return lines.join("\n");
}

/** Where the caret goes when the text round it is replaced by another one. */
export function movedCaret(was: string, is: string, caret: number): number {
  let head = 0;
  const most = Math.min(was.length, is.length);
  while (head < most && was[head] === is[head]) head += 1;
  if (caret <= head) return caret;
  let tail = 0;
  while (tail < most - head && was[was.length - 1 - tail] === is[is.length - 1 - tail]) tail += 1;
  if (caret >= was.length - tail) return caret + is.length - was.length;
  return Math.min(caret, is.length);
}

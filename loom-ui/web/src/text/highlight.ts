// Colours for a line of YAML: comments, keys, strings, references, numbers. A guess by line, never more than colour. Pure.

export type TokenKind = "plain" | "comment" | "key" | "string" | "reference" | "number" | "mark";

export interface Token {
  text: string;
  kind: TokenKind;
}

const KEY = /^(\s*(?:- +)*)("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s#'"\-[\]{},&*!|>%@`][^#:]*?|-[^\s#:][^#:]*?)(\s*:)(?=\s|$)/;
const PIECE = /("(?:[^"\\]|\\.)*"?|'(?:[^']|'')*'?)|(\s#.*$|^#.*$)|(\$\w[\w.-]*)|(?<![\w.$-])([-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?|true|false|null)(?![\w.-])|([[\]{}|>&*!,])/gi;

function value(text: string, out: Token[]): void {
  let from = 0;
  for (const found of text.matchAll(PIECE)) {
    const at = found.index;
    if (at > from) out.push({ text: text.slice(from, at), kind: "plain" });
    const kind: TokenKind = found[1] !== undefined ? "string" : found[2] !== undefined ? "comment" : found[3] !== undefined ? "reference" : found[4] !== undefined ? "number" : "mark";
    out.push({ text: found[0], kind });
    from = at + found[0].length;
  }
  if (from < text.length) out.push({ text: text.slice(from), kind: "plain" });
}

/** The pieces of a line; together they are the line. */
export function tokens(line: string): Token[] {
  const out: Token[] = [];
  const trimmed = line.trimStart();
  if (trimmed.startsWith("#")) return [{ text: line, kind: "comment" }];
  const key = KEY.exec(line);
  if (key === null) {
    value(line, out);
    return out;
  }
  const [all, lead = "", name = "", colon = ""] = key;
  if (lead !== "") out.push({ text: lead, kind: "mark" });
  out.push({ text: name, kind: "key" }, { text: colon, kind: "mark" });
  value(line.slice(all.length), out);
  return out;
}

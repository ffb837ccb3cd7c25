// What is typed for a value that may be a list or a mapping: `[a, b]`, `{cpus: 2}`, or lines of `- a` and `key: value`.
import type { Written } from "../api/types";

/** The value, or none if it cannot be read. */
export function written(text: string): Written | null {
  const trimmed = text.trim();
  if (trimmed.startsWith("[") || trimmed.startsWith("{")) {
    const reader = new Reader(trimmed);
    const value = reader.value();
    return value !== null && reader.atEnd() ? value : null;
  }
  const lines = text.replace(/\s+$/, "").split("\n").filter((line) => line.trim() !== "" && !line.trim().startsWith("#"));
  if (lines.length > 0 && (/^\s*- /.test(lines[0] ?? "") || /^\s*[^\s:"'#]+:(\s|$)/.test(lines[0] ?? ""))) {
    const [value, rest] = block(lines, indent(lines[0] ?? ""));
    return rest.length === 0 ? value : null;
  }
  return scalar(trimmed);
}

function scalar(text: string): Written | null {
  const quote = text.charAt(0);
  if (quote === '"' || quote === "'") {
    if (text.length < 2 || !text.endsWith(quote)) return null;
    if (quote === "'") return { quoted: text.slice(1, -1).replace(/''/g, "'") };
    try {
      return { quoted: JSON.parse(text) as string };
    } catch {
      return null;
    }
  }
  return { text };
}

const indent = (line: string) => line.length - line.trimStart().length;

function block(lines: string[], depth: number): [Written | null, string[]] {
  const list: Written[] = [];
  const map: [string, Written][] = [];
  let rest = lines;
  while (rest.length > 0) {
    const [line = ""] = rest;
    if (indent(line) < depth) break;
    if (indent(line) > depth) return [null, rest];
    const body = line.trim();
    const item = /^-(?:\s+(.*))?$/.exec(body);
    const pair = /^("[^"]*"|'[^']*'|[^:]+?):(?:\s+(.*))?$/.exec(body);
    const isItem = item !== null && map.length === 0;
    if (!isItem && (pair === null || list.length > 0)) return [null, rest];
    const here = (isItem ? item[1] : pair?.[2]) ?? "";
    rest = rest.slice(1);
    let value: Written | null;
    const below = rest[0] !== undefined && (indent(rest[0]) > depth || (!isItem && indent(rest[0]) === depth && rest[0].trim().startsWith("- ")));
    if (isItem && /^[^\s:"'[{]+:(\s|$)/.test(here)) {
      // A mapping that begins behind the dash.
      const inner = depth + line.trimStart().indexOf(here);
      [value, rest] = block([" ".repeat(inner) + here, ...rest], inner);
    } else if (here === "" && below) [value, rest] = block(rest, indent(rest[0] ?? ""));
    else value = here === "" ? { text: "null" } : here.startsWith("[") || here.startsWith("{") ? written(here) : scalar(here);
    if (value === null) return [null, rest];
    if (isItem) list.push(value);
    else map.push([(pair?.[1] ?? "").replace(/^["']|["']$/g, ""), value]);
  }
  return [list.length > 0 ? { list } : { map }, rest];
}

class Reader {
  private at = 0;
  constructor(private readonly text: string) {}

  private space(): void {
    while (/\s/.test(this.text.charAt(this.at))) this.at += 1;
  }

  atEnd(): boolean {
    this.space();
    return this.at >= this.text.length;
  }

  private take(letter: string): boolean {
    this.space();
    if (this.text.charAt(this.at) !== letter) return false;
    this.at += 1;
    return true;
  }

  value(): Written | null {
    if (this.take("[")) {
      const list: Written[] = [];
      while (!this.take("]")) {
        const item = this.value();
        if (item === null) return null;
        list.push(item);
        if (!this.take(",")) return this.take("]") ? { list } : null;
      }
      return { list };
    }
    if (this.take("{")) {
      const map: [string, Written][] = [];
      while (!this.take("}")) {
        const key = this.plain(/[:,{}[\]]/);
        if (key === null || !this.take(":")) return null;
        const value = this.value();
        if (value === null) return null;
        map.push([("quoted" in key ? key.quoted : "text" in key ? key.text : ""), value]);
        if (!this.take(",")) return this.take("}") ? { map } : null;
      }
      return { map };
    }
    return this.plain(/[,{}[\]]/);
  }

  private plain(end: RegExp): Written | null {
    this.space();
    const quote = this.text.charAt(this.at);
    const start = this.at;
    if (quote === '"' || quote === "'") {
      this.at += 1;
      while (this.at < this.text.length && this.text.charAt(this.at) !== quote) this.at += this.text.charAt(this.at) === "\\" && quote === '"' ? 2 : 1;
      this.at += 1;
      return scalar(this.text.slice(start, this.at));
    }
    while (this.at < this.text.length && !end.test(this.text.charAt(this.at))) this.at += 1;
    const text = this.text.slice(start, this.at).trim();
    return text === "" ? null : { text };
  }
}

/** Pieces of a file, put together as one that can be put in somewhere else. */
export function asPaste(pieces: { id: string; text: string }[]): string {
  const sections: [string, string][] = [
    ["data", "data:"],
    ["parameters", "param:"],
    ["pipeline", "step:"],
  ];
  return sections
    .flatMap(([section, prefix]) => {
      const mine = pieces.filter((piece) => piece.id.startsWith(prefix));
      return mine.length === 0 ? [] : [`${section}:\n${mine.map((piece) => inset(piece.text, section === "pipeline")).join("\n")}\n`];
    })
    .join("\n");
}

function inset(text: string, isItem: boolean): string {
  const lines = text.replace(/\s+$/, "").split("\n");
  if (!isItem) return lines.map((line) => (line === "" ? "" : `  ${line}`)).join("\n");
  const bare = (lines[0] ?? "").startsWith("- ") ? lines.map((line) => line.replace(/^ {2}|^- /, "")) : lines;
  return bare.map((line, at) => (at === 0 ? `  - ${line}` : line === "" ? "" : `    ${line}`)).join("\n");
}

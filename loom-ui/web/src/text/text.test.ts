import { describe, expect, it } from "vitest";
import { tokens } from "./highlight";
import { bothChanges, changed, finds, lineAt, lineStarts, movedCaret, offsetAt } from "./lines";
import { grouped, underline } from "../problems/group";
import type { Diagnostic } from "../api/types";

const kinds = (line: string) => tokens(line).filter((token) => token.kind !== "plain" && token.kind !== "mark").map((token) => `${token.kind}:${token.text.trim()}`);

describe("colours", () => {
  it("know keys, strings, references, numbers, comments", () => {
    expect(kinds("  - name: fit # the fit")).toEqual(["key:name", "comment:# the fit"]);
    expect(kinds('    --rows: 12')).toEqual(["key:--rows", "number:12"]);
    expect(kinds('    data: $raw')).toEqual(["key:data", "reference:$raw"]);
    expect(kinds('    text: "a # b"')).toEqual(["key:text", 'string:"a # b"']);
    expect(kinds("# all of it")).toEqual(["comment:# all of it"]);
  });
  it("lose nothing", () => {
    for (const line of ["", "a: b: c", "  - [1, $x, 'y''z']", 'k: "open', "? odd", "- -1", "url: http://x#y", "\tq: 1"]) {
      expect(tokens(line).map((token) => token.text).join("")).toBe(line);
    }
  });
});

describe("lines", () => {
  const text = "a\nbcd\n\ne";
  const starts = lineStarts(text);
  it("are counted from one", () => {
    expect(starts).toEqual([0, 2, 6, 7]);
    expect([0, 1, 2, 5, 6, 7, 8].map((at) => lineAt(starts, at))).toEqual([1, 1, 2, 2, 3, 4, 4]);
    expect(offsetAt(starts, text, 2, 3)).toBe(4);
    expect(offsetAt(starts, text, 2, 99)).toBe(5);
    expect(offsetAt(starts, text, 99, 1)).toBe(7);
  });
  it("are found without regard to capitals", () => {
    expect(finds("aAa", "a")).toEqual([0, 1, 2]);
    expect(finds("x", "")).toEqual([]);
  });
});

describe("two changes", () => {
  const base = "one\ntwo\nthree\nfour\n";
  it("are told by the lines that differ", () => {
    expect(changed(base, base)).toBeNull();
    expect(changed(base, "one\n2\nthree\nfour\n")).toEqual({ line: 2, was: ["two"], is: ["2"] });
  });
  it("go together when their lines are others, and never else", () => {
    expect(bothChanges(base, "1\ntwo\nthree\nfour\n", "one\ntwo\nthree\n4\n")).toBe("1\ntwo\nthree\n4\n");
    expect(bothChanges(base, "one\ntwo\nthree\n4\n", "0\n1\ntwo\nthree\nfour\n")).toBe("0\n1\ntwo\nthree\n4\n");
    expect(bothChanges(base, "one\n2\nthree\nfour\n", "one\nzwei\nthree\nfour\n")).toBeNull();
    expect(bothChanges(base, "one\n2\nthree\nfour\n", "one\ntwo\n3\nfour\n")).toBeNull();
  });
  it("leave the caret with what it stood at", () => {
    expect(movedCaret("abc", "XXabc", 2)).toBe(4);
    expect(movedCaret("abc", "abcXX", 2)).toBe(2);
  });
});

describe("problems", () => {
  const problem = (node: string | null, severity: Diagnostic["severity"]): Diagnostic => ({
    code: "c",
    severity,
    message: "m",
    hint: null,
    node,
    port: null,
    places: [[{ line: 3, column: 9, end_line: 3, end_column: 12 }, "here"]],
    excerpt: "    in: $dat",
    fixes: [],
  });
  it("stand together by node, errors first", () => {
    const groups = grouped([problem("step:a", "warning"), problem(null, "error"), problem("step:a", "warning")], (node) => node);
    expect(groups.map((group) => [group.label, group.problems.length])).toEqual([["The file", 1], ["step:a", 2]]);
  });
  it("have a caret under their place", () => {
    expect(underline(problem(null, "error"))).toEqual({ text: "in: $dat", from: 4, length: 3 });
  });
});

import { describe, expect, it } from "vitest";
import type { Board, Card, Port, Wire } from "../api/types";
import { candidates, directed, endOf, pathFor, unfit } from "./connect";
import { boxOf, pathOf, shifted } from "./route";
import { joined, next } from "./walk";
import { bytes } from "../ui/format";
import { typeSign } from "./words";
import { asPaste, written } from "./written";

const text = (shown: string) => ({ shown, full: shown });
const port = (id: string, side: "left" | "right", more: Partial<Port> = {}): Port => ({ id, side, y: 24, label: id, value: null, data_type: null, required: false, state: "open", ...more });
const card = (id: string, kind: Card["kind"], x: number, y: number, ports: Port[], more: Partial<Card> = {}): Card => ({
  id, kind, label: text(id), sub: null, data_type: null, x, y, w: 192, h: 82, pinned: false, frame: null, ports, slot: false, badges: [], units: null, members: [], foldable: false, branch: null, problem: null, line: 1, ...more,
});
const wire = (from: string, to: string, kind: Wire["kind"] = "input"): Wire => ({ id: `${from}>${to}`, from, from_port: "out", to, to_port: "in", kind, route: [] });

const board: Board = {
  cards: [
    card("param:n", "parameter", 0, 0, [port("out", "right")]),
    card("step:make", "step", 300, 0, [port("arg:--n", "left"), port("out:--output", "right", { data_type: "csv" })]),
    card("data:table", "data", 600, 0, [port("in", "left"), port("out", "right")], { data_type: "csv" }),
    card("step:low", "step", 900, 0, [port("in:data", "left", { data_type: "csv", required: true })]),
    card("step:high", "step", 900, 200, [port("in:data", "left", { data_type: "json" })]),
  ],
  wires: [wire("param:n", "step:make", "parameter"), wire("step:make", "data:table", "output"), wire("data:table", "step:low"), wire("data:table", "step:high"), wire("step:high", "step:make", "feedback")],
  frames: [],
  width: 1100,
  height: 300,
};
const end = (node: string, of: string) => {
  const found = endOf(board, { node, port: of });
  if (found === null) throw new Error(`no ${node} ${of}`);
  return found;
};

describe("the course of a wire", () => {
  const route = [{ x: 0, y: 0 }, { x: 14, y: 0 }, { x: 86, y: 50 }, { x: 100, y: 50 }];
  it("runs level within a pair and curves from one to the next", () => {
    expect(pathOf(route)).toBe("M0 0L14 0C50 0 50 50 86 50L100 50");
    expect(pathOf([{ x: 0, y: 0 }, { x: 100, y: 0 }])).toBe("M0 0C50 0 50 0 100 0");
    expect(pathOf([])).toBe("");
  });
  it("goes straight down where both have one x", () => {
    expect(pathOf([{ x: 0, y: 0 }, { x: 20, y: 0 }, { x: 20, y: 90 }, { x: 40, y: 90 }])).toBe("M0 0L20 0L20 90L40 90");
  });
  it("keeps its form when both ends move alike, and its ends when one does", () => {
    expect(shifted(route, { x: 5, y: 5 }, { x: 5, y: 5 })).toEqual(route.map(({ x, y }) => ({ x: x + 5, y: y + 5 })));
    expect(shifted(route, { x: 5, y: 5 }, undefined)).toEqual([{ x: 5, y: 5 }, { x: 100, y: 50 }]);
  });
  it("lies in its box", () => {
    expect(boxOf(route)).toEqual({ x: -40, y: -10, right: 140, bottom: 60 });
  });
});

describe("the keyboard on the board", () => {
  it("follows the wires, but not what leads back", () => {
    expect(next(board, "step:make", "right")).toBe("data:table");
    expect(next(board, "step:make", "left")).toBe("param:n");
    expect(next(board, "step:high", "right")).toBeNull();
    expect(next(board, "data:table", "right")).toBe("step:low");
  });
  it("goes up and down to what stands there", () => {
    expect(next(board, "step:low", "down")).toBe("step:high");
    expect(next(board, "step:high", "up")).toBe("step:low");
  });
  it("begins at the first card", () => {
    expect(next(board, null, "right")).toBe("param:n");
    expect(next(board, "step:make", "last")).toBe("step:high");
  });
  it("knows what is before and behind", () => {
    expect([...joined(board, "data:table", "before")].sort()).toEqual(["data:table", "param:n", "step:make"]);
    expect([...joined(board, "data:table", "behind")].sort()).toEqual(["data:table", "step:high", "step:low"]);
  });
});

describe("what may be joined", () => {
  it("leads from what gives to what takes", () => {
    expect(unfit(end("step:make", "out:--output"), end("data:table", "in"))).toBeNull();
    expect(unfit(end("step:low", "in:data"), end("data:table", "in"))).toContain("takes something");
    expect(unfit(end("data:table", "out"), end("step:make", "out:--output"))).toContain("gives something");
  });
  it("looks at the types", () => {
    expect(unfit(end("data:table", "out"), end("step:low", "in:data"))).toBeNull();
    expect(unfit(end("data:table", "out"), end("step:high", "in:data"))).toContain("json");
  });
  it("gives parameters to arguments alone", () => {
    expect(unfit(end("param:n", "out"), end("step:make", "arg:--n"))).toBeNull();
    expect(unfit(end("param:n", "out"), end("step:low", "in:data"))).not.toBeNull();
    expect(unfit(end("param:n", "out"), end("data:table", "in"))).not.toBeNull();
  });
  it("puts the likeliest first", () => {
    expect(candidates(board, end("data:table", "out"), false).map((one) => one.card.id)).toEqual(["step:low", "step:make"]);
    expect(candidates(board, end("step:low", "in:data"), true)[0]?.card.id).toMatch(/data:table|step:make/);
  });
  it("turns round what was begun at its end", () => {
    const [one, other] = [{ node: "a", port: "x" }, { node: "b", port: "y" }];
    expect(directed(one, other, true)).toEqual({ from: other, to: one });
  });
  it("finds a path for new data", () => {
    expect(pathFor("--output file", "csv")).toBe("data/output_file.csv");
    expect(pathFor("masks", "data_folder")).toBe("data/masks");
    expect(pathFor("plot", "image")).toBe("data/plot.png");
  });
});

describe("values as they are typed", () => {
  it("are texts, lists and mappings", () => {
    expect(written("0.3")).toEqual({ text: "0.3" });
    expect(written("$a")).toEqual({ text: "$a" });
    expect(written('"true"')).toEqual({ quoted: "true" });
    expect(written("[a, [1, 2], 'b, c']")).toEqual({ list: [{ text: "a" }, { list: [{ text: "1" }, { text: "2" }] }, { quoted: "b, c" }] });
    expect(written("{cpus: 2, mem: 4G}")).toEqual({ map: [["cpus", { text: "2" }], ["mem", { text: "4G" }]] });
  });
  it("may be blocks", () => {
    expect(written("- a\n- b: 1\n  c: 2")).toEqual({ list: [{ text: "a" }, { map: [["b", { text: "1" }], ["c", { text: "2" }]] }] });
    expect(written("cpus: 2\nenv:\n  A: x\nlist:\n- 1")).toEqual({ map: [["cpus", { text: "2" }], ["env", { map: [["A", { text: "x" }]] }], ["list", { list: [{ text: "1" }] }]] });
  });
  it("are refused when they are cut short", () => {
    expect(written("[a, b")).toBeNull();
    expect(written("{a: }")).toBeNull();
    expect(written('"a')).toBeNull();
  });
});

describe("what is copied", () => {
  it("is a piece of a pipeline file", () => {
    expect(asPaste([{ id: "step:a", text: "name: a\ntask: t.py\nargs:\n  --n: 1" }, { id: "data:d", text: "d:\n  type: csv" }])).toBe("data:\n  d:\n    type: csv\n\npipeline:\n  - name: a\n    task: t.py\n    args:\n      --n: 1\n");
  });
});

describe("words and signs", () => {
  it("tell types apart by letters, too", () => {
    expect(typeSign("csv").letter).toBe("C");
    expect(typeSign("image").letter).toBe("I");
    expect(typeSign(null, "folder").letter).toBe("D");
    expect(typeSign(null).letter).toBe("·");
  });
  it("say sizes", () => {
    expect([bytes(12), bytes(1500), bytes(12_345_678)]).toEqual(["12 B", "1.5 kB", "12 MB"]);
  });
});

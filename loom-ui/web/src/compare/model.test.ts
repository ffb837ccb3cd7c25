import { describe, expect, it } from "vitest";
import type { Comparison, ComparisonColumn } from "../api/types";
import { arranged, axis, barPart, bestOf, brushed, csv, goalOf, passing, powers, roundTicks, trend } from "./model";
import { fileOf } from "./files";
import { brushOf } from "./brush";

const column = (name: string, kind: ComparisonColumn["kind"], numbers: (number | null)[], goal: string | null = null): ComparisonColumn => ({
  name,
  kind,
  goal,
  texts: numbers.map((value) => (value === null ? "" : String(value))),
  numbers,
  numeric: true,
});
const table: Comparison = {
  rows: ["lr=0.1", "lr=0.01", "lr=0.001", "lr=1"].map((label) => ({ label, state: "ok", node: null, unit: null, defaults: [] })),
  columns: [column("lr", "parameter", [0.1, 0.01, 0.001, 1]), column("loss", "metric", [0.5, 0.2, null, 0.9], "min")],
  constant: [["seed", "1, or 2"]],
  alike: [],
  best: 1,
  troubles: [],
  empty: null,
};
const loss = table.columns[1] as ComparisonColumn;
const lr = table.columns[0] as ComparisonColumn;

describe("the comparison", () => {
  it("lets through what all filters let through; what has no number is in no range", () => {
    expect(passing(table, {})).toEqual([0, 1, 2, 3]);
    expect(passing(table, { loss: { min: 0.3 } })).toEqual([0, 3]);
    expect(passing(table, { loss: { max: 0.6 }, lr: { texts: ["0.01"] } })).toEqual([1]);
    expect(passing(table, {}, "0.0")).toEqual([1, 2]);
  });
  it("sorts with what has no value last, either way", () => {
    expect(arranged(table, [0, 1, 2, 3], { by: "loss", down: false })).toEqual([1, 0, 3, 2]);
    expect(arranged(table, [0, 1, 2, 3], { by: "loss", down: true })).toEqual([3, 0, 1, 2]);
    expect(arranged(table, [3, 0], { by: null, down: false })).toEqual([3, 0]);
  });
  it("finds the best among the rows in sight, by the goal that holds", () => {
    expect(bestOf(loss, [0, 1, 2, 3], goalOf(loss, {}))).toBe(1);
    expect(bestOf(loss, [0, 2, 3], "max")).toBe(3);
    expect(bestOf(loss, [0, 1], goalOf(loss, { loss: null }))).toBeNull();
  });
  it("has bars that begin at zero", () => {
    expect(barPart(5, [0, 10])).toEqual({ from: 0, to: 0.5 });
    expect(barPart(-5, [-10, 10])).toEqual({ from: 0.25, to: 0.5 });
    expect(barPart(0, [0, 0])).toEqual({ from: 0, to: 0 });
  });
  it("gives a file that reads back", () => {
    expect(csv(table, [1])).toBe('configuration,state,lr,loss,seed\r\nlr=0.01,ok,0.01,0.2,"1, or 2"\r\n');
  });
});

describe("axes", () => {
  it("place numbers straight and by powers", () => {
    const straight = axis(loss, false, String, roundTicks);
    expect(straight.at(0)).toBeCloseTo(3 / 7);
    expect(straight.at(2)).toBeNull();
    const bent = axis(lr, true, String, roundTicks);
    expect(bent.at(0)).toBeCloseTo(2 / 3);
    expect(bent.value(1 / 3)).toBeCloseTo(0.01);
    expect(bent.ticks.map((mark) => mark.text)).toContain("0.01");
  });
  it("give the filter of a brush, and its place back", () => {
    const bent = axis(lr, true, String, roundTicks);
    const filter = brushed(bent, 0.7, 0.3);
    expect(passing(table, { lr: filter })).toEqual([0, 1]);
    const [from, to] = brushOf(bent, filter, lr) ?? [0, 0];
    expect(from).toBeCloseTo(0.3);
    expect(to).toBeCloseTo(0.7);
  });
  it("have round marks", () => {
    expect(roundTicks(0, 1, 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(powers(0.001, 1)).toEqual([0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1]);
  });
});

describe("the trend", () => {
  it("is the nearest straight line", () => {
    expect(trend([[0, 1], [1, 3], [2, 5]])).toMatchObject({ slope: 2, start: 1, fit: 1 });
    expect(trend([[0, 1], [1, 3]])).toBeNull();
    expect(trend([[1, 1], [1, 3], [1, 5]])).toBeNull();
  });
});

describe("files of rows", () => {
  const link = (label: string) => ({ id: label, label, exists: true });
  it("are found by their names", () => {
    const all = [link("out/lr=0.1,depth=2/m.json"), link("out/lr=0.1,depth=20/m.json")];
    expect(fileOf(all, "lr=0.1,depth=20", null)?.id).toBe("out/lr=0.1,depth=20/m.json");
    expect(fileOf(all, "lr=0.1,depth=2", null)?.id).toBe("out/lr=0.1,depth=2/m.json");
    expect(fileOf(all, "lr=9", null)).toBeNull();
  });
});

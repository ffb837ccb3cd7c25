// What was chosen in the comparison: kept while other views are shown, and shared by the table and all plots.
import { create } from "zustand";
import { told } from "../api/client";
import { hear } from "../api/socket";
import { api, docId } from "../api/store";
import type { Comparison } from "../api/types";
import { firstSort, wideColumns, type Filter, type Filters, type Goal, type Goals, type TableSort } from "./model";

export type Tab = "parallel" | "scatter" | "outputs";

interface Compare {
  doc: string | null;
  table: Comparison | null;
  error: string | null;
  filters: Filters;
  goals: Goals;
  sort: TableSort;
  words: string;
  baseline: number | null;
  active: number | null;
  chosen: ReadonlySet<number>;
  tab: Tab;
  /** The order of the axes; columns that are not in it come behind. */
  axes: string[];
  log: ReadonlySet<string>;
  colour: string | null;
  x: string | null;
  y: string | null;
  trend: boolean;
  data: string | null;
  showFilters: boolean;
}

const FRESH = {
  filters: {},
  goals: {},
  sort: { by: null, down: false },
  words: "",
  baseline: null,
  active: null,
  chosen: new Set<number>(),
  axes: [],
  log: new Set<string>(),
  colour: null,
  x: null,
  y: null,
  data: null,
};

export const useCompare = create<Compare>(() => ({ doc: null, table: null, error: null, tab: "parallel", trend: false, showFilters: true, ...FRESH }));

export const put = useCompare.setState;

/** Asks for the table; what was chosen stays if the document is the same. */
export async function loadComparison(): Promise<void> {
  const doc = docId();
  try {
    const table = await api.get<Comparison>("compare");
    put((old) => {
      if (old.doc !== doc) return { ...FRESH, doc, table, error: null, sort: firstSort(table), log: wideColumns(table) };
      // Rows are known by their names: they may come in another order, or there may be new ones.
      const by = new Map(table.rows.map((row, at) => [row.label, at]));
      const moved = (row: number | null) => (row === null ? null : (by.get(old.table?.rows[row]?.label ?? "") ?? null));
      const chosen = new Set([...old.chosen].flatMap((row) => moved(row) ?? []));
      return { table, error: null, baseline: moved(old.baseline), active: moved(old.active), chosen };
    });
  } catch (problem) {
    put({ error: told(problem) });
  }
}

let listening = false;
let due = 0;

/** Follows what the server tells. While a sweep runs that is often; once a second is enough. */
export function followComparison(): void {
  if (listening) return;
  listening = true;
  hear((message) => {
    const concerns = (message.t === "compare" && message.doc === docId()) || message.t === "hello" || message.t === "resync";
    if (!concerns || due !== 0) return;
    due = window.setTimeout(() => {
      due = 0;
      if (useCompare.getState().doc === docId()) void loadComparison();
    }, 1000);
  });
}

/** Sets what a column lets through; nothing takes the filter away. */
export function setFilter(column: string, filter: Filter | null): void {
  put((old) => {
    const filters = { ...old.filters };
    if (filter === null || (filter.min === undefined && filter.max === undefined && filter.texts === undefined)) delete filters[column];
    else filters[column] = filter;
    return { filters };
  });
}

/** Says which is better in a column. */
export function setGoal(column: string, goal: Goal | null): void {
  put((old) => ({ goals: { ...old.goals, [column]: goal } }));
}

/** Takes a row into those that are looked at side by side, or out of them. */
export function toggleRow(row: number): void {
  put((old) => {
    const chosen = new Set(old.chosen);
    if (!chosen.delete(row)) chosen.add(row);
    return { chosen };
  });
}

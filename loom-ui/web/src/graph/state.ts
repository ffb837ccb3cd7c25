// What belongs to the graph view of this tab alone: where the keyboard is, what is open beside the board, what is being dragged.
import { create } from "zustand";
import type { Target } from "../api/types";

export type RailTab = "outline" | "add" | "parameters";

interface Kept {
  left: boolean;
  right: boolean;
  leftWidth: number;
  rightWidth: number;
  rail: RailTab;
  map: boolean;
}

export interface Verdict {
  allowed: boolean;
  reason: string | null;
}

/** A wire on its way: from a port to the pointer. */
export interface Drag {
  from: Target;
  /** Whether it was begun at a port that takes. */
  back: boolean;
  /** On the board. */
  start: { x: number; y: number };
  end: { x: number; y: number };
  /** In the window. */
  pointer: { x: number; y: number };
  over: Target | null;
  verdict: Verdict | null;
}

export interface Graph extends Kept {
  /** The card that the keyboard is on. */
  focus: string | null;
  /** Grows when the focus is to be taken there. */
  wish: number;
  /** How far cards have been dragged, until the server knows. */
  moved: ReadonlyMap<string, { dx: number; dy: number }>;
  drag: Drag | null;
  wire: string | null;
  /** Only these are drawn in full ink. */
  filter: { ids: ReadonlySet<string>; label: string } | null;
  /** Where something is to be added: in the window, and on the board. */
  hotbox: { at: { x: number; y: number }; place: { x: number; y: number } | null } | null;
  /** What was let go over nothing, and may become something new there. */
  drop: { from: Target; back: boolean; at: { x: number; y: number }; place: { x: number; y: number } } | null;
  /** The card that is being connected by keyboard. */
  connect: string | null;
  preview: { node: string; title: string } | null;
  /** A name for a new group is being asked for. */
  grouping: boolean;
}

const KEPT = "loom-graph";
const usual: Kept = { left: true, right: true, leftWidth: 240, rightWidth: 320, rail: "outline", map: true };

function kept(): Kept {
  try {
    return { ...usual, ...(JSON.parse(localStorage.getItem(KEPT) ?? "{}") as Partial<Kept>) };
  } catch {
    return usual;
  }
}

export const useGraph = create<Graph>(() => ({
  ...kept(),
  focus: null,
  wish: 0,
  moved: new Map(),
  drag: null,
  wire: null,
  filter: null,
  hotbox: null,
  drop: null,
  connect: null,
  preview: null,
  grouping: false,
}));

export const graph = useGraph.getState;
export const setGraph = useGraph.setState;

/** Changes what is remembered from one visit to the next. */
export function keep(changes: Partial<Kept>): void {
  setGraph(changes);
  const { left, right, leftWidth, rightWidth, rail, map } = graph();
  localStorage.setItem(KEPT, JSON.stringify({ left, right, leftWidth, rightWidth, rail, map }));
}

/** Puts the keyboard on a card. */
export function focusCard(id: string): void {
  setGraph((old) => ({ focus: id, wish: old.wish + 1 }));
}

// What is shown: a copy of what the server knows, and what belongs to this tab alone.
import { create } from "zustand";
import { http, Refusal, segment, told, token } from "./client";
import { connect, hear, say } from "./socket";
import type { Board, BoardChange, DataState, DocState, Op, RunInfo, RunRequest, RunTarget, Session, States, StepState, StopRequest } from "./types";

export type View = "graph" | "runs" | "compare" | "history" | "problems" | "text";
export const VIEWS: readonly View[] = ["graph", "runs", "compare", "history", "problems", "text"];
export type Theme = "system" | "light" | "dark";
export interface Toast {
  id: number;
  text: string;
  kind: "info" | "error";
}

interface Store {
  session: Session | null;
  doc: DocState | null;
  docId: string | null;
  steps: ReadonlyMap<string, StepState>;
  data: ReadonlyMap<string, DataState>;
  /** The run that began last. */
  run: RunInfo | null;
  selection: readonly string[];
  view: View;
  theme: Theme;
  connected: boolean;
  tabs: number;
  /** Why nothing can be shown. */
  fatal: string | null;
  toasts: readonly Toast[];
  /** A line of the text to be shown. */
  line: number | null;
  /** Which dialog is open. */
  dialog: Dialog | null;
}

export type Dialog =
  | { kind: "palette" }
  | { kind: "find" }
  | { kind: "keys" }
  | { kind: "changes" }
  | { kind: "conflicts" }
  | { kind: "unsaved"; request: RunRequest["plan"] }
  | { kind: "overrides" }
  | { kind: "plan" }
  | { kind: "clean" }
  | { kind: "open" }
  | { kind: "remove"; nodes: readonly string[] };

const hash = () => new URLSearchParams(location.hash.slice(1));
const first = hash();
const asView = (word: string | null): View => (VIEWS as readonly (string | null)[]).includes(word) ? (word as View) : "graph";
const savedTheme = localStorage.getItem("loom-theme");

export const useStore = create<Store>(() => ({
  session: null,
  doc: null,
  docId: first.get("doc"),
  steps: new Map(),
  data: new Map(),
  run: null,
  selection: first.getAll("sel"),
  view: asView(first.get("view")),
  theme: savedTheme === "light" || savedTheme === "dark" ? savedTheme : "system",
  connected: false,
  tabs: 1,
  fatal: token === null ? "token" : null,
  toasts: [],
  line: null,
  dialog: null,
}));

const get = useStore.getState;
const set = useStore.setState;

/** The document that is open. */
export const docId = () => get().docId ?? "";
export const useDoc = (): DocState | null => useStore((store) => store.doc);
export const useSelected = (): readonly string[] => useStore((store) => store.selection);
/** Whether anything can be written or run here. */
export const canWrite = (): boolean => get().session?.read_only === false;

/** The path of something of the document that is open. */
export const of = (rest: string) => `docs/${segment(docId())}${rest === "" ? "" : `/${rest}`}`;

/** Asks about the document that is open. */
export const api = {
  get: <T>(rest: string, signal?: AbortSignal) => http.get<T>(of(rest), signal),
  post: <T>(rest: string, body: unknown = {}) => http.post<T>(of(rest), body),
  put: <T>(rest: string, body: unknown) => http.put<T>(of(rest), body),
  del: <T>(rest: string) => http.del<T>(of(rest)),
  blob: (rest: string, signal?: AbortSignal) => http.blob(of(rest), signal),
};

/** A picture as an address; give it back with `URL.revokeObjectURL`. */
export async function blobUrl(rest: string): Promise<string> {
  return URL.createObjectURL(await api.blob(rest));
}

let toasts = 0;
/** Says something that goes away by itself; a screen reader reads it. */
export function notify(text: string, kind: Toast["kind"] = "info"): void {
  const id = ++toasts;
  set((old) => ({ toasts: [...old.toasts.filter((toast) => toast.text !== text), { id, text, kind }].slice(-4) }));
  setTimeout(() => dismiss(id), kind === "error" ? 9000 : 4000);
}
export function dismiss(id: number): void {
  set((old) => ({ toasts: old.toasts.filter((toast) => toast.id !== id) }));
}

/** Keeps the address in step, so that a reload and a link lead back here. */
function writeAddress(): void {
  const { docId, view, selection } = get();
  const words = hash();
  words.delete("sel");
  for (const one of selection.slice(0, 20)) words.append("sel", one);
  words.set("view", view);
  if (docId !== null) words.set("doc", docId);
  history.replaceState(history.state, "", `#${words}`);
}
export function select(nodes: readonly string[]): void {
  set({ selection: nodes });
  writeAddress();
}
export function showView(view: View): void {
  set({ view });
  writeAddress();
}
/** Shows a line of the text. */
export function showLine(line: number): void {
  set({ line, view: "text" });
  writeAddress();
}
export function openDialog(dialog: Dialog | null): void {
  set({ dialog });
}
export function setTheme(theme: Theme): void {
  localStorage.setItem("loom-theme", theme);
  set({ theme });
  applyTheme(theme);
}
const isDark = matchMedia("(prefers-color-scheme: dark)");
isDark.addEventListener("change", () => applyTheme(get().theme));
export function applyTheme(theme: Theme): void {
  document.documentElement.dataset["theme"] = theme === "system" ? (isDark.matches ? "dark" : "light") : theme;
}

/** A board after a change; what has not changed stays the same object, so that it is not drawn again. */
export function changed(board: Board, change: BoardChange): Board {
  const swap = <T extends { id: string }>(old: T[], news: T[], gone: string[]): T[] => {
    if (news.length === 0 && gone.length === 0) return old;
    const byId = new Map(old.map((one) => [one.id, one]));
    for (const id of gone) byId.delete(id);
    for (const one of news) byId.set(one.id, one);
    return [...byId.values()];
  };
  let cards = swap(board.cards, change.cards, change.gone_cards);
  if (change.order !== null) {
    const byId = new Map(cards.map((card) => [card.id, card]));
    cards = change.order.flatMap((id) => byId.get(id) ?? []);
  }
  return {
    cards,
    wires: swap(board.wires, change.wires, change.gone_wires),
    frames: change.frames ?? board.frames,
    width: change.width,
    height: change.height,
  };
}

function takeStates(states: States, whole: boolean): void {
  set((old) => {
    const steps = new Map(whole ? [] : old.steps);
    const data = new Map(whole ? [] : old.data);
    for (const state of states.steps) steps.set(state.id, state);
    for (const state of states.data) data.set(state.id, state);
    return { steps, data };
  });
}
export function takeDoc(doc: DocState): void {
  const old = get().doc;
  if (old !== null && old.id === doc.id && old.rev > doc.rev) return;
  const known = new Set(doc.board.cards.map((card) => card.id));
  const selection = get().selection.filter((id) => known.has(id) || doc.outline.some((item) => item.id === id));
  set({ doc, ...(selection.length === get().selection.length ? {} : { selection }) });
  document.title = `${doc.dirty ? "● " : ""}${doc.path} · loom`;
}

/** How much was told of documents so far. */
let heard = 0;

/** Fetches all of the document that is open. */
export async function refresh(): Promise<void> {
  const id = get().docId;
  if (id === null) return;
  try {
    // What is told while the answers are on their way may be newer than they are: then they are asked for again.
    for (let tries = 0, before = -1; tries < 3 && before !== heard; tries += 1) {
      before = heard;
      const [doc, states, runs] = await Promise.all([api.get<DocState>(""), api.get<States>("states"), api.get<RunInfo[]>("runs")]);
      if (get().docId !== id) return;
      set({ doc: null });
      takeDoc(doc);
      takeStates(states, true);
      set({ run: runs[0] ?? null, fatal: null });
    }
  } catch (error) {
    if (get().doc === null) set({ fatal: told(error) });
    else notify(told(error), "error");
  }
}

/** Opens another pipeline. */
export async function openDoc(id: string): Promise<void> {
  set({ docId: id, doc: null, steps: new Map(), data: new Map(), run: null, selection: [], line: null, dialog: null });
  writeAddress();
  say({ t: "sub", doc: id }, "doc");
  await refresh();
}

/** Begins: asks what is open, and listens. */
export async function begin(): Promise<void> {
  applyTheme(get().theme);
  if (token === null) return;
  try {
    const session = await http.get<Session>("session");
    set({ session, docId: get().docId ?? session.first });
  } catch (error) {
    set({ fatal: error instanceof Refusal && error.status === 401 ? "token" : told(error) });
    return;
  }
  const { docId } = get();
  // One listens before one asks: else what happens in between would not be known.
  if (docId !== null) say({ t: "sub", doc: docId }, "doc");
  await new Promise<void>((listening) => {
    listen(listening);
    setTimeout(listening, PATIENCE);
  });
  if (docId === null) return set({ dialog: { kind: "open" } });
  await refresh();
  writeAddress();
}

/** How long the page waits for its socket before it shows what it can without, in milliseconds. */
const PATIENCE = 1500;

/** Hears what the server tells. */
function listen(listening: () => void): void {
  let greeted = false;
  hear((message) => {
    if (message.t === "doc" || message.t === "states" || message.t === "run") heard += 1;
    switch (message.t) {
      case "hello":
        // After the first one all is fetched in any case.
        if (greeted || get().doc !== null) void refresh();
        greeted = true;
        listening();
        break;
      case "resync":
        void refresh();
        break;
      case "presence":
        set({ tabs: message.tabs });
        break;
      case "doc": {
        const doc = get().doc;
        if (message.doc !== get().docId || doc === null) break;
        takeDoc({ ...message.state, board: changed(doc.board, message.board) });
        break;
      }
      case "states":
        if (message.doc === get().docId) takeStates(message.states, false);
        break;
      case "run": {
        const run = get().run;
        if (message.doc === get().docId && (run === null || run.run === message.info.run || message.info.began >= run.began)) set({ run: message.info });
        break;
      }
    }
  });
  connect((connected) => set({ connected }));
}

interface EditOptions {
  label?: string;
  coalesce?: string;
  /** What is refused is not told, but thrown. */
  quiet?: boolean;
}
/** The one way to change the pipeline. Answers whether it was done; if not, why was told. */
export async function edit(ops: Op[], options: EditOptions = {}): Promise<boolean> {
  const doc = get().doc;
  if (doc === null || ops.length === 0) return false;
  const { label, coalesce, quiet } = options;
  try {
    takeDoc(await api.post<DocState>("edit", { base_rev: doc.rev, label: label ?? null, coalesce: coalesce ?? null, ops }));
    return true;
  } catch (error) {
    if (quiet) throw error;
    notify(told(error), "error");
    return false;
  }
}

/** Something that answers the document as it is then. */
export async function act(what: "undo" | "redo" | "layout" | "reload", body: unknown = {}): Promise<boolean> {
  try {
    takeDoc(await api.post<DocState>(what, body));
    return true;
  } catch (error) {
    notify(told(error), "error");
    return false;
  }
}
export async function fold(items: [string, boolean][]): Promise<void> {
  try {
    takeDoc(await api.post<DocState>("fold", { folds: items }));
  } catch (error) {
    notify(told(error), "error");
  }
}

/** What is typed somewhere and not sent yet is sent first: see `Field`. */
const pending = new Set<() => Promise<unknown> | void>();
export function beforeSaving(commit: () => Promise<unknown> | void): () => void {
  pending.add(commit);
  return () => void pending.delete(commit);
}
export async function settleFields(): Promise<void> {
  await Promise.all([...pending].map((commit) => commit()));
}

/** Writes the file. Answers whether it was written. */
export async function save(force = false): Promise<boolean> {
  await settleFields();
  const doc = get().doc;
  if (doc === null) return false;
  try {
    takeDoc(await api.post<DocState>("save", { version: doc.version, force }));
    notify("Saved");
    return true;
  } catch (error) {
    if (error instanceof Refusal && error.code === "changed_on_disk") await refresh();
    const conflicts = get().doc?.outside?.conflicts ?? [];
    if (conflicts.length > 0) openDialog({ kind: "conflicts" });
    notify(told(error), "error");
    return false;
  }
}

/** Starts a run; with changes that are not saved it asks first. Answers its name. */
export async function start(plan: Partial<RunRequest["plan"]>, saved = false): Promise<string | null> {
  await settleFields();
  const doc = get().doc;
  if (doc === null) return null;
  const whole: RunRequest["plan"] = { target: "all", include: [], set: [], only: [], force: false, ...plan };
  if (doc.dirty && !saved) {
    openDialog({ kind: "unsaved", request: whole });
    return null;
  }
  try {
    const { run } = await api.post<{ run: string }>("runs", { plan: whole, workers: null, rev: doc.rev });
    return run;
  } catch (error) {
    notify(told(error), "error");
    return null;
  }
}
/** Ends a run, or some of its units alone. */
export async function stop(run: string, units: string[] = []): Promise<void> {
  try {
    await api.post(`runs/${segment(run)}/cancel`, { units } satisfies StopRequest);
  } catch (error) {
    notify(told(error), "error");
  }
}

export type { RunTarget };

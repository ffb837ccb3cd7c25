// TEMPORARY stand-in until the shell is there.
import { create } from "zustand";
import type { ClientMessage, DocState, EditRequest, Op, ServerMessage } from "../api/types";

export class ApiError extends Error {
  constructor(readonly status: number, readonly code: string, message: string) { super(message); }
}
interface Shell { doc: DocState | null; selection: string[]; view: string; readOnly: boolean }
export const useShell = create<Shell>(() => ({ doc: null, selection: [], view: "runs", readOnly: false }));
const base = () => `/api/v1/docs/${encodeURIComponent(docId())}/`;
async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const answer = await fetch(base() + path, { method, headers: { "Content-Type": "application/json" }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  const text = await answer.text();
  const value = text === "" ? undefined : JSON.parse(text);
  if (!answer.ok) throw new ApiError(answer.status, value?.error?.code ?? "", value?.error?.message ?? answer.statusText);
  return value as T;
}
export const api = {
  get: <T>(path: string) => call<T>("GET", path),
  post: <T = unknown>(path: string, body: unknown = {}) => call<T>("POST", path, body),
  put: <T>(path: string, body: unknown) => call<T>("PUT", path, body),
  del: (path: string) => call<unknown>("DELETE", path),
};
export async function blobUrl(path: string): Promise<string> { return URL.createObjectURL(await (await fetch(base() + path)).blob()); }
export const docId = () => useShell.getState().doc?.id ?? "d1";
export const revision = () => useShell.getState().doc?.rev ?? 0;
export const readOnly = () => useShell.getState().readOnly;
export const useDoc = () => useShell((s) => s.doc);
export const useSelected = () => useShell((s) => s.selection);
export const select = (selection: string[]) => useShell.setState({ selection });
export const showView = (view: string) => useShell.setState({ view });
export const takeDoc = (doc: DocState) => useShell.setState((old) => ({ doc: { ...doc, board: old.doc?.board ?? doc.board } }));
export const notify = (text: string, _tone?: "error") => console.info(text);
export const confirm = async (title: string, text: string, _action: string) => window.confirm(`${title}\n${text}`);
export const isConflict = (problem: unknown) => problem instanceof ApiError && problem.status === 409;
export async function saveDoc(): Promise<void> { takeDoc(await api.post<DocState>("save", { version: useShell.getState().doc?.version })); }
export async function editOps(label: string, ops: Op[]): Promise<boolean> {
  const request: EditRequest = { base_rev: revision(), label, coalesce: null, ops };
  try { takeDoc(await api.post<DocState>("edit", request)); return true; } catch (problem) { notify(String(problem), "error"); return false; }
}
const ears = new Set<(m: ServerMessage) => void>();
export const hear = (ear: (m: ServerMessage) => void) => { ears.add(ear); return () => void ears.delete(ear); };
let socket: WebSocket | null = null;
const queue: ClientMessage[] = [];
export function tell(message: ClientMessage): void { if (socket?.readyState === 1) socket.send(JSON.stringify(message)); else queue.push(message); }
export function connect(): void {
  socket = new WebSocket(`ws://${location.host}/api/v1/ws`);
  socket.onopen = () => { socket?.send(JSON.stringify({ t: "sub", doc: docId() })); for (const m of queue.splice(0)) tell(m); };
  socket.onmessage = (event) => { const m = JSON.parse(event.data) as ServerMessage; if (m.t === "doc") takeDoc(m.state); for (const ear of ears) ear(m); };
}

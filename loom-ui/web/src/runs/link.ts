// What the screens need of the shell, under the names that they use.
import { Refusal, token } from "../api/client";
import { forget, hear, say } from "../api/socket";
import { api, edit, notify, save, select, showLine, showView, start as begin, stop as end, takeDoc, useStore } from "../api/store";
import type { ClientMessage, DocState, Op, RunTarget } from "../api/types";

export { api, hear, notify, select, showView, showLine, takeDoc, token };

const LOG = "log";

/** The document that is open. */
export const docId = () => useStore.getState().docId ?? "";
export const useDoc = (): DocState | null => useStore((store) => store.doc);
export const useSelected = (): readonly string[] => useStore((store) => store.selection);

/** Whether nothing can be written or run here. */
export const readOnly = () => useStore.getState().session?.read_only !== false;

/** Whether the server has something newer. */
export const isConflict = (problem: unknown) => problem instanceof Refusal && problem.status === 409;

/** What went wrong, for people. */
export { told } from "../api/client";

/** Watches a log, also after the connection was gone for a while. */
export function watchLog(message: ClientMessage & { t: "watch_log" }): void {
  say(message, LOG);
}
export function unwatchLog(): void {
  forget(LOG);
  say({ t: "unwatch_log" });
}

/** A picture as an address; give it back with `URL.revokeObjectURL`. */
export async function blobUrl(path: string): Promise<string> {
  return URL.createObjectURL(await api.blob(path));
}

/** Starts a run; answers its name, or nothing if it could not begin or something is asked first. */
export const start = (target: RunTarget): Promise<string | null> => begin({ target });
export const stop = (run: string, units: string[] = []): Promise<void> => (units.length > 0 ? api.post(`runs/${encodeURIComponent(run)}/cancel`, { units }).then(() => undefined) : end(run));
export const editOps = (label: string, ops: Op[]): Promise<boolean> => edit(ops, { label });
export const saveDoc = (): Promise<boolean> => save();

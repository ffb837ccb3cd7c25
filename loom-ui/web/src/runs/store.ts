// The runs of the pipeline as far as they are known here. The server has the truth; a reload asks for it anew.
import { create } from "zustand";
import { told } from "../api/client";
import { hear } from "../api/socket";
import { api, docId, notify, showView, start } from "../api/store";
import type { RunDetail, RunInfo, RunTarget } from "../api/types";
import { setPlace } from "./place";
import { patched } from "./order";
import { isLive } from "./words";

interface Runs {
  doc: string | null;
  /** Newest first. None before they have come. */
  list: RunInfo[] | null;
  details: Record<string, RunDetail>;
  /** When the last word of a run came, by the clock of the page: its time goes on from there. */
  heard: Record<string, number>;
  error: string | null;
}

export const useRuns = create<Runs>(() => ({ doc: null, list: null, details: {}, heard: {}, error: null }));

const newest = (list: RunInfo[]) => [...list].sort((a, b) => b.number - a.number || b.began - a.began);

/** When a run was last told of unasked. An answer that was asked for before that may not know of it yet. */
const toldAt = new Map<string, number>();
const toldSince = (run: string, moment: number) => (toldAt.get(run) ?? -1) >= moment;

/** Asks for the list of runs. */
export async function loadRuns(): Promise<void> {
  const doc = docId();
  const asked = performance.now();
  try {
    const answer = await api.get<RunInfo[]>("runs");
    const now = performance.now();
    useRuns.setState((old) => {
      const meanwhile = old.doc === doc || old.doc === null ? (old.list ?? []).filter((info) => toldSince(info.run, asked)) : [];
      const list = newest([...answer.filter((info) => !meanwhile.some((one) => one.run === info.run)), ...meanwhile]);
      return {
        doc,
        list,
        error: null,
        details: old.doc === doc ? old.details : {},
        heard: { ...(old.doc === doc ? old.heard : {}), ...Object.fromEntries(list.map((info) => [info.run, now])) },
      };
    });
  } catch (problem) {
    useRuns.setState({ error: told(problem) });
  }
}

/** Asks for one run. */
export async function loadRun(run: string): Promise<void> {
  const doc = docId();
  const asked = performance.now();
  try {
    const detail = await api.get<RunDetail>(`runs/${encodeURIComponent(run)}`);
    const again = toldSince(run, asked) && doc === docId();
    useRuns.setState((old) => (old.doc !== null && old.doc !== doc ? {} : { details: { ...old.details, [run]: detail }, heard: { ...old.heard, [run]: performance.now() } }));
    if (again) await loadRun(run);
  } catch (problem) {
    useRuns.setState({ error: told(problem) });
  }
}

let listening = false;

/** Follows what the server tells; once for the page. */
export function followRuns(): void {
  if (listening) return;
  listening = true;
  hear((message) => {
    if (message.t === "run" && message.doc === docId()) {
      const { info, units } = message;
      toldAt.set(info.run, performance.now());
      useRuns.setState((old) => {
        const list = old.list ?? [];
        const at = list.findIndex((one) => one.run === info.run);
        const detail = old.details[info.run];
        return {
          list: at < 0 ? newest([...list, info]) : list.map((one, index) => (index === at ? info : one)),
          heard: { ...old.heard, [info.run]: performance.now() },
          details: detail === undefined ? old.details : { ...old.details, [info.run]: withNews(detail, info, units) },
        };
      });
    }
    if (message.t === "hello" || message.t === "resync") {
      void loadRuns();
      for (const [run, detail] of Object.entries(useRuns.getState().details)) if (isLive(detail.info.state)) void loadRun(run);
    }
  });
}

function withNews(detail: RunDetail, info: RunInfo, units: RunDetail["units"]): RunDetail {
  const lanes = units.reduce((most, unit) => Math.max(most, (unit.lane ?? -1) + 1), detail.lanes);
  return { info, units: patched(detail.units, units), lanes };
}

/** How long a run has been going on. */
export function elapsed(info: RunInfo, heard: number | undefined): number {
  if (!isLive(info.state) || heard === undefined) return info.took_ms;
  return info.took_ms + Math.max(0, performance.now() - heard);
}

/** Starts a run and shows it. */
export async function startAndShow(target: RunTarget): Promise<void> {
  if ((await start({ target })) === null) return;
  await loadRuns();
  setPlace({ run: null, unit: null, line: null });
  showView("runs");
}

/** Throws a run away. */
export async function remove(run: string): Promise<boolean> {
  try {
    await api.del(`runs/${encodeURIComponent(run)}`);
    useRuns.setState((old) => {
      const details = { ...old.details };
      delete details[run];
      return { list: (old.list ?? []).filter((one) => one.run !== run), details };
    });
    return true;
  } catch (problem) {
    notify(told(problem), "error");
    return false;
  }
}

/** The name of the step of a node id. */
export function stepName(node: string): string {
  return node.replace(/^step:/, "");
}

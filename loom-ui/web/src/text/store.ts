// The text as it is typed here, as it was last agreed on with the server, and what became of the two. What is typed is never lost.
import { create } from "zustand";
import { isConflict, told } from "../api/client";
import type { DocState } from "../api/types";
import { api, docId, notify, takeDoc, useStore } from "../api/store";
import { bothChanges } from "./lines";

interface Clash {
  /** What the document says now. */
  theirs: string;
  rev: number;
  /** Both in one, if they are of different lines. */
  both: string | null;
}

interface TextState {
  doc: string | null;
  /** What is in the field. */
  typed: string;
  /** The last text that both sides knew, and its revision. */
  agreed: string;
  rev: number;
  ready: boolean;
  sending: boolean;
  error: string | null;
  clash: Clash | null;
  /** What was given up for the text of others: it can be brought back. */
  given: string | null;
}

export const useText = create<TextState>(() => ({ doc: null, typed: "", agreed: "", rev: -1, ready: false, sending: false, error: null, clash: null, given: null }));

const put = useText.setState;
const DELAY = 500;
let timer = 0;

/** Whether something was typed that the server does not have. */
export function isPending(state: Pick<TextState, "typed" | "agreed">): boolean {
  return state.typed !== state.agreed;
}

async function fetchText(): Promise<{ rev: number; text: string }> {
  return api.get<{ rev: number; text: string }>("text");
}

/** Takes over the text of the server: at first, and whenever the document changed while nothing was typed here. */
export async function loadText(): Promise<void> {
  const doc = docId();
  try {
    const { rev, text } = await fetchText();
    const state = useText.getState();
    if (state.doc !== doc || !state.ready) {
      put({ doc, typed: text, agreed: text, rev, ready: true, error: null, clash: null, given: null });
      return;
    }
    if (state.clash !== null) {
      put({ clash: { theirs: text, rev, both: bothChanges(state.agreed, state.typed, text) } });
    } else if (!isPending(state)) put({ typed: text, agreed: text, rev, error: null });
    else if (text === state.agreed) put({ rev });
    else meet(text, rev);
  } catch (problem) {
    put({ error: told(problem) });
  }
}

/** Both sides changed the text: where the lines are others, both hold; else the reader says. */
function meet(theirs: string, rev: number): void {
  const { typed, agreed } = useText.getState();
  const both = bothChanges(agreed, typed, theirs);
  if (both !== null) {
    put({ typed: both, agreed: theirs, rev, clash: null });
    notify("The pipeline was changed elsewhere as well; both changes are in the text");
    soon();
  } else put({ clash: { theirs, rev, both: null } });
}

/** Something was typed. */
export function type(text: string): void {
  put({ typed: text });
  if (useText.getState().clash === null) soon();
}

function soon(): void {
  clearTimeout(timer);
  timer = window.setTimeout(() => void send(), DELAY);
}

let at: Promise<boolean> = Promise.resolve(true);

/** Gives what was typed to the server, after what is under way; answers whether it has everything. */
export function send(): Promise<boolean> {
  clearTimeout(timer);
  at = at.then(sendNow);
  return at;
}

async function sendNow(): Promise<boolean> {
  const state = useText.getState();
  if (!state.ready || state.clash !== null) return false;
  if (!isPending(state)) return true;
  const { typed, rev } = state;
  put({ sending: true });
  try {
    const next = await api.put<DocState>("text", { base_rev: rev, text: typed });
    put({ agreed: typed, rev: next.rev, error: null });
    takeDoc(next);
    return true;
  } catch (problem) {
    if (isConflict(problem)) {
      try {
        const { rev: now, text } = await fetchText();
        if (text === useText.getState().agreed) {
          // Only the number was old, the text was not.
          put({ rev: now });
          soon();
        } else meet(text, now);
      } catch {
        put({ error: "The server does not answer; what was typed is kept here" });
      }
    } else put({ error: `${told(problem)} What was typed is kept here.` });
    return false;
  } finally {
    put({ sending: false });
    // What others changed meanwhile was left alone until now.
    const doc = useStore.getState().doc;
    if (doc !== null && doc.id === useText.getState().doc && doc.rev > useText.getState().rev) void loadText();
  }
}

/** Ends a clash: what was typed here goes over the other text, or gives way to it. */
export function settle(choice: "mine" | "theirs"): void {
  const { clash, typed } = useText.getState();
  if (clash === null) return;
  if (choice === "mine") {
    put({ clash: null, agreed: clash.theirs, rev: clash.rev });
    void send();
  } else put({ clash: null, typed: clash.theirs, agreed: clash.theirs, rev: clash.rev, given: typed });
}

/** Brings back what gave way. */
export function bringBack(): void {
  const { given } = useText.getState();
  if (given === null) return;
  put({ given: null });
  type(given);
}

/** The reader does not want it back. */
export function letGo(): void {
  put({ given: null });
}

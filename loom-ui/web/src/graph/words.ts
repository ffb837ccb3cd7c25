// How things stand, as a sign, a word and a colour: never by one of them alone.
import type { Card, CardKind, Counts, DataState, FileKind, StepState, UnitState } from "../api/types";
import type { IconName } from "../ui/Icon";

export const KIND_WORDS: Record<CardKind, string> = { step: "step", condition: "condition", switch: "switch", data: "data", parameter: "parameter", group: "group", branches: "branches" };
export const KIND_ICONS: Record<CardKind, IconName> = { step: "step", condition: "condition", switch: "switch", data: "data", parameter: "parameter", group: "group", branches: "branches" };

/** The class for the colour, and the word. */
export const STATES: Record<UnitState, { look: string; word: string; sign: string }> = {
  running: { look: "run", word: "running", sign: "running" },
  queued: { look: "run", word: "waiting for its turn", sign: "queued" },
  failed: { look: "fail", word: "failed", sign: "failed" },
  stopped: { look: "stale", word: "stopped", sign: "stopped" },
  skipped: { look: "skip", word: "skipped", sign: "skipped" },
  not_met: { look: "skip", word: "condition not met", sign: "skipped" },
  stale: { look: "stale", word: "to run", sign: "stale" },
  fresh: { look: "ok", word: "up to date", sign: "fresh" },
  left_out: { look: "skip", word: "left out", sign: "left_out" },
  unknown: { look: "skip", word: "not known yet", sign: "unknown" },
};

export interface TypeSign {
  letter: string;
  look: "image" | "table" | "json" | "text" | "video" | "folder" | "other";
  icon: IconName;
}

const TYPES: [RegExp, TypeSign][] = [
  [/folder|directory/, { letter: "D", look: "folder", icon: "folder" }],
  [/image|png|jpe?g|tiff?|svg|figure/, { letter: "I", look: "image", icon: "image" }],
  [/video|mp4|avi/, { letter: "V", look: "video", icon: "video" }],
  [/csv|table|tsv|parquet|excel/, { letter: "C", look: "table", icon: "table" }],
  [/json|yaml|toml/, { letter: "J", look: "json", icon: "json" }],
  [/txt|text|md|log|string/, { letter: "T", look: "text", icon: "text" }],
];

/** The letter and tint of a type of data. */
export function typeSign(type: string | null, kind?: FileKind | null): TypeSign {
  const found = TYPES.find(([pattern]) => pattern.test((type ?? "").toLowerCase()));
  if (found !== undefined) return found[1];
  if (type === null && kind != null) {
    const byKind = TYPES.find(([pattern]) => pattern.test(kind));
    if (byKind !== undefined) return byKind[1];
  }
  return { letter: (type ?? "").charAt(0).toUpperCase() || "·", look: "other", icon: "data" };
}

export function countsWords(counts: Counts): string {
  const parts: string[] = [];
  if (counts.ok > 0) parts.push(`${counts.ok} up to date`);
  if (counts.failed > 0) parts.push(`${counts.failed} failed`);
  if (counts.running > 0) parts.push(`${counts.running} running`);
  if (counts.stale > 0) parts.push(`${counts.stale} to run`);
  if (counts.skipped > 0) parts.push(`${counts.skipped} skipped`);
  return parts.length === 0 ? `${counts.units} units` : parts.join(", ");
}

export function stateWords(state: StepState | undefined): string {
  if (state === undefined) return STATES.unknown.word;
  return state.counts.units > 1 ? countsWords(state.counts) : STATES[state.state].word;
}

/** The same, where there is little room. */
export function shortWords(state: StepState | undefined): string {
  if (state === undefined || state.counts.units <= 1) return stateWords(state);
  const { counts } = state;
  if (counts.stale === counts.units) return `${counts.units} to run`;
  return counts.ok === counts.units ? "up to date" : counts.failed > 0 ? `${counts.failed} of ${counts.units} failed` : counts.running > 0 ? `${counts.ok} of ${counts.units} done` : `${counts.ok} of ${counts.units} up to date`;
}

export function dataWords(state: DataState | undefined): string {
  if (state === undefined) return "not known yet";
  if (!state.exists) return "not made yet";
  return state.stale ? "out of date" : "there";
}

/** A card in a sentence, for a screen reader. */
export function cardWords(card: Card, step: StepState | undefined, data: DataState | undefined): string {
  const parts = [`${KIND_WORDS[card.kind]} ${card.label.full}`];
  if (card.kind === "parameter") parts.push(card.sub?.full ?? "");
  else {
    if (card.data_type !== null) parts.push(card.data_type);
    if (card.units !== null && card.units > 1) parts.push(`${card.units} units`);
    parts.push(card.kind === "data" ? dataWords(data) : stateWords(step));
    for (const badge of card.badges) parts.push(badge.text);
  }
  if (card.problem !== null) parts.push(card.problem === "error" ? "has an error" : "has a warning");
  return parts.filter((part) => part !== "").join(", ");
}

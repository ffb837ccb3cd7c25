// Which run, unit and line are shown: kept in the address, so that a link leads back to them.
import { useSyncExternalStore } from "react";

export type PlaceKey = "run" | "unit" | "line";
const CHANGED = "loom:place";

/** What the address says. */
export function placeOf(key: PlaceKey): string | null {
  return new URLSearchParams(location.hash.slice(1)).get(key);
}

/** Writes into the address without a step in the history; null takes away. */
export function setPlace(changes: Partial<Record<PlaceKey, string | null>>): void {
  const all = new URLSearchParams(location.hash.slice(1));
  for (const [key, value] of Object.entries(changes)) {
    if (value === null || value === undefined) all.delete(key);
    else all.set(key, value);
  }
  history.replaceState(history.state, "", `#${all}`);
  dispatchEvent(new Event(CHANGED));
}

function listen(changed: () => void): () => void {
  addEventListener("hashchange", changed);
  addEventListener(CHANGED, changed);
  return () => {
    removeEventListener("hashchange", changed);
    removeEventListener(CHANGED, changed);
  };
}

/** What the address says, kept up to date. */
export function usePlace(key: PlaceKey): string | null {
  return useSyncExternalStore(listen, () => placeOf(key));
}

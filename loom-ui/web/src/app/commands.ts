// Everything that can be done, with its name and its keys: for the palette, the menus and the keyboard.
import { act, canWrite, edit, notify, openDialog, save, setTheme, settleFields, showView, start, stop, useStore, VIEWS, type View } from "../api/store";

export interface Command {
  id: string;
  label: string;
  /** As it is shown: `Ctrl+S`. */
  keys?: string;
  enabled?: () => boolean;
  run: () => void;
}

const get = useStore.getState;
/** The steps that are selected, by name. */
export const selectedSteps = () => get().selection.filter((id) => id.startsWith("step:")).map((id) => id.slice(5));
const hasSteps = () => canWrite() && selectedSteps().length > 0;
const canRun = () => canWrite() && get().doc !== null;
export const isAtWork = () => get().run?.state === "running" || get().run?.state === "waiting";

async function undo(what: "undo" | "redo"): Promise<void> {
  await settleFields();
  const label = get().doc?.[what];
  if (label === null || label === undefined) return notify(what === "undo" ? "There is nothing to undo" : "There is nothing to do again");
  if (await act(what)) notify(`${what === "undo" ? "Undone" : "Done again"}: ${label}`);
}

export const VIEW_NAMES: Record<View, string> = { graph: "Graph", runs: "Runs", compare: "Compare", history: "History", problems: "Problems", text: "Text" };

export const COMMANDS: readonly Command[] = [
  { id: "save", label: "Save", keys: "Ctrl+S", enabled: canWrite, run: () => void save() },
  { id: "changes", label: "Show what would be saved", run: () => openDialog({ kind: "changes" }) },
  { id: "undo", label: "Undo", keys: "Ctrl+Z", enabled: () => canWrite() && get().doc?.undo !== null, run: () => void undo("undo") },
  { id: "redo", label: "Redo", keys: "Ctrl+Shift+Z", enabled: () => canWrite() && get().doc?.redo !== null, run: () => void undo("redo") },
  { id: "run", label: "Run what changed", keys: "Ctrl+Enter", enabled: canRun, run: () => void start({}) },
  { id: "run-force", label: "Run everything again", enabled: canRun, run: () => void start({ force: true }) },
  { id: "run-selected", label: "Run the selected steps", enabled: hasSteps, run: () => void start({ target: { steps: selectedSteps() } }) },
  { id: "run-from", label: "Run from the selected step on", enabled: hasSteps, run: () => void start({ target: { from: selectedSteps() } }) },
  { id: "run-until", label: "Run until the selected step", enabled: hasSteps, run: () => void start({ target: { until: selectedSteps() } }) },
  { id: "run-failed", label: "Run what failed again", enabled: () => canRun() && get().run?.state === "failed", run: () => void start({ target: { failed_of: get().run?.run ?? "" } }) },
  { id: "run-with", label: "Run with other values…", enabled: canRun, run: () => openDialog({ kind: "overrides" }) },
  { id: "plan", label: "What would run, and why…", run: () => openDialog({ kind: "plan" }) },
  { id: "stop", label: "Stop the run", keys: "Ctrl+.", enabled: isAtWork, run: () => void (get().run && stop(get().run?.run ?? "")) },
  { id: "palette", label: "All commands", keys: "Ctrl+K", run: () => openDialog({ kind: "palette" }) },
  { id: "find", label: "Find…", keys: "Ctrl+F", run: () => openDialog({ kind: "find" }) },
  { id: "layout", label: "Lay out anew", enabled: canWrite, run: () => void act("layout") },
  { id: "clean", label: "Clean up what the steps made…", enabled: canWrite, run: () => openDialog({ kind: "clean" }) },
  { id: "open", label: "Open another pipeline…", keys: "Ctrl+O", run: () => openDialog({ kind: "open" }) },
  { id: "remove", label: "Remove what is selected…", keys: "Delete", enabled: () => canWrite() && get().selection.length > 0, run: () => openDialog({ kind: "remove", nodes: get().selection }) },
  { id: "group", label: "Put the selected steps into a group", enabled: hasSteps, run: () => void edit([{ op: "group", nodes: selectedSteps().map((name) => `step:${name}`), name: freeName("group") }]) },
  { id: "keys", label: "Keys", keys: "?", run: () => openDialog({ kind: "keys" }) },
  ...VIEWS.map((view, index): Command => ({ id: `view-${view}`, label: `Show ${VIEW_NAMES[view]}`, keys: `Alt+${index + 1}`, run: () => showView(view) })),
  { id: "theme-system", label: "Theme: as the system", run: () => setTheme("system") },
  { id: "theme-light", label: "Theme: light", run: () => setTheme("light") },
  { id: "theme-dark", label: "Theme: dark", run: () => setTheme("dark") },
];

/** A name that nothing has yet. */
export function freeName(wanted: string): string {
  const taken = new Set((get().doc?.outline ?? []).map((item) => item.label));
  if (!taken.has(wanted)) return wanted;
  for (let number = 2; ; number += 1) if (!taken.has(`${wanted}_${number}`)) return `${wanted}_${number}`;
}

export function command(id: string): Command {
  const found = COMMANDS.find((one) => one.id === id);
  if (found === undefined) throw new Error(`there is no command ${id}`);
  return found;
}

/** Keys that work everywhere, also while something is typed. */
const EVERYWHERE = new Set(["save", "undo", "redo", "run", "stop", "palette", "find", "open", ...VIEWS.map((view) => `view-${view}`)]);

function pressed(event: KeyboardEvent): string {
  const key = event.key.length === 1 ? event.key.toUpperCase() : event.key;
  const shift = event.shiftKey && (event.ctrlKey || event.metaKey || key.length > 1);
  return [event.ctrlKey || event.metaKey ? "Ctrl" : "", event.altKey ? "Alt" : "", shift ? "Shift" : "", key].filter(Boolean).join("+");
}

const isTyped = (target: EventTarget | null) => target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** Puts the keyboard on the next part of the page. */
function toRegion(by: number): void {
  const inner = [...document.querySelectorAll<HTMLElement>("main [data-region]")];
  const main = inner.length > 0 ? inner : [...document.querySelectorAll<HTMLElement>("main")];
  const all = [...document.querySelectorAll<HTMLElement>(".topbar"), ...main, ...document.querySelectorAll<HTMLElement>(".statusbar")];
  const here = all.findIndex((region) => region.contains(document.activeElement));
  const wanted = "[data-card][tabindex='0'], [role=tab][tabindex='0'], [tabindex='0'], button:not(:disabled), input:not(:disabled), select, textarea, a[href]";
  for (let step = 1; step <= all.length; step += 1) {
    const region = all[(Math.max(here, by > 0 ? -1 : 0) + by * step + all.length * step) % all.length];
    const first = region?.querySelector<HTMLElement>("[data-card][tabindex='0']") ?? region?.querySelector<HTMLElement>(wanted);
    if (first != null) return first.focus();
  }
}

/** Listens to the keyboard for the whole page. */
export function listenToKeys(): () => void {
  const onKey = (event: KeyboardEvent) => {
    if (event.defaultPrevented) return;
    if (event.key === "F6" && document.querySelector("dialog[open]") === null) {
      event.preventDefault();
      return toRegion(event.shiftKey ? -1 : 1);
    }
    const keys = pressed(event);
    const found = COMMANDS.find((one) => one.keys === keys || (one.id === "redo" && keys === "Ctrl+Y"));
    if (found === undefined) return;
    if (isTyped(event.target) && !EVERYWHERE.has(found.id)) return;
    // A dialog has the keyboard to itself, but for saving.
    if (document.querySelector("dialog[open]") !== null && found.id !== "save") return;
    // What is typed in the text view is undone there first.
    const inText = event.target instanceof HTMLTextAreaElement && event.target.dataset["owns"] === "undo";
    if (inText && (found.id === "undo" || found.id === "redo" || found.id === "find")) return;
    event.preventDefault();
    if (found.enabled?.() !== false) found.run();
  };
  addEventListener("keydown", onKey);
  return () => removeEventListener("keydown", onKey);
}

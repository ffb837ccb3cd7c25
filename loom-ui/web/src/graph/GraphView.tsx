import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { api, canWrite, edit, fold, notify, openDialog, select, showLine, start, useStore } from "../api/store";
import { hear } from "../api/socket";
import { segment, told } from "../api/client";
import type { Card, Details, TaskInfo } from "../api/types";
import { selectedSteps } from "../app/commands";
import { Button, IconButton } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { type Item, Menu } from "../ui/Menu";
import { Splitter } from "../ui/Splitter";
import { EmptyBoard } from "./EmptyBoard";
import { GraphSurface, type Intents, type Surface } from "./GraphSurface";
import { Inspector, copyText } from "./Inspector";
import { Popups } from "./Popups";
import { Rail } from "./Rail";
import { add, made, type Thing } from "./add";
import { focusCard, graph, keep, setGraph, useGraph } from "./state";
import { inFrame, joined, next, type Way } from "./walk";
import { asPaste } from "./written";
import "./graph.css";

const doc = () => useStore.getState().doc;
const cardOf = (id: string | null): Card | undefined => doc()?.board.cards.find((card) => card.id === id);

function useTasks(): readonly TaskInfo[] {
  const docId = useStore((store) => store.docId);
  const [tasks, setTasks] = useState<readonly TaskInfo[]>([]);
  useEffect(() => {
    let current = true;
    const ask = () => api.get<TaskInfo[]>("tasks").then((all) => current && setTasks(all), () => undefined);
    void ask();
    const stop = hear((message) => {
      if (message.t === "tasks" && message.doc === docId) void ask();
    });
    return () => {
      current = false;
      stop();
    };
  }, [docId]);
  return tasks;
}

/** Sends where cards were moved to; they stay there meanwhile. */
async function move(positions: [string, number, number][], coalesce?: string): Promise<void> {
  await edit([{ op: "move", positions }], coalesce === undefined ? {} : { coalesce });
  setGraph({ moved: new Map() });
}

/** Folds what is unfolded, unfolds what is folded; else shows what is in it. */
function open(id: string): void {
  const card = cardOf(id);
  if (card === undefined) return void fold([[id, true]]);
  if (card.foldable) return void fold([[id, false]]);
  if (card.kind === "data") setGraph({ preview: { node: id, title: card.label.full } });
  else inspect(id);
}

/** Folds or unfolds what a card or frame belongs to. */
function flip(id: string): void {
  const card = cardOf(id);
  if (card === undefined || card.foldable) return open(id);
  const outer = card.frame ?? card.branch;
  if (outer !== null) void fold([[outer, true]]);
  else notify("There is nothing to fold here");
}

function inspect(id: string): void {
  select([id]);
  if (!graph().right) keep({ right: true });
  let tries = 0;
  // The fields come from the server first.
  const go = () => {
    const first = document.querySelector<HTMLElement>(".inspector [data-first]");
    if (first !== null) first.focus();
    else if (tries++ < 20) setTimeout(go, 50);
  };
  setTimeout(go, 0);
}

/** What a key means: what is selected; or the card that the keyboard is on, if that is not. */
function meant(): readonly string[] {
  const { selection } = useStore.getState();
  const { focus } = graph();
  const here = document.activeElement?.closest("[data-card]") != null ? focus : null;
  return here === null || selection.includes(here) ? selection : [here];
}

async function copy(ids: readonly string[]): Promise<void> {
  const selection = ids;
  const members = selection.flatMap((id) => cardOf(id)?.members ?? []);
  const wanted = [...new Set([...selection, ...members])].filter((id) => /^(step|data|param):/.test(id));
  if (wanted.length === 0) return notify("Select steps, data or parameters to copy");
  try {
    const pieces = await Promise.all(wanted.map((id) => api.get<Details>(`nodes/${segment(id)}`)));
    copyText(asPaste(pieces), wanted.length === 1 ? (wanted[0] ?? "").replace(/^\w+:/, "") : `${wanted.length} nodes, as YAML`);
  } catch (error) {
    notify(told(error), "error");
  }
}

async function paste(text: string): Promise<void> {
  const before = new Set(doc()?.board.cards.map((card) => card.id));
  if (!(await edit([{ op: "paste", text }]))) return;
  const made = doc()?.board.cards.filter((card) => !before.has(card.id)).map((card) => card.id) ?? [];
  select(made);
  if (made[0] !== undefined) focusCard(made[0]);
}

function menuFor(id: string | null, at: { x: number; y: number }, surface: Surface | null): Item[] {
  const locked = !canWrite();
  if (id === null) {
    return [
      { label: "Add…", icon: "plus", hint: "/", disabled: locked, onPick: () => setGraph({ hotbox: { at, place: surface?.place(at) ?? null } }) },
      { label: "Paste", hint: "Ctrl+V", disabled: locked, onPick: () => void navigator.clipboard.readText().then(paste, () => notify("Press Ctrl+V: the browser keeps the clipboard to itself", "error")) },
      "rule",
      { label: "Show everything", icon: "fit", hint: "0", onPick: () => surface?.fit() },
      { label: "Select all", hint: "Ctrl+A", onPick: () => select(doc()?.board.cards.map((card) => card.id) ?? []) },
    ];
  }
  const board = doc()?.board;
  const card = cardOf(id);
  const steps = selectedSteps();
  const many = useStore.getState().selection.length;
  const isStep = card !== undefined && (card.kind === "step" || card.kind === "condition" || card.kind === "switch");
  const items: Item[] = [];
  if (steps.length > 0) {
    items.push(
      { label: steps.length === 1 ? "Run this step" : `Run these ${steps.length} steps`, icon: "run", disabled: locked, onPick: () => void start({ target: { steps } }) },
      { label: "Run from here on", disabled: locked, onPick: () => void start({ target: { from: steps } }) },
      { label: "Run until here", disabled: locked, onPick: () => void start({ target: { until: steps } }) },
      "rule",
    );
  }
  if (card === undefined) items.push({ label: "Fold", icon: "branches", hint: "F", onPick: () => void fold([[id, true]]) });
  else if (card.foldable) items.push({ label: "Unfold", icon: "branches", hint: "F", onPick: () => void fold([[id, false]]) });
  else if (card.branch !== null || card.frame !== null) items.push({ label: card.frame === null ? "Fold with those like it" : "Fold its frame", icon: "branches", hint: "F", onPick: () => flip(id) });
  if (card?.kind === "data") items.push({ label: "Look at it", icon: "eye", onPick: () => open(id) });
  if (card !== undefined) items.push({ label: "Connect…", icon: "link", hint: "C", disabled: locked, onPick: () => setGraph({ connect: id }) });
  if (board !== undefined && card !== undefined) {
    items.push(
      "rule",
      { label: "Only what follows from it", icon: "filter", onPick: () => only(card, "behind") },
      { label: "Only what it needs", icon: "filter", onPick: () => only(card, "before") },
    );
  }
  items.push("rule");
  if (isStep && steps.length > 0) items.push({ label: "Group…", icon: "group", hint: "Ctrl+G", disabled: locked, onPick: () => setGraph({ grouping: true }) });
  if (id.startsWith("group:")) items.push({ label: "Take the group apart", icon: "group", disabled: locked, onPick: () => void edit([{ op: "ungroup", node: id }]) });
  if (card?.pinned === true) items.push({ label: "Let the layout place it", icon: "pin", disabled: locked, onPick: () => void edit([{ op: "unpin", nodes: [id] }]) });
  if (card !== undefined) items.push({ label: `Line ${card.line} of the text`, icon: "text", onPick: () => showLine(card.line) });
  items.push(
    { label: many > 1 ? `Copy ${many} as YAML` : "Copy as YAML", icon: "copy", hint: "Ctrl+C", onPick: () => void copy(useStore.getState().selection) },
    { label: "Remove…", icon: "bin", hint: "Delete", disabled: locked, onPick: () => openDialog({ kind: "remove", nodes: useStore.getState().selection }) },
  );
  return items;
}

/** Leaves only what is before or behind a card in full ink. */
function only(card: Card, way: "before" | "behind"): void {
  const board = doc()?.board;
  if (board === undefined) return;
  setGraph({ filter: { ids: joined(board, card.id, way), label: way === "behind" ? `What follows from ${card.label.full}` : `What ${card.label.full} needs` } });
}

const WAYS: Record<string, Way> = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down", Home: "first", End: "last" };

export default function GraphView() {
  const state = useStore((store) => store.doc);
  const selection = useStore((store) => store.selection);
  useStore((store) => store.session);
  const locked = !canWrite();
  const { left, right, leftWidth, rightWidth, filter } = useGraph();
  const tasks = useTasks();
  const surface = useRef<Surface | null>(null);
  const [menu, setMenu] = useState<{ id: string | null; at: { x: number; y: number } } | null>(null);

  const intents = useMemo<Intents>(
    () => ({
      select,
      move: (positions) => void move(positions),
      connect: (from, to) => void edit([{ op: "connect", from, to }]),
      drop: (from, back, at, place) => setGraph({ drop: { from, back, at, place } }),
      open,
      add: (at, place) => {
        if (canWrite()) setGraph({ hotbox: { at, place } });
      },
      menu: (id, at) => {
        if (id !== null && !useStore.getState().selection.includes(id)) select([id]);
        setMenu({ id, at });
      },
    }),
    [],
  );

  useEffect(() => {
    const reveal = (event: Event) => {
      const id = (event as CustomEvent<string>).detail;
      setTimeout(() => surface.current?.reveal(id), 30);
    };
    const copied = () => void copy(useStore.getState().selection);
    const onPaste = (event: ClipboardEvent) => {
      const target = event.target as Element | null;
      if (target?.closest("input, textarea, select, dialog, [contenteditable=true]") != null || !canWrite()) return;
      const text = event.clipboardData?.getData("text/plain") ?? "";
      if (text.trim() === "") return;
      event.preventDefault();
      void paste(text);
    };
    addEventListener("loom-reveal", reveal);
    addEventListener("loom-copy", copied);
    document.addEventListener("paste", onPaste);
    return () => {
      removeEventListener("loom-reveal", reveal);
      removeEventListener("loom-copy", copied);
      document.removeEventListener("paste", onPaste);
      setGraph({ drag: null, drop: null, hotbox: null, connect: null, preview: null, wire: null, moved: new Map() });
    };
  }, []);

  // The inspector takes room from the board: what it is about stays in sight.
  const inspecting = right && selection.length > 0;
  useEffect(() => {
    const [first] = useStore.getState().selection;
    if (!inspecting || first === undefined) return;
    const soon = setTimeout(() => surface.current?.keepInSight(first, graph().rightWidth), 30);
    return () => clearTimeout(soon);
  }, [inspecting]);

  // What others select (a problem, a search) comes into view.
  const last = useRef<readonly string[]>(selection);
  useEffect(() => {
    if (selection !== last.current && selection.length === 1 && selection[0] !== undefined && document.activeElement?.closest(".surface") == null) surface.current?.reveal(selection[0]);
    last.current = selection;
  }, [selection]);
  // When the card that the keyboard is on goes, the one in its place takes over.
  const board = state?.board;
  const spot = useRef(0);
  /** The card that has the keyboard. One that is taken off the page does not give it back by itself. */
  const held = useRef<string | null>(null);
  useEffect(() => {
    const { focus } = graph();
    if (board === undefined || focus === null) return;
    const at = board.cards.findIndex((card) => card.id === focus);
    if (at >= 0) {
      spot.current = at;
      // A card that was laid out anew, out of sight, is followed by who was on it.
      const follow = () => {
        if (held.current !== focus || graph().focus !== focus || document.activeElement !== document.body) return;
        surface.current?.reveal(focus);
        focusCard(focus);
      };
      if (held.current === focus) setTimeout(follow, 80);
      return;
    }
    const to = board.cards[Math.min(spot.current, board.cards.length - 1)]?.id ?? null;
    setGraph({ focus: to });
    // The dialog that asked may still be open.
    let tries = 0;
    const take = () => {
      if (to === null || graph().focus !== to) return;
      if (document.activeElement === document.body) focusCard(to);
      else if (document.querySelector("dialog[open]") !== null && tries++ < 20) setTimeout(take, 80);
    };
    setTimeout(take, 80);
  });
  const ready = useCallback((made: Surface) => {
    surface.current = made;
    const [id] = useStore.getState().selection;
    if (id !== undefined && useStore.getState().selection.length === 1) setTimeout(() => made.reveal(id), 60);
  }, []);

  const keys = (event: React.KeyboardEvent) => {
    const target = event.target as Element;
    if (event.defaultPrevented || target.closest("input, textarea, select, [role=menu], [role=dialog]") !== null) return;
    const now = doc();
    if (now === null) return;
    const { focus, wire } = graph();
    const here = focus ?? useStore.getState().selection[0] ?? null;
    const ctrl = event.ctrlKey || event.metaKey;
    const onCard = target.closest("[data-card]") !== null;
    const way = WAYS[event.key];
    const done = () => {
      event.preventDefault();
      event.stopPropagation();
    };
    if (way !== undefined && event.altKey && !locked && way !== "first" && way !== "last") {
      const by = 16;
      const ids = meant();
      const cards = ids.flatMap((id) => cardOf(id) ?? inFrame(now.board, id));
      const [dx, dy] = { left: [-by, 0], right: [by, 0], up: [0, -by], down: [0, by] }[way] as [number, number];
      if (cards.length > 0) void move(cards.map((card) => [card.id, Math.round(card.x + dx), Math.round(card.y + dy)]), "nudge");
      return done();
    }
    if (way !== undefined && !ctrl && !event.altKey) {
      const to = next(now.board, here, way);
      if (to !== null) {
        if (event.shiftKey) select([...new Set([...useStore.getState().selection, to])]);
        else select([to]);
        surface.current?.reveal(to);
        setTimeout(() => focusCard(to), 0);
      }
      return done();
    }
    if (ctrl) {
      if (event.key === "a") select(now.board.cards.map((card) => card.id));
      else if (event.key === "c" && getSelection()?.isCollapsed !== false) void copy(meant());
      else if (event.key === "g" && !locked && selectedSteps().length > 0) setGraph({ grouping: true });
      else return;
      return done();
    }
    if (event.altKey) return;
    const centre = () => {
      const at = surface.current?.middle() ?? { x: innerWidth / 2, y: innerHeight / 2 };
      // Without a pointer there is no place that is meant: the layout finds one where nothing else stands.
      return { at: { x: at.x - 180, y: at.y - 160 }, place: null };
    };
    switch (event.key) {
      case "Enter":
        if (!onCard || here === null) return;
        inspect(here);
        break;
      case " ":
        if (!onCard || here === null) return;
        select(useStore.getState().selection.includes(here) ? useStore.getState().selection.filter((id) => id !== here) : [...useStore.getState().selection, here]);
        break;
      case "f":
      case "F":
        if (here === null) return;
        flip(here);
        break;
      case "c":
      case "C":
        if (here === null || locked) return;
        setGraph({ connect: here });
        break;
      case "/":
        if (locked) return;
        setGraph({ hotbox: centre() });
        break;
      case "Delete":
      case "Backspace": {
        if (locked) return;
        if (wire !== null) {
          void edit([{ op: "disconnect", wire }]);
          setGraph({ wire: null });
        } else {
          const nodes = meant();
          if (nodes.length === 0) return;
          openDialog({ kind: "remove", nodes });
        }
        break;
      }
      case "+":
      case "=":
        surface.current?.zoom("in");
        break;
      case "-":
        surface.current?.zoom("out");
        break;
      case "0":
        surface.current?.zoom("whole");
        break;
      case "1":
        surface.current?.zoom("one");
        break;
      case "Escape":
        if (filter !== null) setGraph({ filter: null });
        else select([]);
        setGraph({ wire: null });
        break;
      default:
        return;
    }
    done();
  };

  if (state === null) return <p className="muted">Loading…</p>;
  const empty = state.board.cards.length === 0 && !state.broken;
  return (
    <div className="graph">
      {left && (
        <>
          <aside className="rail" aria-label="Outline and what can be added" data-region style={{ width: leftWidth }}>
            <Rail tasks={tasks} />
          </aside>
          <Splitter label="Width of the left rail" side="left" width={leftWidth} min={180} max={480} onChange={(width) => keep({ leftWidth: width })} />
        </>
      )}
      <section
        className={`canvas ${state.broken ? "broken" : ""} ${filter !== null ? "filtered" : ""}`}
        aria-label="Graph"
        data-region
        onKeyDown={keys}
        onFocus={(event) => (held.current = event.target.getAttribute("data-card"))}
        onBlur={(event) => {
          if (event.target.isConnected) held.current = null;
        }}
        onDragOver={(event) => {
          if (!event.dataTransfer.types.includes("application/x-loom")) return;
          event.preventDefault();
          event.dataTransfer.dropEffect = "copy";
        }}
        onDrop={(event) => {
          const text = event.dataTransfer.getData("application/x-loom");
          if (text === "") return;
          event.preventDefault();
          void add(made(JSON.parse(text) as Thing, surface.current?.place({ x: event.clientX, y: event.clientY }) ?? null));
        }}
      >
        <GraphSurface key={state.id} docId={state.id} board={state.board} selection={selection} locked={locked || state.broken} intents={intents} onReady={ready} />
        {empty && <EmptyBoard tasks={tasks} onAdd={() => setGraph({ hotbox: { at: { x: innerWidth / 2 - 180, y: innerHeight / 2 - 120 }, place: null } })} />}
        <div className="canvas-tools">
          <IconButton small icon="rail" label={left ? "Hide the left rail" : "Show the left rail"} aria-pressed={left} onClick={() => keep({ left: !left })} />
          {!locked && (
            <Button small look="quiet" icon="plus" title="Add something (/)" onClick={(event) => {
              const box = event.currentTarget.getBoundingClientRect();
              setGraph({ hotbox: { at: { x: box.left, y: box.bottom + 4 }, place: null } });
            }}>
              Add
            </Button>
          )}
        </div>
        {selection.length > 0 && (
          <div className="canvas-tools end">
            <IconButton small icon="panel" label={right ? "Hide the inspector" : "Show the inspector"} aria-pressed={right} onClick={() => keep({ right: !right })} />
          </div>
        )}
        {filter !== null && (
          <div className="filter-note">
            <Icon name="filter" size={14} />
            {filter.label}
            <Button small onClick={() => setGraph({ filter: null })}>
              Show all
            </Button>
          </div>
        )}
        <DragReason />
      </section>
      {inspecting && (
        <>
          <Splitter label="Width of the inspector" side="right" width={rightWidth} min={260} max={640} onChange={(width) => keep({ rightWidth: width })} />
          <aside className="inspector" aria-label="Inspector" data-region style={{ width: rightWidth }}>
            <Inspector />
          </aside>
        </>
      )}
      {menu !== null && <Menu label="What can be done here" items={menuFor(menu.id, menu.at, surface.current)} at={menu.at} onClose={() => setMenu(null)} />}
      <Popups tasks={tasks} />
    </div>
  );
}

/** Beside the pointer while a wire is drawn: why it may not end there, or what one should know. */
function DragReason() {
  const drag = useGraph((now) => now.drag);
  if (drag?.over == null || drag.verdict === null) return null;
  const { allowed, reason } = drag.verdict;
  const text = reason ?? (allowed ? `Connect to ${drag.over.node.replace(/^\w+:/, "")}` : "That cannot be joined");
  return (
    <div className={`drag-reason ${allowed ? "yes" : "no"}`} role="status" style={{ left: drag.pointer.x + 16, top: drag.pointer.y + 14 }}>
      <Icon name={allowed ? "check" : "error"} size={14} />
      {text}
    </div>
  );
}

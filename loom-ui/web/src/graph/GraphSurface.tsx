// The board on the screen: a view model goes in, intents come out. Nothing else knows which library draws it.
import { type Node, type NodeChange, type NodeProps, Panel, ReactFlow, ReactFlowProvider, ViewportPortal, getViewportForBounds, useReactFlow, useStore as useFlow } from "@xyflow/react";
import "@xyflow/react/dist/base.css";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { Board, Card, Frame, Target } from "../api/types";
import { CardBox, Far, FrameBox } from "./Cards";
import { FarBoard } from "./FarBoard";
import { BoardMap } from "./Map";
import { Wires } from "./Wires";
import { Zoom } from "./Zoom";
import { graph, setGraph, useGraph } from "./state";
import { usePortDrag } from "./usePortDrag";
import { inFrame } from "./walk";

/** Nearer than this, cards have words. */
const NEAR = 0.34;
/** Farther than this, many cards are specks. */
const SPECKS = 0.16;
const MANY = 250;
const LEAST = 0.02;
/** A board is not made smaller than this to show all of it at first. */
const READABLE = 0.42;

export interface Intents {
  select: (ids: string[]) => void;
  move: (positions: [string, number, number][]) => void;
  connect: (from: Target, to: Target) => void;
  /** A wire was let go over nothing. */
  drop: (from: Target, back: boolean, at: { x: number; y: number }, place: { x: number; y: number }) => void;
  /** Something was asked to be opened: a fold, a file. */
  open: (id: string) => void;
  add: (at: { x: number; y: number }, place: { x: number; y: number }) => void;
  menu: (id: string | null, at: { x: number; y: number }) => void;
}

/** What the surface can be asked for. */
export interface Surface {
  reveal: (id: string) => void;
  /** The view has lost so much of its width: what was wholly in sight stays so, else at least this card does. */
  keepInSight: (id: string, lost: number) => void;
  fit: () => void;
  zoom: (to: "in" | "out" | "whole" | "one") => void;
  /** A point of the window, on the board. */
  place: (at: { x: number; y: number }) => { x: number; y: number };
  middle: () => { x: number; y: number };
}

interface Props {
  docId: string;
  board: Board;
  selection: readonly string[];
  locked: boolean;
  intents: Intents;
  onReady: (surface: Surface) => void;
}

type CardNode = Node<{ card: Card }, "card">;
type FrameNode = Node<{ frame: Frame }, "frame">;
type AnyNode = CardNode | FrameNode;

const types = {
  card: ({ data, selected }: NodeProps<CardNode>) => <CardBox card={data.card} selected={selected} />,
  frame: ({ data, selected }: NodeProps<FrameNode>) => <FrameBox frame={data.frame} selected={selected} />,
};

// Where each document was looked at last, as long as the page lives.
const viewports = new Map<string, { x: number; y: number; zoom: number }>();
const quiet = { "aria-roledescription": undefined, "aria-describedby": undefined } as unknown as NonNullable<Node["domAttributes"]>;

export function GraphSurface(props: Props) {
  return (
    <ReactFlowProvider>
      <Inner {...props} />
    </ReactFlowProvider>
  );
}

function Inner({ docId, board, selection, locked, intents, onReady }: Props) {
  const flow = useReactFlow();
  const box = useRef<HTMLDivElement>(null);
  const moved = useGraph((now) => now.moved);
  const map = useGraph((now) => now.map);
  const far = useFlow((store) => store.transform[2] < NEAR);
  const specks = useFlow((store) => store.transform[2] < SPECKS) && board.cards.length > MANY;
  const focus = useGraph((now) => (specks ? now.focus : null));
  // Those that the keyboard or the eye is on are cards all the same.
  const kept = useMemo(() => (specks ? new Set([...selection.slice(0, 100), focus ?? board.cards[0]?.id ?? ""]) : null), [specks, selection, focus, board]);
  // Before it is known where to look, nothing is drawn: that would be hundreds of cards for one frame.
  const [placed, setPlaced] = useState(false);
  const made = useRef(new Map<string, AnyNode>());
  const startDrag = usePortDrag(locked, intents);

  const nodes = useMemo(() => {
    const chosen = new Set(selection);
    const old = made.current;
    const now = new Map<string, AnyNode>();
    const put = (id: string, of: Card | Frame, node: () => AnyNode) => {
      const before = old.get(id);
      const shift = moved.get(id);
      const [x, y, selected] = [of.x + (shift?.dx ?? 0), of.y + (shift?.dy ?? 0), chosen.has(id)];
      const same = before !== undefined && (before.type === "card" ? before.data.card : before.data.frame) === of;
      if (same && before.position.x === x && before.position.y === y && before.selected === selected && before.draggable === !locked) now.set(id, before);
      else now.set(id, { ...node(), position: { x, y }, selected, draggable: !locked });
    };
    for (const frame of board.frames) {
      if (kept !== null && !kept.has(frame.id)) continue;
      put(frame.id, frame, () => ({
        id: frame.id,
        type: "frame",
        data: { frame },
        position: { x: 0, y: 0 },
        width: frame.w,
        height: frame.h,
        measured: { width: frame.w, height: frame.h },
        handles: [],
        zIndex: -1,
        dragHandle: ".frame-head",
        domAttributes: quiet,
      }));
    }
    for (const card of board.cards) {
      if (kept !== null && !kept.has(card.id)) continue;
      put(card.id, card, () => ({ id: card.id, type: "card", data: { card }, position: { x: 0, y: 0 }, width: card.w, height: card.h, measured: { width: card.w, height: card.h }, handles: [], domAttributes: quiet }));
    }
    made.current = now;
    return [...now.values()];
  }, [board, selection, moved, locked, kept]);

  const onNodesChange = useCallback(
    (changes: NodeChange<AnyNode>[]) => {
      let ids: Set<string> | null = null;
      let shifts: Map<string, { dx: number; dy: number }> | null = null;
      for (const change of changes) {
        if (change.type === "select") {
          ids ??= new Set(selection);
          if (change.selected) ids.add(change.id);
          else ids.delete(change.id);
        } else if (change.type === "position" && change.position !== undefined) {
          shifts ??= new Map(graph().moved);
          const frame = board.frames.find((one) => one.id === change.id);
          const of = frame ?? board.cards.find((one) => one.id === change.id);
          if (of === undefined) continue;
          const shift = { dx: change.position.x - of.x, dy: change.position.y - of.y };
          if (frame === undefined && shifts.has(change.id) === false && shift.dx === 0 && shift.dy === 0) continue;
          shifts.set(change.id, shift);
          if (frame !== undefined) for (const card of inFrame(board, frame.id)) shifts.set(card.id, shift);
        }
      }
      if (ids !== null) {
        intents.select([...ids]);
        if (graph().wire !== null) setGraph({ wire: null });
      }
      if (shifts !== null) setGraph({ moved: shifts });
    },
    [board, selection, intents],
  );

  const onDragStop = useCallback(() => {
    const positions = [...graph().moved].flatMap(([id, { dx, dy }]): [string, number, number][] => {
      const card = board.cards.find((one) => one.id === id);
      return card === undefined || (dx === 0 && dy === 0) ? [] : [[id, Math.round(card.x + dx), Math.round(card.y + dy)]];
    });
    if (positions.length > 0) intents.move(positions);
    else setGraph({ moved: new Map() });
  }, [board, intents]);

  const surface = useRef<Surface | null>(null);
  const latest = useRef(board);
  latest.current = board;
  useEffect(() => {
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const duration = still ? 0 : 220;
    // All of the board, whichever of its cards are there to be measured.
    const fit = (time = duration) => {
      const area = box.current?.getBoundingClientRect();
      const { width, height } = latest.current;
      if (area === undefined || width === 0 || height === 0) return;
      void flow.setViewport(getViewportForBounds({ x: 0, y: 0, width, height }, area.width, area.height, LEAST, 1, 0.08), { duration: time });
    };
    // What does not fit begins at its beginning.
    const begin = () => {
      const area = box.current?.getBoundingClientRect();
      const { width, height } = latest.current;
      const whole = area === undefined ? 1 : Math.min(area.width / (width + 80), area.height / (height + 120));
      if (whole >= READABLE || width === 0 || latest.current.cards.length > 300) return fit(0);
      void flow.setViewport({ x: 40, y: Math.max(64, ((area?.height ?? 0) - height * READABLE) / 2), zoom: READABLE });
    };
    const middle = () => {
      const area = box.current?.getBoundingClientRect() ?? new DOMRect();
      return { x: area.left + area.width / 2, y: area.top + area.height / 2 };
    };
    const made: Surface = {
      fit,
      reveal: (id) => {
        const of = latest.current.cards.find((one) => one.id === id) ?? latest.current.frames.find((one) => one.id === id);
        const area = box.current?.getBoundingClientRect();
        if (of === undefined || area === undefined) return;
        const { x, y, zoom } = flow.getViewport();
        const [left, top] = [of.x * zoom + x, of.y * zoom + y];
        const inside = left >= 12 && top >= 12 && left + of.w * zoom <= area.width - 12 && top + of.h * zoom <= area.height - 12;
        if (inside && zoom >= NEAR) return;
        void flow.setCenter(of.x + of.w / 2, of.y + Math.min(of.h, 400) / 2, { zoom: Math.max(zoom, 0.7), duration });
      },
      keepInSight: (id, lost) => {
        const of = latest.current.cards.find((one) => one.id === id);
        const area = box.current?.getBoundingClientRect();
        if (of === undefined || area === undefined) return;
        const { x, y, zoom } = flow.getViewport();
        const right = x + latest.current.width * zoom;
        if (x >= 0 && right > area.width && right <= area.width + lost) return fit();
        const over = (of.x + of.w) * zoom + x + 24 - area.width;
        if (over > 0 && over < area.width) void flow.setViewport({ x: x - over, y, zoom }, { duration });
      },
      zoom: (to) => {
        if (to === "in") void flow.zoomIn({ duration });
        else if (to === "out") void flow.zoomOut({ duration });
        else if (to === "whole") fit();
        else void flow.zoomTo(1, { duration });
      },
      place: (at) => flow.screenToFlowPosition(at),
      middle,
    };
    surface.current = made;
    onReady(made);
    const known = viewports.get(docId);
    if (known === undefined) begin();
    else void flow.setViewport(known);
    setPlaced(true);
    // The document does not change while this is shown: another one is another surface.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [flow, docId]);

  return (
    <div
      ref={box}
      role="application"
      tabIndex={0}
      aria-label="Cards: arrows go along the wires"
      className={`surface ${far ? "is-far" : ""}`}
      onPointerDownCapture={(event) => startDrag(event)}
      onDoubleClick={(event) => {
        const target = event.target as Element;
        if (target.closest(".react-flow__pane") === null || target.closest(".react-flow__node") !== null) return;
        const at = { x: event.clientX, y: event.clientY };
        intents.add(at, flow.screenToFlowPosition(at));
      }}
    >
      <Far value={far}>
        <ReactFlow
          nodes={placed ? nodes : NONE}
          edges={NONE}
          nodeTypes={types}
          onNodesChange={onNodesChange}
          onNodeDragStop={onDragStop}
          onSelectionDragStop={onDragStop}
          onNodeDoubleClick={(_, node) => intents.open(node.id)}
          onNodeContextMenu={(event, node) => {
            event.preventDefault();
            intents.menu(node.id, { x: event.clientX, y: event.clientY });
          }}
          onPaneContextMenu={(event) => {
            event.preventDefault();
            intents.menu(null, { x: event.clientX, y: event.clientY });
          }}
          onPaneClick={(event) => {
            setGraph({ wire: null });
            if (!specks) return;
            const at = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
            const near = 3 / flow.getZoom();
            const card = board.cards.find((one) => at.x >= one.x - near && at.x <= one.x + one.w + near && at.y >= one.y - near && at.y <= one.y + one.h + near);
            // The board lets go of what was selected first.
            if (card !== undefined) setTimeout(() => intents.select([card.id]), 0);
          }}
          onMoveEnd={(_, viewport) => viewports.set(docId, viewport)}
          onlyRenderVisibleElements
          elevateNodesOnSelect={false}
          nodesConnectable={false}
          nodesFocusable={false}
          edgesFocusable={false}
          disableKeyboardA11y
          deleteKeyCode={null}
          multiSelectionKeyCode={MULTI}
          zoomOnDoubleClick={false}
          minZoom={LEAST}
          maxZoom={2}
          nodeDragThreshold={3}
          proOptions={PRO}
        >
          <ViewportPortal>
            <Wires board={placed && kept === null ? board : WIRELESS} selection={selection} />
          </ViewportPortal>
          {placed && kept !== null && <FarBoard board={board} without={kept} />}
          {map && board.cards.length > 0 && (
            <Panel position="bottom-right" className="map-panel">
              <BoardMap board={board} />
            </Panel>
          )}
          <Panel position="bottom-left">
            <Zoom onFit={() => surface.current?.fit()} />
          </Panel>
        </ReactFlow>
      </Far>
    </div>
  );
}

const NONE: never[] = [];
const WIRELESS: Board = { cards: [], wires: [], frames: [], width: 0, height: 0 };
const MULTI = ["Meta", "Control", "Shift"];
const PRO = { hideAttribution: true };

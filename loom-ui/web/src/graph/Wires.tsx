import { useStore as useViewport } from "@xyflow/react";
import { memo, useContext, useMemo } from "react";
import { useStore } from "../api/store";
import type { Board, Wire } from "../api/types";
import { Far } from "./Cards";
import { boxOf, pathOf, shifted } from "./route";
import { setGraph, useGraph } from "./state";
import { ago, bytes } from "../ui/format";

/** What flows through a wire, in words. */
function useFlow(wire: Wire): string {
  const id = wire.from.startsWith("data:") || wire.from.startsWith("path:") ? wire.from : wire.to;
  const data = useStore((store) => store.data.get(id));
  const name = (node: string) => node.slice(node.indexOf(":") + 1);
  const port = (of: string) => (of.includes(":") ? `.${of.slice(of.indexOf(":") + 1)}` : "");
  const ends = `${name(wire.from)}${port(wire.from_port)} → ${name(wire.to)}${port(wire.to_port)}`;
  if (wire.kind === "parameter") return ends;
  if (data === undefined) return ends;
  if (!data.exists) return `${ends}\nnot made yet`;
  const size = data.size === null ? "" : data.kind === "folder" ? `${data.size} entries` : bytes(data.size);
  return [ends, [size, data.modified === null ? "" : ago(data.modified)].filter(Boolean).join(", ")].filter(Boolean).join("\n");
}

const WireLine = memo(function WireLine({ wire, look }: { wire: Wire; look: string }) {
  const from = useGraph((now) => now.moved.get(wire.from));
  const to = useGraph((now) => now.moved.get(wire.to));
  const chosen = useGraph((now) => now.wire === wire.id);
  const flow = useFlow(wire);
  const route = from === undefined && to === undefined ? wire.route : shifted(wire.route, from && { x: from.dx, y: from.dy }, to && { x: to.dx, y: to.dy });
  const path = pathOf(route);
  return (
    <g className={`wire ${wire.kind} ${look} ${chosen ? "chosen" : ""}`} data-wire={wire.id}>
      <path className="hit" d={path} onClick={(event) => (event.stopPropagation(), setGraph({ wire: wire.id }))}>
        <title>{flow}</title>
      </path>
      <path className="ink" d={path} />
    </g>
  );
});

/** What can be seen, in steps of half a screen and more: what is drawn changes seldom while the board moves, or comes nearer. */
function useView(): { x: number; y: number; right: number; bottom: number } {
  const key = useViewport(({ transform: [x, y, zoom], width, height }) => {
    // A screen at the next zoom that is a power of two.
    const step = (size: number) => 2 ** Math.ceil(Math.log2(Math.max(200, size / zoom))) / 2;
    const [across, down] = [step(width), step(height)];
    const [left, top] = [Math.floor(-x / zoom / across), Math.floor(-y / zoom / down)];
    return [(left - 1) * across, (top - 1) * down, (left + 4) * across, (top + 4) * down].join(" ");
  });
  return useMemo(() => {
    const [x = 0, y = 0, right = 0, bottom = 0] = key.split(" ").map(Number);
    return { x, y, right, bottom };
  }, [key]);
}

/** All wires, below the cards. */
export function Wires({ board, selection }: { board: Board; selection: readonly string[] }) {
  const far = useContext(Far);
  const filter = useGraph((now) => now.filter);
  const view = useView();
  const running = useStore((store) => store.steps);
  const boxes = useMemo(() => board.wires.map((wire) => ({ wire, box: boxOf(wire.route) })), [board.wires]);
  const seen = useMemo(() => boxes.flatMap(({ wire, box }) => (box.x <= view.right && box.right >= view.x && box.y <= view.bottom && box.bottom >= view.y ? [wire] : [])), [boxes, view]);
  const chosen = useMemo(() => new Set(selection), [selection]);
  const look = (wire: Wire) => {
    if (filter !== null && !(filter.ids.has(wire.from) && filter.ids.has(wire.to))) return "dim";
    const flows = wire.kind !== "parameter" && running.get(wire.to)?.state === "running" ? " flows" : "";
    if (chosen.has(wire.from) || chosen.has(wire.to)) return `near${flows}`;
    return flows.trim();
  };
  return (
    <svg className="wires" width={1} height={1} aria-hidden="true">
      {far ? <Strokes wires={seen} look={look} /> : seen.map((wire) => <WireLine key={wire.id} wire={wire} look={look(wire)} />)}
      <Dragged />
    </svg>
  );
}

/** From afar, where none can be pointed at: strokes alone. One path of them all would take the browser many times as long. */
function Strokes({ wires, look }: { wires: readonly Wire[]; look: (wire: Wire) => string }) {
  const moved = useGraph((now) => now.moved);
  return wires.map((wire) => {
    const [from, to] = [moved.get(wire.from), moved.get(wire.to)];
    const route = from === undefined && to === undefined ? wire.route : shifted(wire.route, from && { x: from.dx, y: from.dy }, to && { x: to.dx, y: to.dy });
    return (
      <g key={wire.id} className={`wire ${wire.kind} ${look(wire)}`}>
        <path className="ink" d={pathOf(route)} />
      </g>
    );
  });
}

function Dragged() {
  const drag = useGraph((now) => now.drag);
  if (drag === null) return null;
  const route = drag.back ? [drag.end, drag.start] : [drag.start, drag.end];
  const look = drag.over === null ? "" : drag.verdict === null ? "asked" : drag.verdict.allowed ? "yes" : "no";
  return <path className={`dragged ${look}`} d={pathOf(route)} />;
}

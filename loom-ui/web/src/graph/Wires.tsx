import { memo } from "react";
import { useStore } from "../api/store";
import type { Board, Wire } from "../api/types";
import { pathOf, shifted } from "./route";
import { setGraph, useGraph } from "./state";
import { ago, sized } from "./words";

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
  const size = data.size === null ? "" : data.kind === "folder" ? `${data.size} entries` : sized(data.size);
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

/** All wires, below the cards. */
export function Wires({ board, selection }: { board: Board; selection: readonly string[] }) {
  const filter = useGraph((now) => now.filter);
  const running = useStore((store) => store.steps);
  const chosen = new Set(selection);
  const look = (wire: Wire) => {
    if (filter !== null && !(filter.ids.has(wire.from) && filter.ids.has(wire.to))) return "dim";
    const flows = wire.kind !== "parameter" && running.get(wire.to)?.state === "running" ? " flows" : "";
    if (chosen.has(wire.from) || chosen.has(wire.to)) return `near${flows}`;
    return flows.trim();
  };
  return (
    <svg className="wires" width={1} height={1} aria-hidden="true">
      {board.wires.map((wire) => (
        <WireLine key={wire.id} wire={wire} look={look(wire)} />
      ))}
      <Dragged />
    </svg>
  );
}

function Dragged() {
  const drag = useGraph((now) => now.drag);
  if (drag === null) return null;
  const route = drag.back ? [drag.end, drag.start] : [drag.start, drag.end];
  const look = drag.over === null ? "" : drag.verdict === null ? "asked" : drag.verdict.allowed ? "yes" : "no";
  return <path className={`dragged ${look}`} d={pathOf(route)} />;
}

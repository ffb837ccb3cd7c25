// The whole board, small: a few paths, however many cards there are.
import { useReactFlow, useStore as useViewport } from "@xyflow/react";
import { memo, useMemo, useRef } from "react";
import type { Board } from "../api/types";

const [WIDTH, HEIGHT, EDGE] = [168, 108, 8];

/** How the board lies on the map. */
function scaleOf(board: Board): { scale: number; left: number; top: number } {
  const scale = Math.min((WIDTH - 2 * EDGE) / Math.max(1, board.width), (HEIGHT - 2 * EDGE) / Math.max(1, board.height), 0.12);
  return { scale, left: (WIDTH - board.width * scale) / 2, top: (HEIGHT - board.height * scale) / 2 };
}

const Shapes = memo(function Shapes({ board }: { board: Board }) {
  const paths = useMemo(() => {
    const { scale, left, top } = scaleOf(board);
    const box = (of: { x: number; y: number; w: number; h: number }) =>
      `M${(left + of.x * scale).toFixed(1)} ${(top + of.y * scale).toFixed(1)}h${Math.max(1.500, of.w * scale).toFixed(1)}v${Math.max(1.500, of.h * scale).toFixed(1)}h${-Math.max(1.500, of.w * scale).toFixed(1)}z`;
    const of = (kinds: string[]) => board.cards.filter((card) => kinds.includes(card.kind)).map(box).join("");
    return { frame: board.frames.map(box).join(""), parameter: of(["parameter"]), data: of(["data"]), step: of(["step", "condition", "switch", "group", "branches"]) };
  }, [board]);
  return Object.entries(paths).map(([kind, path]) => path !== "" && <path key={kind} className={`map-${kind}`} d={path} />);
});

/** A press on it goes there; dragging moves along. Everything that it does can be done without it. */
export function BoardMap({ board }: { board: Board }) {
  const flow = useReactFlow();
  const box = useRef<SVGSVGElement>(null);
  const held = useRef(false);
  const [x, y, zoom] = useViewport((store) => store.transform);
  const width = useViewport((store) => store.width);
  const height = useViewport((store) => store.height);
  const { scale, left, top } = scaleOf(board);
  const go = (event: React.PointerEvent) => {
    const area = box.current?.getBoundingClientRect();
    if (area === undefined) return;
    const [toX, toY] = [(event.clientX - area.left - left) / scale, (event.clientY - area.top - top) / scale];
    void flow.setViewport({ x: width / 2 - toX * zoom, y: height / 2 - toY * zoom, zoom });
  };
  return (
    <svg
      ref={box}
      className="board-map"
      width={WIDTH}
      height={HEIGHT}
      aria-hidden="true"
      onPointerDown={(event) => {
        held.current = true;
        event.currentTarget.setPointerCapture(event.pointerId);
        go(event);
      }}
      onPointerMove={(event) => {
        if (held.current) go(event);
      }}
      onPointerUp={() => (held.current = false)}
      onPointerCancel={() => (held.current = false)}
    >
      <Shapes board={board} />
      <rect className="map-view" x={left + (-x / zoom) * scale} y={top + (-y / zoom) * scale} width={(width / zoom) * scale} height={(height / zoom) * scale} rx={2} />
    </svg>
  );
}

// The whole board, small.
import { useReactFlow, useStore as useViewport } from "@xyflow/react";
import { memo, useEffect, useRef } from "react";
import type { Board, Card } from "../api/types";
import { useDark } from "../ui/hooks";

const [WIDTH, HEIGHT, EDGE] = [168, 108, 8];

/** How the board lies on the map. */
function scaleOf(board: Board): { scale: number; left: number; top: number } {
  const scale = Math.min((WIDTH - 2 * EDGE) / Math.max(1, board.width), (HEIGHT - 2 * EDGE) / Math.max(1, board.height), 0.12);
  return { scale, left: (WIDTH - board.width * scale) / 2, top: (HEIGHT - board.height * scale) / 2 };
}

const INKS: [string, number, Card["kind"][]][] = [
  ["--param", 0.5, ["parameter"]],
  ["--data", 0.5, ["data"]],
  ["--step", 0.75, ["step", "condition", "switch", "group", "branches"]],
];

/** The shapes, painted once: what moves over them does not have them painted again. */
const Shapes = memo(function Shapes({ board }: { board: Board }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const dark = useDark();
  useEffect(() => {
    const paint = () => {
      const context = canvas.current?.getContext("2d");
      if (canvas.current == null || context == null) return;
      const style = getComputedStyle(canvas.current);
      const sharp = Math.max(1, devicePixelRatio);
      [canvas.current.width, canvas.current.height] = [WIDTH * sharp, HEIGHT * sharp];
      const { scale, left, top } = scaleOf(board);
      context.scale(sharp, sharp);
      const fill = (colour: string, alpha: number, all: readonly { x: number; y: number; w: number; h: number }[]) => {
        [context.fillStyle, context.globalAlpha] = [style.getPropertyValue(colour), alpha];
        for (const of of all) context.fillRect(left + of.x * scale, top + of.y * scale, Math.max(1.5, of.w * scale), Math.max(1.5, of.h * scale));
      };
      fill("--surface-3", 1, board.frames);
      for (const [colour, alpha, kinds] of INKS) fill(colour, alpha, board.cards.filter((card) => kinds.includes(card.kind)));
    };
    paint();
  }, [board, dark]);
  return <canvas ref={canvas} className="map-shapes" style={{ width: WIDTH, height: HEIGHT }} />;
});

/** A map of a board that is not wholly in sight. A press on it goes there; dragging moves along. Everything that it does can be done without it. */
export function BoardMap({ board }: { board: Board }) {
  const flow = useReactFlow();
  const box = useRef<SVGSVGElement>(null);
  const held = useRef(false);
  const [x, y, zoom] = useViewport((store) => store.transform);
  const width = useViewport((store) => store.width);
  const height = useViewport((store) => store.height);
  const { scale, left, top } = scaleOf(board);
  const isWhole = x >= 0 && y >= 0 && x + board.width * zoom <= width && y + board.height * zoom <= height;
  if (isWhole && !held.current) return null;
  const go = (event: React.PointerEvent) => {
    const area = box.current?.getBoundingClientRect();
    if (area === undefined) return;
    const [toX, toY] = [(event.clientX - area.left - left) / scale, (event.clientY - area.top - top) / scale];
    void flow.setViewport({ x: width / 2 - toX * zoom, y: height / 2 - toY * zoom, zoom });
  };
  return (
    <div className="board-map">
      <Shapes board={board} />
      <svg
        ref={box}
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
        <rect className="map-view" x={left + (-x / zoom) * scale} y={top + (-y / zoom) * scale} width={(width / zoom) * scale} height={(height / zoom) * scale} rx={2} />
      </svg>
    </div>
  );
}

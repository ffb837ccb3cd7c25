// Parallel coordinates: an axis for each column, a line for each row. What is brushed is filtered everywhere.
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type PointerEvent } from "react";
import type { Comparison, ComparisonColumn } from "../api/types";
import { ramp } from "../charts/colour";
import { useDark, useSize } from "../ui/hooks";
import { shownNumber } from "./CompareTable";
import { brushOf } from "./brush";
import { axis, brushed, canLog, extent, roundTicks, type Axis, type Filter } from "./model";
import { put, setFilter, useCompare } from "./store";

/** Above this many rows lines are drawn on a canvas. */
export const MANY = 2000;
/** How many of them in one frame. */
const PIECE = 800;
const TOP = 50;
const BOTTOM = 16;
const SIDE = 60;

/** The columns in the order of the axes. */
export function axesOf(table: Comparison, order: readonly string[]): ComparisonColumn[] {
  const worth = table.columns.filter((column) => column.numeric || column.kind === "parameter");
  const rank = new Map(order.map((name, at) => [name, at]));
  return [...worth].sort((a, b) => (rank.get(a.name) ?? 1000 + worth.indexOf(a)) - (rank.get(b.name) ?? 1000 + worth.indexOf(b)));
}

/** The plot. */
export function Parallel({ table, rows, colour }: { table: Comparison; rows: readonly number[]; colour: ComparisonColumn | null }) {
  const { axes: order, log, filters, active } = useCompare();
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const { width, height } = useSize(box);
  const dark = useDark();
  const columns = useMemo(() => axesOf(table, order), [table, order]);
  const made = useMemo(() => columns.map((column) => axis(column, log.has(column.name), (value) => shownNumber(column, value), roundTicks)), [columns, log]);
  const wide = Math.max(width, columns.length * 96 + SIDE);
  const tall = Math.max(60, height - TOP - BOTTOM - 14);
  const gap = columns.length > 1 ? (wide - SIDE * 2) / (columns.length - 1) : 0;
  const x = (at: number) => SIDE + at * gap;
  const y = (part: number) => TOP + (1 - part) * tall;
  const range = useMemo(() => (colour === null ? null : extent(colour)), [colour]);
  const shade = (row: number) => {
    const value = colour?.numbers[row] ?? null;
    if (value === null || range === null) return dark ? "rgb(128 134 148)" : "rgb(140 146 160)";
    return ramp(range[1] === range[0] ? 0.5 : (value - range[0]) / (range[1] - range[0]), dark);
  };
  const points = (row: number): [number, number][] =>
    made.flatMap((one, at) => {
      const part = one.at(row);
      return part === null ? [] : [[x(at), y(part)] as [number, number]];
    });
  const path = (row: number) => points(row).map(([a, b], at) => `${at === 0 ? "M" : "L"}${a.toFixed(1)} ${b.toFixed(1)}`).join("");
  const many = table.rows.length > MANY;
  const passing = useMemo(() => new Set(rows), [rows]);

  useEffect(() => {
    const surface = canvas.current;
    if (!many || surface === null || width === 0) return;
    let frame = requestAnimationFrame(() => {
      const ratio = devicePixelRatio || 1;
      surface.width = wide * ratio;
      surface.height = height * ratio;
      const pen = surface.getContext("2d");
      if (pen === null) return;
      pen.setTransform(ratio, 0, 0, ratio, 0, 0);
      pen.clearRect(0, 0, wide, height);
      pen.lineWidth = 1;
      pen.globalAlpha = Math.max(0.06, Math.min(0.5, 600 / Math.max(1, rows.length)));
      // A piece in each frame, so that the page goes on answering meanwhile.
      const some = (from: number) => {
        const end = Math.min(rows.length, from + PIECE);
        for (let at = from; at < end; at += 1) {
          const row = rows[at] as number;
          pen.strokeStyle = shade(row);
          pen.beginPath();
          let begun = false;
          made.forEach((one, column) => {
            const part = one.at(row);
            if (part === null) return;
            if (begun) pen.lineTo(x(column), y(part));
            else pen.moveTo(x(column), y(part));
            begun = true;
          });
          pen.stroke();
        }
        if (end < rows.length) frame = requestAnimationFrame(() => some(end));
      };
      some(0);
    });
    return () => cancelAnimationFrame(frame);
    // The functions of this component change with what is listed here.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [many, rows, made, wide, width, height, dark, colour, range]);

  const [drag, setDrag] = useState<{ name: string; x: number } | null>(null);
  const reorder = (name: string, to: number) => {
    const names = columns.map((column) => column.name).filter((one) => one !== name);
    names.splice(Math.min(names.length, Math.max(0, to)), 0, name);
    put({ axes: names });
  };
  return (
    <div ref={box} className="plot parallel" tabIndex={0} role="group" aria-label={`Parallel coordinates of ${rows.length} of ${table.rows.length} rows; the table above holds the same numbers`}>
      <div className="plot-inner" style={{ width: wide, height: Math.max(0, height - 14) }}>
        {many && <canvas ref={canvas} style={{ width: wide, height }} aria-hidden="true" />}
        <svg width={wide} height={Math.max(0, height - 14)} aria-hidden="true" focusable="false">
          {!many && (
            <g className="lines" fill="none">
              {table.rows.map((_, row) => !passing.has(row) && <path key={row} d={path(row)} className="line out" />)}
              {rows.map((row) => (
                <path key={row} d={path(row)} className="line" style={{ stroke: shade(row) }} onClick={() => put({ active: row })}>
                  <title>{table.rows[row]?.label}</title>
                </path>
              ))}
            </g>
          )}
          {active !== null && passing.has(active) && <path d={path(active)} className="line active" fill="none" />}
          {made.map((one, at) => (
            <Upright key={one.name} made={one} x={drag?.name === one.name ? drag.x : x(at)} top={TOP} tall={tall} filter={filters[one.name]} column={columns[at] as ComparisonColumn} last={at === made.length - 1} />
          ))}
        </svg>
        {made.map((one, at) => (
          <AxisHead
            key={one.name}
            name={one.name}
            x={drag?.name === one.name ? drag.x : x(at)}
            room={Math.max(64, gap - 8)}
            log={log.has(one.name)}
            canLog={canLog(columns[at] as ComparisonColumn)}
            onDrag={(to) => {
              setDrag(to === null ? null : { name: one.name, x: to });
            }}
            onDrop={(to) => {
              setDrag(null);
              if (gap > 0) reorder(one.name, Math.round((to - SIDE) / gap));
            }}
            onStep={(by) => reorder(one.name, at + by)}
            onLog={() => {
              const next = new Set(log);
              if (!next.delete(one.name)) next.add(one.name);
              put({ log: next });
            }}
          />
        ))}
      </div>
    </div>
  );
}

interface UprightProps {
  made: Axis;
  x: number;
  top: number;
  tall: number;
  filter: Filter | undefined;
  column: ComparisonColumn;
  last: boolean;
}

function Upright({ made, x, top, tall, filter, column, last }: UprightProps) {
  const [live, setLive] = useState<[number, number] | null>(null);
  const brush = live ?? brushOf(made, filter, column);
  const part = (event: PointerEvent<SVGRectElement>) => {
    const area = event.currentTarget.getBoundingClientRect();
    return 1 - Math.min(1, Math.max(0, (event.clientY - area.top) / area.height));
  };
  const onDown = (event: PointerEvent<SVGRectElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    const at = part(event);
    setLive([at, at]);
  };
  const onMove = (event: PointerEvent<SVGRectElement>) => {
    if (live !== null) setLive([live[0], part(event)]);
  };
  const onUp = () => {
    if (live === null) return;
    setLive(null);
    // A click alone takes the brush away.
    if (Math.abs(live[1] - live[0]) < 0.012) setFilter(made.name, null);
    else setFilter(made.name, brushed(made, live[0], live[1]));
  };
  return (
    <g className="axis" transform={`translate(${x.toFixed(1)} ${top})`}>
      <line y2={tall} />
      {made.ticks.map((mark) => (
        <g key={mark.text} transform={`translate(0 ${((1 - mark.part) * tall).toFixed(1)})`}>
          <line x1={last ? 0 : -4} x2={last ? 4 : 0} />
          <text x={last ? 7 : -7} dy="0.32em" textAnchor={last ? "start" : "end"}>
            {mark.text.length > 10 ? `${mark.text.slice(0, 9)}…` : mark.text}
          </text>
        </g>
      ))}
      {brush !== null && <rect className="brush" x={-7} width={14} y={(1 - Math.max(brush[0], brush[1])) * tall} height={Math.max(2, Math.abs(brush[1] - brush[0]) * tall)} rx={3} />}
      <rect className="brush-area" x={-14} width={28} height={tall} onPointerDown={onDown} onPointerMove={onMove} onPointerUp={onUp} onPointerCancel={() => setLive(null)} />
    </g>
  );
}

interface AxisHeadProps {
  name: string;
  x: number;
  room: number;
  log: boolean;
  canLog: boolean;
  onDrag(to: number | null): void;
  onDrop(to: number): void;
  onStep(by: number): void;
  onLog(): void;
}

function AxisHead({ name, x, room, log, canLog: possible, onDrag, onDrop, onStep, onLog }: AxisHeadProps) {
  const from = useRef<{ pointer: number; x: number; moved: boolean } | null>(null);
  const onKey = (event: KeyboardEvent) => {
    const by = event.key === "ArrowLeft" ? -1 : event.key === "ArrowRight" ? 1 : 0;
    if (by === 0) return;
    event.preventDefault();
    event.stopPropagation();
    onStep(by);
  };
  return (
    <div className="axis-head" style={{ left: x, width: room }}>
      <button
        type="button"
        className="axis-name"
        title={`${name}: drag, or arrow keys, to move it`}
        aria-label={`Axis ${name}. Arrow keys move it.`}
        onKeyDown={onKey}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          from.current = { pointer: event.clientX, x, moved: false };
        }}
        onPointerMove={(event) => {
          const begun = from.current;
          if (begun === null) return;
          if (Math.abs(event.clientX - begun.pointer) > 3) begun.moved = true;
          if (begun.moved) onDrag(begun.x + event.clientX - begun.pointer);
        }}
        onPointerUp={(event) => {
          const begun = from.current;
          from.current = null;
          if (begun?.moved) onDrop(begun.x + event.clientX - begun.pointer);
          else onDrag(null);
        }}
      >
        {name}
      </button>
      {possible && (
        <button type="button" className="axis-log" aria-pressed={log} aria-label={`log scale of ${name}`} onClick={onLog}>
          log
        </button>
      )}
    </div>
  );
}

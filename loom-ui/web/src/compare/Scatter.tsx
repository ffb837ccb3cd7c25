// Two columns against each other. A rectangle that is drawn filters both.
import { scaleLinear, scaleLog } from "d3-scale";
import { useEffect, useMemo, useRef, useState, type PointerEvent } from "react";
import type { Comparison, ComparisonColumn } from "../api/types";
import { ramp } from "../charts/colour";
import { useDark, useSize } from "../ui/hooks";
import { number } from "../ui/format";
import { shownNumber } from "./CompareTable";
import { canLog, extent, goalOf, roundTicks, powers, trend as trendOf } from "./model";
import { MANY } from "./Parallel";
import { put, setFilter, useCompare } from "./store";

const LEFT = 72;
const RIGHT = 20;
const TOP = 12;
const BOTTOM = 40;

/** The plot with the choice of its columns. */
export function Scatter({ table, rows, colour }: { table: Comparison; rows: readonly number[]; colour: ComparisonColumn | null }) {
  const { x: xName, y: yName, trend, log, goals, active } = useCompare();
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const { width, height } = useSize(box);
  const dark = useDark();
  const numeric = table.columns.filter((column) => column.numeric && extent(column) !== null);
  const xColumn = numeric.find((column) => column.name === xName) ?? numeric.find((column) => column.kind === "parameter") ?? numeric[0];
  const yColumn = numeric.find((column) => column.name === yName) ?? numeric.find((column) => goalOf(column, goals) !== null && column !== xColumn) ?? numeric.find((column) => column.kind !== "parameter" && column !== xColumn) ?? numeric[0];
  const [rubber, setRubber] = useState<{ x0: number; y0: number; x1: number; y1: number } | null>(null);
  const [hover, setHover] = useState<number | null>(null);

  const scaleOf = (column: ComparisonColumn | undefined, from: number, to: number) => {
    const [low, high] = (column && extent(column)) ?? [0, 1];
    if (column !== undefined && log.has(column.name) && canLog(column)) return scaleLog().domain([low, high]).range([from, to]);
    const pad = (high - low || Math.abs(high) || 1) * 0.04;
    return scaleLinear().domain([low - pad, high + pad]).range([from, to]);
  };
  const sx = scaleOf(xColumn, LEFT, Math.max(LEFT + 10, width - RIGHT));
  const sy = scaleOf(yColumn, Math.max(TOP + 10, height - BOTTOM), TOP);
  const points = useMemo(
    () =>
      rows.flatMap((row) => {
        const a = xColumn?.numbers[row] ?? null;
        const b = yColumn?.numbers[row] ?? null;
        return a === null || b === null || !Number.isFinite(a) || !Number.isFinite(b) ? [] : [{ row, a, b }];
      }),
    [rows, xColumn, yColumn],
  );
  const range = useMemo(() => (colour === null ? null : extent(colour)), [colour]);
  const shade = (row: number) => {
    const value = colour?.numbers[row] ?? null;
    if (value === null || range === null) return dark ? "rgb(140 146 160)" : "rgb(120 126 140)";
    return ramp(range[1] === range[0] ? 0.5 : (value - range[0]) / (range[1] - range[0]), dark);
  };
  const many = points.length > MANY;
  useEffect(() => {
    const surface = canvas.current;
    if (!many || surface === null || width === 0) return;
    const frame = requestAnimationFrame(() => {
      const ratio = devicePixelRatio || 1;
      surface.width = width * ratio;
      surface.height = height * ratio;
      const pen = surface.getContext("2d");
      if (pen === null) return;
      pen.setTransform(ratio, 0, 0, ratio, 0, 0);
      pen.clearRect(0, 0, width, height);
      pen.globalAlpha = 0.7;
      for (const { row, a, b } of points) {
        pen.fillStyle = shade(row);
        pen.fillRect(sx(a) - 1.5, sy(b) - 1.5, 3, 3);
      }
    });
    return () => cancelAnimationFrame(frame);
    // The functions of this component change with what is listed here.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [many, points, width, height, dark, colour, range, log]);

  if (xColumn === undefined || yColumn === undefined) return <p className="plot-empty">There are no two columns of numbers.</p>;
  const line = trend ? trendOf(points.map(({ a, b }) => [log.has(xColumn.name) && canLog(xColumn) ? Math.log(a) : a, log.has(yColumn.name) && canLog(yColumn) ? Math.log(b) : b])) : null;
  const near = (event: PointerEvent<HTMLElement>): number | null => {
    const area = event.currentTarget.getBoundingClientRect();
    const px = event.clientX - area.left;
    const py = event.clientY - area.top;
    let best: number | null = null;
    let least = 14 ** 2;
    for (const { row, a, b } of points) {
      const away = (sx(a) - px) ** 2 + (sy(b) - py) ** 2;
      if (away < least) {
        least = away;
        best = row;
      }
    }
    return best;
  };
  const at = (event: PointerEvent<HTMLElement>) => {
    const area = event.currentTarget.getBoundingClientRect();
    return { x: event.clientX - area.left, y: event.clientY - area.top };
  };
  const marks = (column: ComparisonColumn, room: number) => {
    const [low, high] = extent(column) ?? [0, 1];
    return log.has(column.name) && canLog(column) ? powers(low, high) : roundTicks(low, high, Math.max(2, Math.round(room / 80)));
  };
  const trendPath = () => {
    if (line === null) return "";
    const [low, high] = extent(xColumn) ?? [0, 1];
    const bentX = log.has(xColumn.name) && canLog(xColumn);
    const bentY = log.has(yColumn.name) && canLog(yColumn);
    const out: string[] = [];
    for (let n = 0; n <= 40; n += 1) {
      const value = bentX ? low * (high / low) ** (n / 40) : low + ((high - low) * n) / 40;
      const bent = line.start + line.slope * (bentX ? Math.log(value) : value);
      out.push(`${n === 0 ? "M" : "L"}${sx(value).toFixed(1)} ${sy(bentY ? Math.exp(bent) : bent).toFixed(1)}`);
    }
    return out.join("");
  };
  const told = hover ?? active;
  const shown = told === null ? undefined : points.find((point) => point.row === told);
  return (
    <div className="scatter">
      <div className="plot-tools">
        <Pick label="x" columns={numeric} value={xColumn.name} onPick={(x) => put({ x })} />
        <Log column={xColumn} />
        <Pick label="y" columns={numeric} value={yColumn.name} onPick={(y) => put({ y })} />
        <Log column={yColumn} />
        <label className="inline-field">
          <input type="checkbox" checked={trend} onChange={() => put({ trend: !trend })} />
          <span>Trend</span>
        </label>
        {trend && <span className="muted nowrap">{line === null ? "too few points" : `explains ${(line.fit * 100).toFixed(0)} % of the spread`}</span>}
      </div>
      <div
        ref={box}
        className="plot"
        role="img"
        aria-label={`${yColumn.name} against ${xColumn.name} of ${points.length} rows; the table above holds the same numbers`}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          const { x, y } = at(event);
          setRubber({ x0: x, y0: y, x1: x, y1: y });
        }}
        onPointerMove={(event) => {
          if (rubber !== null) {
            const { x, y } = at(event);
            setRubber({ ...rubber, x1: x, y1: y });
          } else setHover(near(event));
        }}
        onPointerUp={(event) => {
          if (rubber === null) return;
          setRubber(null);
          if (Math.abs(rubber.x1 - rubber.x0) < 5 && Math.abs(rubber.y1 - rubber.y0) < 5) {
            const row = near(event);
            if (row !== null) put({ active: row });
            return;
          }
          const xs = [sx.invert(rubber.x0), sx.invert(rubber.x1)].sort((a, b) => a - b) as [number, number];
          const ys = [sy.invert(rubber.y0), sy.invert(rubber.y1)].sort((a, b) => a - b) as [number, number];
          setFilter(xColumn.name, { min: xs[0], max: xs[1] });
          if (yColumn !== xColumn) setFilter(yColumn.name, { min: ys[0], max: ys[1] });
        }}
        onPointerLeave={() => setHover(null)}
      >
        {many && <canvas ref={canvas} style={{ width, height }} />}
        <svg width={width} height={height} focusable="false">
          <g className="axis">
            {marks(xColumn, width).map((mark) => (
              <g key={mark} transform={`translate(${sx(mark).toFixed(1)} ${height - BOTTOM})`}>
                <line className="rule" y2={-(height - BOTTOM - TOP)} />
                <text y={16} textAnchor="middle">
                  {shownNumber(xColumn, mark)}
                </text>
              </g>
            ))}
            {marks(yColumn, height).map((mark) => (
              <g key={mark} transform={`translate(${LEFT} ${sy(mark).toFixed(1)})`}>
                <line className="rule" x2={width - LEFT - RIGHT} />
                <text x={-8} dy="0.32em" textAnchor="end">
                  {shownNumber(yColumn, mark)}
                </text>
              </g>
            ))}
            <line x1={LEFT} x2={width - RIGHT} y1={height - BOTTOM} y2={height - BOTTOM} />
            <line x1={LEFT} x2={LEFT} y1={TOP} y2={height - BOTTOM} />
            <text className="axis-title" x={(LEFT + width - RIGHT) / 2} y={height - 6} textAnchor="middle">
              {xColumn.name}
            </text>
            <text className="axis-title" transform={`translate(14 ${(TOP + height - BOTTOM) / 2}) rotate(-90)`} textAnchor="middle">
              {yColumn.name}
            </text>
          </g>
          {!many && points.map(({ row, a, b }) => <circle key={row} cx={sx(a)} cy={sy(b)} r={row === active ? 7 : 4.5} className={row === active ? "dot active" : "dot"} style={{ fill: shade(row) }} />)}
          {many && shown !== undefined && <circle cx={sx(shown.a)} cy={sy(shown.b)} r={6} className="dot active" />}
          {line !== null && <path className="trend" d={trendPath()} />}
          {rubber !== null && <rect className="brush" x={Math.min(rubber.x0, rubber.x1)} y={Math.min(rubber.y0, rubber.y1)} width={Math.abs(rubber.x1 - rubber.x0)} height={Math.abs(rubber.y1 - rubber.y0)} />}
        </svg>
        {hover !== null && shown !== undefined && rubber === null && (
          <div className="chart-tip" style={{ left: Math.min(sx(shown.a) + 12, Math.max(0, width - 230)), top: Math.min(Math.max(0, sy(shown.b) - 20), Math.max(0, height - 90)) }}>
            <strong>{table.rows[shown.row]?.label}</strong>
            <span>
              {xColumn.name} {number(shown.a)} · {yColumn.name} {shownNumber(yColumn, shown.b)}
            </span>
            {colour !== null && colour !== xColumn && colour !== yColumn && (
              <span>
                {colour.name} {colour.texts[shown.row]}
              </span>
            )}
          </div>
        )}
      </div>
    </div>
  );
}

function Pick({ label, columns, value, onPick }: { label: string; columns: readonly ComparisonColumn[]; value: string; onPick(name: string): void }) {
  return (
    <label className="inline-field">
      <span>{label}</span>
      <select value={value} onChange={(event) => onPick(event.target.value)}>
        {columns.map((column) => (
          <option key={column.name}>{column.name}</option>
        ))}
      </select>
    </label>
  );
}

function Log({ column }: { column: ComparisonColumn }) {
  const log = useCompare((state) => state.log);
  return (
    <button
      type="button"
      className="btn small"
      aria-pressed={log.has(column.name)}
      aria-label={`log scale of ${column.name}`}
      disabled={!canLog(column)}
      onClick={() => {
        const next = new Set(log);
        if (!next.delete(column.name)) next.add(column.name);
        put({ log: next });
      }}
    >
      log
    </button>
  );
}

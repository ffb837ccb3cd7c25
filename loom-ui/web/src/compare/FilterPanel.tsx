// Which rows are looked at: by value or range, column by column.
import { useMemo, useState } from "react";
import type { Comparison, ComparisonColumn } from "../api/types";
import { number } from "../ui/format";
import { choices, extent, isOpen, type Filter } from "./model";
import { setFilter, useCompare } from "./store";

/** The panel beside the table. */
export function FilterPanel({ table, rows }: { table: Comparison; rows: readonly number[] }) {
  const filters = useCompare((state) => state.filters);
  return (
    <aside id="compare-filters" className="filters" aria-label="Filters">
      {table.columns.map((column) => (
        <ColumnFilter key={column.name} column={column} rows={rows} filter={filters[column.name]} />
      ))}
    </aside>
  );
}

const FEW = 12;

function ColumnFilter({ column, rows, filter }: { column: ComparisonColumn; rows: readonly number[]; filter: Filter | undefined }) {
  const values = useMemo(() => choices(column, FEW + 1), [column]);
  const range = useMemo(() => (column.numeric ? extent(column) : null), [column]);
  const listed = values.length <= FEW && column.kind === "parameter";
  if (!listed && range === null) return null;
  const active = !isOpen(filter);
  return (
    <fieldset className={active ? "filter active" : "filter"}>
      <legend>
        <span className="clip" title={column.name}>
          {column.name}
          {column.kind === "duration" && <span className="muted"> in s</span>}
        </span>
        {active && (
          <button type="button" className="btn small square" aria-label={`Clear the filter of ${column.name}`} onClick={() => setFilter(column.name, null)}>
            ✕
          </button>
        )}
      </legend>
      {listed ? (
        <div className="filter-values">
          {values.map((value) => {
            const on = filter?.texts === undefined || filter.texts.includes(value);
            const inRange = filter === undefined || filter.texts !== undefined || within(column, value, filter);
            return (
              <label key={value} className="filter-value">
                <input
                  type="checkbox"
                  checked={on && inRange}
                  onChange={() => {
                    const have = filter?.texts ?? values.filter((one) => filter === undefined || within(column, one, filter));
                    const next = have.includes(value) ? have.filter((one) => one !== value) : [...have, value];
                    setFilter(column.name, next.length === values.length ? null : { texts: next });
                  }}
                />
                <span className="clip">{value}</span>
              </label>
            );
          })}
        </div>
      ) : (
        range !== null && (
          <>
            <Histogram column={column} rows={rows} range={range} />
            <div className="filter-range">
              <Bound label={`Least ${column.name}`} hint={number(Number(range[0].toPrecision(4)))} value={filter?.min} onSet={(min) => setFilter(column.name, { ...filter, min, texts: undefined })} />
              <span aria-hidden="true">–</span>
              <Bound label={`Most ${column.name}`} hint={number(Number(range[1].toPrecision(4)))} value={filter?.max} onSet={(max) => setFilter(column.name, { ...filter, max, texts: undefined })} />
            </div>
          </>
        )
      )}
    </fieldset>
  );
}

function within(column: ComparisonColumn, text: string, filter: Filter): boolean {
  const at = column.texts.indexOf(text);
  const value = at < 0 ? null : (column.numbers[at] ?? null);
  if (filter.min === undefined && filter.max === undefined) return true;
  return value !== null && (filter.min === undefined || value >= filter.min) && (filter.max === undefined || value <= filter.max);
}

/** An end of a range: nothing is open. */
function Bound({ label, hint, value, onSet }: { label: string; hint: string; value: number | undefined; onSet(value: number | undefined): void }) {
  const [typed, setTyped] = useState<string | null>(null);
  const shown = typed ?? (value === undefined ? "" : String(Number(value.toPrecision(5))));
  const done = () => {
    if (typed === null) return;
    const read = Number(typed);
    if (typed.trim() === "") onSet(undefined);
    else if (Number.isFinite(read)) onSet(read);
    setTyped(null);
  };
  return (
    <input
      className="input small"
      inputMode="decimal"
      aria-label={label}
      placeholder={hint}
      value={shown}
      onChange={(event) => setTyped(event.target.value)}
      onBlur={done}
      onKeyDown={(event) => event.key === "Enter" && done()}
    />
  );
}

const BINS = 24;

/** How the values are spread: all rows pale, those that get through dark. */
function Histogram({ column, rows, range }: { column: ComparisonColumn; rows: readonly number[]; range: [number, number] }) {
  const bins = useMemo(() => {
    const all = new Array<number>(BINS).fill(0);
    const here = new Array<number>(BINS).fill(0);
    const [low, high] = range;
    const bin = (value: number) => Math.min(BINS - 1, Math.floor(high === low ? 0 : ((value - low) / (high - low)) * BINS));
    const add = (into: number[], value: number | null | undefined) => {
      if (value === null || value === undefined || !Number.isFinite(value)) return;
      const at = bin(value);
      into[at] = (into[at] ?? 0) + 1;
    };
    column.numbers.forEach((value) => add(all, value));
    for (const row of rows) add(here, column.numbers[row]);
    return { all, here, most: Math.max(1, ...all) };
  }, [column, rows, range]);
  return (
    <svg className="histogram" viewBox={`0 0 ${BINS * 4} 24`} preserveAspectRatio="none" aria-hidden="true">
      {bins.all.map((n, at) => (
        <g key={at}>
          <rect className="all" x={at * 4} width={3} y={24 - (n / bins.most) * 24} height={(n / bins.most) * 24} />
          <rect className="here" x={at * 4} width={3} y={24 - ((bins.here[at] ?? 0) / bins.most) * 24} height={((bins.here[at] ?? 0) / bins.most) * 24} />
        </g>
      ))}
    </svg>
  );
}

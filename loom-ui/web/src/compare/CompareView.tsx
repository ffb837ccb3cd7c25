// The comparison: filters, a table, and below it the same rows as plots and as what they made.
import { useEffect, useMemo } from "react";
import { canWrite, docId, edit, notify, select, showView } from "../api/store";
import type { Comparison } from "../api/types";
import { count } from "../ui/format";
import { Split } from "../ui/Split";
import { download } from "../runs/LogPane";
import { setPlace } from "../runs/place";
import { Message } from "../ui/Message";
import { CompareTable } from "./CompareTable";
import { FilterPanel } from "./FilterPanel";
import { csv, goalOf, isOpen, passing } from "./model";
import { Outputs } from "./Outputs";
import { Parallel } from "./Parallel";
import { Scatter } from "./Scatter";
import { followComparison, loadComparison, put, useCompare, type Tab } from "./store";
import type { Item } from "../ui/Menu";
import "./compare.css";

const TABS: [Tab, string][] = [
  ["parallel", "Parallel coordinates"],
  ["scatter", "Scatter"],
  ["outputs", "Outputs"],
];

/** The view. */
export default function CompareView() {
  const { table, error, doc } = useCompare();
  useEffect(() => {
    followComparison();
    void loadComparison();
  }, []);
  if (table === null || doc !== docId()) {
    if (error !== null) return <Message title="There is no comparison" text={error} action="Try again" onAction={() => void loadComparison()} />;
    return <Message title="Loading…" />;
  }
  if (table.rows.length === 0) {
    return <Message title="Nothing to compare yet" text={table.empty ?? "Rows appear as soon as a sweep has configurations, or a run has made numbers."} action="Show the graph" onAction={() => showView("graph")} />;
  }
  return <Loaded table={table} />;
}

function Loaded({ table }: { table: Comparison }) {
  const { filters, words, goals, tab, showFilters, chosen } = useCompare();
  const rows = useMemo(() => passing(table, filters, words), [table, filters, words]);
  const filtered = Object.values(filters).filter((filter) => !isOpen(filter)).length;
  const colourBy = useCompare((state) => state.colour);
  const metrics = table.columns.filter((column) => column.numeric && column.kind !== "parameter");
  const colour =
    table.columns.find((column) => column.name === colourBy && column.numeric) ?? metrics.find((column) => goalOf(column, goals) !== null) ?? metrics[0] ?? table.columns.find((column) => column.numeric) ?? null;
  return (
    <div className="screen compare">
      <div className="pane-bar compare-bar">
        <h2 className="pane-title">Compare</h2>
        <button type="button" className="btn small" aria-pressed={showFilters} aria-controls="compare-filters" onClick={() => put({ showFilters: !showFilters })}>
          Filters{filtered > 0 ? ` (${filtered})` : ""}
        </button>
        <input type="search" className="input small" placeholder="Find a row" aria-label="Find a row" value={words} onChange={(event) => put({ words: event.target.value })} />
        <span className="muted nowrap" role="status">
          {rows.length === table.rows.length ? count(rows.length, "row") : `${rows.length.toLocaleString("en-GB")} of ${count(table.rows.length, "row")}`}
        </span>
        {filtered > 0 && (
          <button type="button" className="btn small" onClick={() => put({ filters: {} })}>
            Clear filters
          </button>
        )}
        <span className="spring" />
        <Equal all={[...table.constant, ...table.alike]} />
        {chosen.size > 0 && (
          <button type="button" className="btn small" onClick={() => put({ chosen: new Set() })}>
            {chosen.size} chosen ✕
          </button>
        )}
        <button type="button" className="btn small" onClick={() => download("comparison.csv", csv(table, rows), "text/csv")}>
          Export CSV
        </button>
      </div>
      {table.troubles.length > 0 && (
        <details className="compare-trouble">
          <summary>
            <span aria-hidden="true">⚠</span> {table.troubles.length === 1 ? table.troubles[0] : `${table.troubles.length} numbers are missing`}
          </summary>
          <ul>
            {table.troubles.map((trouble) => (
              <li key={trouble}>{trouble}</li>
            ))}
          </ul>
        </details>
      )}
      <div className="compare-main">
        {showFilters && <FilterPanel table={table} rows={rows} />}
        <Split name="compare" direction="down" start={0.5} least={140}>
          <CompareTable table={table} rows={rows} />
          <section className="plots" aria-label="Plots">
            <div className="pane-bar">
              <div className="tabs" role="tablist" aria-label="Plots">
                {TABS.map(([id, label], at) => (
                  <button
                    key={id}
                    type="button"
                    role="tab"
                    id={`tab-${id}`}
                    aria-selected={tab === id}
                    aria-controls="plot-panel"
                    tabIndex={tab === id ? 0 : -1}
                    className="tab"
                    onClick={() => put({ tab: id })}
                    onKeyDown={(event) => {
                      const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
                      if (by === 0) return;
                      event.preventDefault();
                      const next = TABS[(at + by + TABS.length) % TABS.length] as [Tab, string];
                      put({ tab: next[0] });
                      document.getElementById(`tab-${next[0]}`)?.focus();
                    }}
                  >
                    {label}
                  </button>
                ))}
              </div>
              <span className="spring" />
              {tab !== "outputs" && (
                <label className="inline-field">
                  <span>Colour</span>
                  <select value={colour?.name ?? ""} onChange={(event) => put({ colour: event.target.value })}>
                    {table.columns.filter((column) => column.numeric).map((column) => (
                      <option key={column.name}>{column.name}</option>
                    ))}
                  </select>
                </label>
              )}
            </div>
            <div id="plot-panel" role="tabpanel" aria-labelledby={`tab-${tab}`} className="plot-panel">
              {tab === "parallel" && <Parallel table={table} rows={rows} colour={colour} />}
              {tab === "scatter" && <Scatter table={table} rows={rows} colour={colour} />}
              {tab === "outputs" && <Outputs table={table} rows={rows} />}
            </div>
          </section>
        </Split>
      </div>
    </div>
  );
}

/** Columns that would say the same in every row, in one line. */
function Equal({ all }: { all: readonly [string, string][] }) {
  if (all.length === 0) return null;
  return (
    <details className="equal">
      <summary className="btn small">{count(all.length, "column")} equal</summary>
      <dl className="equal-list">
        {all.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

/** What can be done with a row. */
export function rowActions(table: Comparison, row: number): Item[] {
  const one = table.rows[row];
  if (one === undefined) return [];
  const { baseline, chosen } = useCompare.getState();
  const parameters = table.columns.filter((column) => column.kind === "parameter").map((column) => [column.name, column.texts[row] ?? ""] as const);
  return [
    { label: baseline === row ? "No baseline" : "Use as baseline", onPick: () => put({ baseline: baseline === row ? null : row }) },
    {
      label: chosen.has(row) ? "Do not put side by side" : "Put side by side",
      onPick: () => {
        const next = new Set(chosen);
        if (!next.delete(row)) next.add(row);
        put({ chosen: next });
      },
    },
    {
      label: "Show in graph",
      disabled: one.node === null,
      onPick: () => {
        if (one.node !== null) select([one.node]);
        showView("graph");
      },
    },
    {
      label: "Open log",
      disabled: one.unit === null,
      onPick: () => {
        if (one.node !== null) select([one.node]);
        showView("runs");
        setPlace({ run: null, unit: one.unit, line: null });
      },
    },
    {
      label: "Copy parameters",
      onPick: () => void navigator.clipboard.writeText([...parameters, ...table.constant].map(([name, value]) => `${name}: ${value}`).join("\n")).then(() => notify("Copied the parameters")),
    },
    {
      label: "Use as default",
      disabled: !canWrite() || one.defaults.length === 0,
      onPick: () =>
        void edit(
          one.defaults.map(([name, value]) => ({ op: "set" as const, node: `param:${name}`, path: [], value: { text: value } })),
          { label: `use ${one.label} as default` },
        ).then((done) => done && notify(`The parameters are now those of ${one.label}; undo takes it back`)),
    },
  ];
}

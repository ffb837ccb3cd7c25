// The units of a run as a table.
import { useMemo, useState } from "react";
import type { RunDetail, UnitRow } from "../api/types";
import { clock, duration } from "../ui/format";
import { Grid, type GridColumn } from "../ui/Grid";
import { Name } from "../ui/Name";
import { matching, ordered, type Sort, type SortKey } from "./order";
import { unitMark } from "./words";

export interface UnitTableProps {
  detail: RunDetail;
  now: number;
  active: number | null;
  selected: ReadonlySet<number>;
  onActive(unit: number): void;
  onOpen(unit: number): void;
}

/** How long it took, or has taken. */
export function taken(row: UnitRow, now: number): number | null {
  if (row.started_ms === null) return null;
  return row.state === "running" ? Math.max(row.took_ms, now - row.started_ms) : row.took_ms;
}

/** The table, with a field that narrows it. */
export function UnitTable({ detail, now, active, selected, onActive, onOpen }: UnitTableProps) {
  const [sort, setSort] = useState<Sort>({ key: "auto", down: false });
  const [words, setWords] = useState("");
  const units = detail.units;
  const order = useMemo(() => ordered(units, sort), [units, sort]);
  const rows = useMemo(() => matching(units, order, words), [units, order, words]);
  const by = (key: SortKey): Pick<GridColumn, "sorted" | "onSort"> => ({
    sorted: sort.key === key ? (sort.down ? "descending" : "ascending") : null,
    // A third click goes back to the order that a run has by itself.
    onSort: () => setSort((old) => (old.key !== key ? { key, down: false } : old.down ? { key: "auto", down: false } : { key, down: true })),
  });
  const row = (at: number) => units[at] as UnitRow;
  const columns: GridColumn[] = [
    {
      id: "state",
      label: "State",
      width: "100px",
      ...by("state"),
      cell: (at) => {
        const mark = unitMark(row(at));
        return (
          <span className={`state ${mark.tone}`}>
            <span aria-hidden="true">{mark.glyph}</span> {mark.word}
          </span>
        );
      },
    },
    {
      id: "unit",
      label: "Unit",
      width: "minmax(120px, 1.4fr)",
      ...by("unit"),
      cell: (at) => (
        <Name text={row(at).unit} title={row(at).why.length > 0 ? `${row(at).unit}\nBecause: ${row(at).why.join("; ")}` : row(at).unit} />
      ),
    },
    { id: "start", label: "Start", width: "62px", right: true, ...by("start"), cell: (at) => (row(at).started_ms === null ? <span className="muted">–</span> : clock(row(at).started_ms ?? 0)) },
    { id: "duration", label: "Took", title: "How long it took; the bar is how long it took before", width: "122px", right: true, ...by("duration"), cell: (at) => <Took row={row(at)} now={now} /> },
    {
      id: "outcome",
      label: "Outcome",
      width: "minmax(84px, 1fr)",
      ...by("outcome"),
      cell: (at) => (
        <span className="clip" title={row(at).outcome ?? undefined}>
          {row(at).outcome ?? ""}
        </span>
      ),
    },
  ];
  const failed = detail.info.counts.failed;
  return (
    <section className="units" aria-label="Units">
      <div className="pane-bar">
        <h3 className="pane-title">Units</h3>
        <input type="search" className="input small" aria-label="Narrow the units" placeholder="Name or state" value={words} onChange={(event) => setWords(event.target.value)} />
        <span className="spring" />
        {failed > 0 && words === "" && (
          <button type="button" className="btn small danger" onClick={() => setWords("failed")}>
            {failed} failed
          </button>
        )}
        <span className="muted nowrap" role="status">
          {words === "" ? units.length.toLocaleString("en-GB") : `${rows.length.toLocaleString("en-GB")} of ${units.length.toLocaleString("en-GB")}`}
        </span>
      </div>
      <Grid
        label="Units of the run"
        columns={columns}
        rows={rows}
        active={active}
        onActive={onActive}
        onOpen={onOpen}
        rowClass={(at) => `${row(at).state === "failed" ? "failed" : ""} ${selected.has(at) ? "chosen" : ""}`}
        least={500}
        empty={words === "" ? "No unit was heard of yet." : "No unit has that in its name or state."}
      />
    </section>
  );
}

/** A duration against what it was before: longer by half is worth a word. */
function Took({ row, now }: { row: UnitRow; now: number }) {
  const took = taken(row, now);
  if (took === null) return <span className="muted">{row.expected_ms !== null && (row.state === "queued" || row.state === "stale") ? `≈ ${duration(row.expected_ms)}` : "–"}</span>;
  const usual = row.expected_ms;
  if (usual === null || usual <= 0) return <>{duration(took)}</>;
  const part = took / usual;
  const slow = part > 1.5 && took - usual > 1000;
  return (
    <span className={slow ? "took slow" : "took"} title={`${duration(took)}, usually ${duration(usual)}`}>
      {slow && <span className="slow-word">×{part < 10 ? part.toFixed(1) : Math.round(part)}</span>}
      {duration(took)}
      <span className="took-track" aria-hidden="true">
        <span style={{ width: `${Math.min(100, part * 66)}%` }} />
        <i />
      </span>
    </span>
  );
}

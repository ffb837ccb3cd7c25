// The table of configurations: parameters, numbers with bars, the best one named, differences to a baseline.
import { useCallback, useMemo, useState } from "react";
import type { Comparison, ComparisonColumn } from "../api/types";
import { delta, duration, number } from "../ui/format";
import { Grid, type GridColumn } from "../ui/Grid";
import { rowActions } from "./CompareView";
import { arranged, barPart, bestOf, extent, goalOf, type Goal } from "./model";
import { Menu } from "../ui/Menu";
import { put, setGoal, toggleRow, useCompare } from "./store";

const STATES: Record<string, { glyph: string; tone: string }> = {
  ok: { glyph: "✓", tone: "ok" },
  outdated: { glyph: "●", tone: "wait" },
  failed: { glyph: "✕", tone: "fail" },
  missing: { glyph: "○", tone: "idle" },
};

/** A number as the column shows it: times as times. */
export function shownNumber(column: ComparisonColumn, value: number): string {
  return column.kind === "duration" ? duration(1000 * value) : number(value);
}

/** The table. */
export function CompareTable({ table, rows }: { table: Comparison; rows: readonly number[] }) {
  const { sort, goals, baseline, active, chosen } = useCompare();
  const [menu, setMenu] = useState<{ row: number; x: number; y: number } | null>(null);
  const closeMenu = useCallback(() => setMenu(null), []);
  const order = useMemo(() => arranged(table, rows, sort), [table, rows, sort]);
  const ranges = useMemo(() => new Map(table.columns.map((column) => [column.name, column.numeric ? extent(column) : null])), [table]);
  const best = useMemo(() => new Map(table.columns.map((column) => [column.name, bestOf(column, rows, goalOf(column, goals))])), [table, rows, goals]);

  const sorted = (by: string): Pick<GridColumn, "sorted" | "onSort"> => ({
    sorted: sort.by === by ? (sort.down ? "descending" : "ascending") : null,
    onSort: () => {
      const column = table.columns.find((one) => one.name === by);
      // What is better comes first.
      const down = column !== undefined && goalOf(column, goals) === "max";
      put({ sort: sort.by !== by ? { by, down } : sort.down === down ? { by, down: !down } : { by: null, down: false } });
    },
  });
  const columns: GridColumn[] = [
    {
      id: "label",
      label: "Configuration",
      width: "minmax(200px, 2fr)",
      ...sorted("label"),
      cell: (row) => {
        const one = table.rows[row];
        const state = STATES[one?.state ?? ""] ?? { glyph: "?", tone: "idle" };
        return (
          <span className="config">
            <span className={`state ${state.tone}`} title={one?.state}>
              <span aria-hidden="true">{state.glyph}</span>
              <span className={one?.state === "ok" ? "sr-only" : "config-state"}>{one?.state}</span>
            </span>
            <span className="clip" title={one?.label}>
              {one?.label}
            </span>
            {row === baseline && <span className="chip">baseline</span>}
            {table.best === row && <span className="chip ok">best</span>}
            <button
              type="button"
              tabIndex={-1}
              className="btn quiet small square row-menu"
              aria-label={`What to do with ${one?.label}`}
              onClick={(event) => {
                const box = event.currentTarget.getBoundingClientRect();
                put({ active: row });
                setMenu({ row, x: box.left, y: box.bottom });
              }}
            >
              ⋯
            </button>
          </span>
        );
      },
    },
    ...table.columns.map((column): GridColumn => {
      const goal = goalOf(column, goals);
      const range = ranges.get(column.name) ?? null;
      const first = best.get(column.name) ?? null;
      const metric = column.kind !== "parameter";
      return {
        id: column.name,
        label: column.name,
        title: column.kind === "parameter" ? `Parameter ${column.name}` : column.kind === "metric" ? `Number ${column.name}` : "How long it took",
        width: metric ? "minmax(128px, 1fr)" : "minmax(88px, 0.8fr)",
        right: column.numeric,
        ...sorted(column.name),
        extra: metric && column.numeric ? <GoalButton column={column.name} goal={goal} /> : undefined,
        cell: (row) => {
          const value = column.numbers[row] ?? null;
          if (!metric || !column.numeric || value === null || range === null) {
            const text = column.texts[row] ?? "";
            return text === "" ? (
              <span className="muted">–</span>
            ) : (
              <span className="clip" title={text}>
                {text}
              </span>
            );
          }
          const part = barPart(value, range);
          const base = baseline === null || baseline === row ? null : (column.numbers[baseline] ?? null);
          return (
            <span className={row === first ? "metric best" : "metric"} title={column.texts[row]}>
              <span className="metric-bar" aria-hidden="true">
                <span style={{ left: `${part.from * 100}%`, width: `${(part.to - part.from) * 100}%` }} />
              </span>
              {row === first && <span className="best-word">best</span>}
              {base !== null && <Delta by={value - base} goal={goal} shown={column.kind === "duration" ? signed(value - base) : delta(value - base)} />}
              <span className="metric-number">{shownNumber(column, value)}</span>
            </span>
          );
        },
      };
    }),
  ];
  const least = 220 + table.columns.reduce((sum, column) => sum + (column.kind === "parameter" ? 88 : 128) + 16, 0);
  return (
    <>
      <Grid
        label="Configurations"
        columns={columns}
        rows={order}
        active={active}
        onActive={(row) => put({ active: row })}
        onToggle={toggleRow}
        chosen={chosen}
        onOpen={(row) => put({ baseline: baseline === row ? null : row })}
        onMenu={(row, at) => setMenu({ row, ...at })}
        least={least}
        stickyFirst
        empty="No row gets through the filters."
      />
      {menu !== null && <Menu at={menu} label={table.rows[menu.row]?.label ?? ""} items={rowActions(table, menu.row)} onClose={closeMenu} />}
    </>
  );
}

function signed(seconds: number): string {
  return seconds === 0 ? "±0" : `${seconds > 0 ? "+" : "−"}${duration(1000 * Math.abs(seconds))}`;
}

function Delta({ by, goal, shown }: { by: number; goal: Goal | null; shown: string }) {
  const tone = goal === null || by === 0 ? "" : (goal === "max") === by > 0 ? "better" : "worse";
  return (
    <span className={`delta ${tone}`} title={tone === "" ? "Against the baseline" : `${tone} than the baseline`}>
      {shown}
    </span>
  );
}

/** Which is better: greater, smaller, or neither. */
function GoalButton({ column, goal }: { column: string; goal: Goal | null }) {
  const next: Goal | null = goal === "max" ? "min" : goal === "min" ? null : "max";
  const word = goal === "max" ? "greater is better" : goal === "min" ? "smaller is better" : "neither is better";
  return (
    <button type="button" className="btn quiet small square goal" aria-label={`${column}: ${word}`} title={`${word}; click to change`} onClick={() => setGoal(column, next)}>
      {goal === "max" ? "↑" : goal === "min" ? "↓" : "·"}
    </button>
  );
}

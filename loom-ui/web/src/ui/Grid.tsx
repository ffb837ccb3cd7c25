// A table of any length: only the rows in sight are there. One tab stop; arrows go through the rows.
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useId, useMemo, useRef, type CSSProperties, type KeyboardEvent, type MouseEvent, type ReactNode } from "react";
import "./grid.css";

export interface GridColumn {
  id: string;
  /** What stands at its head, and what it is called. */
  label: string;
  head?: ReactNode;
  title?: string | undefined;
  /** A width of CSS grid: `90px`, `minmax(120px, 1fr)`. */
  width: string;
  right?: boolean;
  sorted?: "ascending" | "descending" | null;
  onSort?: (() => void) | undefined;
  /** Something beside the head, such as a switch. */
  extra?: ReactNode;
  cell(row: number): ReactNode;
  /** The classes of a cell. */
  cellClass?(row: number): string;
}

export interface GridProps {
  label: string;
  columns: readonly GridColumn[];
  /** The rows, as numbers that the columns understand, in order. */
  rows: readonly number[];
  rowHeight?: number;
  /** The row that arrows start from. */
  active: number | null;
  onActive(row: number): void;
  /** Enter, or a double click. */
  onOpen?: ((row: number) => void) | undefined;
  /** The menu key, Shift+F10, or a right click. */
  onMenu?: ((row: number, at: { x: number; y: number }) => void) | undefined;
  /** The space bar, or a click with Ctrl. */
  onToggle?: ((row: number) => void) | undefined;
  onDelete?: ((row: number) => void) | undefined;
  chosen?: ReadonlySet<number> | undefined;
  rowClass?(row: number): string;
  /** How wide the columns must be all in all, before the table scrolls sideways. */
  least?: number;
  /** What is shown where there are no rows. */
  empty?: ReactNode;
  /** The first column stays in sight when the table scrolls sideways. */
  stickyFirst?: boolean;
}

const HEAD = 30;

/** The table. */
export function Grid(props: GridProps) {
  const { columns, rows, active, onActive, rowHeight = 28 } = props;
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    scrollMargin: 0,
    paddingStart: 0,
    scrollPaddingStart: HEAD,
  });
  const at = useMemo(() => (active === null ? -1 : rows.indexOf(active)), [rows, active]);
  const shown = useRef<number | null>(null);
  useEffect(() => {
    if (at >= 0 && shown.current !== active) virtual.scrollToIndex(at, { align: "auto" });
    shown.current = active;
  }, [at, active, virtual]);

  const go = (to: number) => {
    const row = rows[Math.min(rows.length - 1, Math.max(0, to))];
    if (row !== undefined) onActive(row);
  };
  const onKey = (event: KeyboardEvent<HTMLDivElement>) => {
    if (event.target !== event.currentTarget) return;
    const page = Math.max(1, Math.floor(((scroller.current?.clientHeight ?? 300) - HEAD) / rowHeight) - 1);
    const steps: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at < 0 ? 0 : at - 1, PageDown: at + page, PageUp: at - page, Home: 0, End: rows.length - 1 };
    const to = steps[event.key];
    if (to !== undefined && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      go(to);
    } else if (event.key === "Enter" && active !== null) {
      event.preventDefault();
      props.onOpen?.(active);
    } else if (event.key === " " && active !== null && props.onToggle) {
      event.preventDefault();
      props.onToggle(active);
    } else if (event.key === "Delete" && active !== null && props.onDelete) {
      event.preventDefault();
      props.onDelete(active);
    } else if ((event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey)) && active !== null && props.onMenu) {
      event.preventDefault();
      const box = scroller.current?.querySelector(`[data-row="${active}"]`)?.getBoundingClientRect();
      props.onMenu(active, { x: (box?.left ?? 0) + 40, y: box?.bottom ?? 0 });
    }
  };
  const onClick = (row: number) => (event: MouseEvent) => {
    if ((event.target as HTMLElement).closest("button, a, input") !== null) return;
    onActive(row);
    if ((event.ctrlKey || event.metaKey) && props.onToggle) props.onToggle(row);
  };
  const style = { "--cols": columns.map((column) => column.width).join(" "), "--least": `${props.least ?? 0}px`, "--row": `${rowHeight}px` } as CSSProperties;
  return (
    <div
      ref={scroller}
      className={props.stickyFirst ? "grid sticky-first" : "grid"}
      role="grid"
      tabIndex={0}
      aria-label={props.label}
      aria-rowcount={rows.length + 1}
      aria-colcount={columns.length}
      aria-multiselectable={props.chosen !== undefined}
      aria-activedescendant={at >= 0 ? `${id}-${active}` : undefined}
      onKeyDown={onKey}
      style={style}
    >
      <div className="grid-head" role="rowgroup">
        <div className="grid-row" role="row" aria-rowindex={1}>
          {columns.map((column) => (
            <div key={column.id} role="columnheader" className={column.right ? "grid-cell right" : "grid-cell"} aria-sort={column.sorted ?? undefined} title={column.title}>
              {column.onSort ? (
                <button type="button" className="grid-sort" onClick={column.onSort}>
                  <span className="grid-label">{column.head ?? column.label}</span>
                  <span className="grid-arrow" aria-hidden="true">
                    {column.sorted === "ascending" ? "▲" : column.sorted === "descending" ? "▼" : ""}
                  </span>
                </button>
              ) : (
                <span className="grid-label">{column.head ?? column.label}</span>
              )}
              {column.extra}
            </div>
          ))}
        </div>
      </div>
      <div role="rowgroup" className="grid-body" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const row = rows[item.index] as number;
          const extra = props.rowClass?.(row) ?? "";
          return (
            <div
              key={row}
              id={`${id}-${row}`}
              data-row={row}
              role="row"
              aria-rowindex={item.index + 2}
              aria-selected={props.chosen ? props.chosen.has(row) : row === active}
              className={`grid-row ${row === active ? "active" : ""} ${props.chosen?.has(row) ? "chosen" : ""} ${extra}`}
              style={{ transform: `translateY(${item.start}px)` }}
              onClick={onClick(row)}
              onDoubleClick={() => props.onOpen?.(row)}
              onContextMenu={(event) => {
                if (!props.onMenu) return;
                event.preventDefault();
                onActive(row);
                props.onMenu(row, { x: event.clientX, y: event.clientY });
              }}
            >
              {columns.map((column) => (
                <div key={column.id} role="gridcell" className={`grid-cell ${column.right ? "right" : ""} ${column.cellClass?.(row) ?? ""}`}>
                  {column.cell(row)}
                </div>
              ))}
            </div>
          );
        })}
      </div>
      {rows.length === 0 && props.empty !== undefined && <div className="grid-empty">{props.empty}</div>}
    </div>
  );
}

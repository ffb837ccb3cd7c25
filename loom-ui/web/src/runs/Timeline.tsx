// The timeline of a run. The table beside it says the same in words; this is for the eye.
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent, type PointerEvent } from "react";
import type { RunDetail } from "../api/types";
import { duration } from "../ui/format";
import { useDark, useSize } from "../ui/hooks";
import { barsOf, draw, HEAD, paintOf, ROW } from "./paint";
import { hit, moment, moved, rows as rowsOf, whole, zoomed, type RowOrder, type Span } from "./timeline";
import { unitMark } from "./words";

export interface TimelineProps {
  detail: RunDetail;
  /** How long the run has been going on, in milliseconds. */
  now: number;
  live: boolean;
  /** Indices of units. */
  selected: ReadonlySet<number>;
  active: number | null;
  onSelect(unit: number): void;
  onOpen(unit: number): void;
}

/** Above this many units a row for each says less than a row for each lane. */
const MANY = 300;

/** The timeline, with its switches. */
export function Timeline({ detail, now, live, selected, active, onSelect, onOpen }: TimelineProps) {
  const [order, setOrder] = useState<RowOrder>(() => (detail.units.length > MANY && detail.lanes > 0 ? "lane" : "start"));
  const [span, setSpan] = useState<Span | null>(null);
  const [scroll, setScroll] = useState(0);
  const [hover, setHover] = useState<{ unit: number; x: number; y: number } | null>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const { width, height } = useSize(scroller);
  const dark = useDark();
  const units = detail.units;
  const most = useMemo(() => whole(now), [now]);
  // Without a choice of one's own all of the run is shown; with one, and while it runs, the piece moves along with now.
  const [follow, setFollow] = useState(true);
  const view = span === null ? most : follow && live ? moved(span, Math.max(0, now - span.to) + (span.to - span.from) * 0.04, most) : span;
  const rows = useMemo(() => rowsOf(units, detail.lanes, order), [units, detail.lanes, order]);
  const gutter = Math.min(190, Math.max(96, width * 0.24));
  const plot = Math.max(1, width - gutter);

  useLayoutEffect(() => {
    const surface = canvas.current;
    if (surface === null || width === 0) return;
    const frame = requestAnimationFrame(() => {
      draw(surface, { units, rows, span: view, now, live, scroll, width, height, gutter, selected, active, byUnit: order !== "lane", hover: hover?.unit ?? null, paint: paintOf(surface) });
    });
    return () => cancelAnimationFrame(frame);
  }, [units, rows, view, now, live, scroll, width, height, gutter, selected, active, order, hover, dark]);

  // Keeps what is selected in sight.
  useEffect(() => {
    const box = scroller.current;
    if (box === null || active === null) return;
    const at = rows.findIndex((row) => row.units.includes(active));
    if (at < 0) return;
    const top = at * ROW;
    if (top < box.scrollTop) box.scrollTop = top;
    else if (top + ROW + HEAD > box.scrollTop + box.clientHeight) box.scrollTop = top + ROW + HEAD - box.clientHeight;
    // Rows move while the run goes on; only a change of the selection scrolls.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [active, order]);

  const zoom = useCallback(
    (factor: number, at?: number) => {
      const here = at ?? (live && follow ? now : (view.from + view.to) / 2);
      const next = zoomed(view, here, factor, most);
      setSpan(next.to - next.from >= (most.to - most.from) * 0.999 ? null : next);
    },
    [view, most, live, follow, now],
  );
  const pan = useCallback(
    (by: number) => {
      setFollow(false);
      setSpan(moved(view, by, most));
    },
    [view, most],
  );
  useEffect(() => {
    const box = scroller.current;
    if (box === null) return;
    const onWheel = (event: WheelEvent) => {
      const left = box.getBoundingClientRect().left + gutter;
      if (event.ctrlKey || event.metaKey) {
        event.preventDefault();
        zoom(Math.exp(event.deltaY * 0.0025), moment(event.clientX - left, view, plot));
      } else if (event.deltaX !== 0 || event.shiftKey) {
        event.preventDefault();
        pan(((event.deltaX || event.deltaY) / plot) * (view.to - view.from));
      }
    };
    box.addEventListener("wheel", onWheel, { passive: false });
    return () => box.removeEventListener("wheel", onWheel);
  }, [zoom, pan, view, plot, gutter]);

  const under = (event: PointerEvent<HTMLElement>): number | null => {
    const box = event.currentTarget.getBoundingClientRect();
    const y = event.clientY - box.top - HEAD + scroll;
    const x = event.clientX - box.left;
    if (event.clientY - box.top < HEAD) return null;
    const row = rows[Math.floor(y / ROW)];
    if (row === undefined) return null;
    if (row.units.length === 1) return row.units[0] as number;
    if (x < gutter) return null;
    const perPixel = (view.to - view.from) / plot;
    return hit(barsOf(row, units, now), moment(x - gutter, view, plot), perPixel * 4);
  };
  const dragging = useRef<{ x: number; moved: boolean } | null>(null);
  const onDown = (event: PointerEvent<HTMLDivElement>) => {
    if (event.button !== 0 || event.clientX > event.currentTarget.getBoundingClientRect().left + event.currentTarget.clientWidth) return;
    dragging.current = { x: event.clientX, moved: false };
  };
  const onMove = (event: PointerEvent<HTMLDivElement>) => {
    const drag = dragging.current;
    if (drag !== null && (event.buttons & 1) === 1) {
      const by = event.clientX - drag.x;
      if (drag.moved || Math.abs(by) > 4) {
        if (!drag.moved) event.currentTarget.setPointerCapture(event.pointerId);
        drag.moved = true;
        drag.x = event.clientX;
        if (span !== null) pan((-by / plot) * (view.to - view.from));
      }
      return;
    }
    const unit = under(event);
    const box = event.currentTarget.getBoundingClientRect();
    setHover(unit === null ? null : { unit, x: event.clientX - box.left, y: event.clientY - box.top });
  };
  const onUp = (event: PointerEvent<HTMLDivElement>) => {
    const drag = dragging.current;
    dragging.current = null;
    if (drag === null || drag.moved) return;
    const unit = under(event);
    if (unit !== null) onSelect(unit);
  };
  const onKey = (event: KeyboardEvent<HTMLDivElement>) => {
    const length = view.to - view.from;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = active === null ? -1 : rows.findIndex((row) => row.units.includes(active));
    const pick = (step: number) => {
      if (order === "lane" && at >= 0 && active !== null) {
        const row = rows[at] as (typeof rows)[number];
        const next = row.units[row.units.indexOf(active) + step] ?? rows[at + step]?.units[step > 0 ? 0 : (rows[at + step]?.units.length ?? 1) - 1];
        if (next !== undefined) onSelect(next);
        return;
      }
      const next = rows[Math.min(rows.length - 1, Math.max(0, at + step))]?.units[0];
      if (next !== undefined) onSelect(next);
    };
    const keys: Record<string, () => void> = {
      "+": () => zoom(1 / 1.5),
      "=": () => zoom(1 / 1.5),
      "-": () => zoom(1.5),
      "0": () => setSpan(null),
      ArrowLeft: () => pan(-length * 0.1),
      ArrowRight: () => pan(length * 0.1),
      ArrowDown: () => pick(1),
      ArrowUp: () => pick(-1),
      Enter: () => active !== null && onOpen(active),
    };
    const act = keys[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  };

  const told = hover === null ? undefined : units[hover.unit];
  return (
    <section className="timeline" aria-label="Timeline">
      <div className="pane-bar">
        <h3 className="pane-title">Timeline</h3>
        <label className="inline-field">
          <span>Rows</span>
          <select value={order} onChange={(event) => setOrder(event.target.value as RowOrder)}>
            <option value="start">by start</option>
            <option value="lane">by lane</option>
            <option value="duration">by duration</option>
          </select>
        </label>
        <span className="spring" />
        {live && span !== null && (
          <button type="button" className="btn small" aria-pressed={follow} onClick={() => setFollow(!follow)}>
            Follow now
          </button>
        )}
        <div className="btn-group" role="group" aria-label="Zoom">
          <button type="button" className="btn small square" aria-label="Zoom out" title="Zoom out (−)" onClick={() => zoom(1.5)} disabled={span === null}>
            −
          </button>
          <button type="button" className="btn small square" aria-label="Zoom in" title="Zoom in (+, or Ctrl and the wheel)" onClick={() => zoom(1 / 1.5)}>
            +
          </button>
          <button type="button" className="btn small" onClick={() => setSpan(null)} disabled={span === null} title="All of the run (0)">
            Fit
          </button>
        </div>
      </div>
      <div
        ref={scroller}
        className="timeline-scroll"
        tabIndex={0}
        role="img"
        aria-label={`Timeline of ${units.length} units over ${duration(now)}. The table of units says the same in words. Arrow up and down go through the units, plus and minus zoom.`}
        onScroll={(event) => setScroll(event.currentTarget.scrollTop)}
        onPointerDown={onDown}
        onPointerMove={onMove}
        onPointerUp={onUp}
        onPointerLeave={() => setHover(null)}
        onDoubleClick={() => active !== null && onOpen(active)}
        onKeyDown={onKey}
      >
        <div className="timeline-fill" style={{ height: Math.max(height, HEAD + rows.length * ROW) }}>
          <canvas ref={canvas} className="timeline-canvas" style={{ width, height }} />
        </div>
      </div>
      {told !== undefined && hover !== null && (
        <div className="chart-tip" style={{ left: Math.min(hover.x + 14, Math.max(0, width - 250)), top: Math.min(hover.y + 60, height - 20) }}>
          <strong>{told.unit}</strong>
          <span>
            {unitMark(told).glyph} {unitMark(told).word}
            {told.started_ms !== null && ` · began at ${duration(told.started_ms)}`}
          </span>
          {told.started_ms !== null && (
            <span>
              {told.state === "running" ? `${duration(now - told.started_ms)} so far` : `took ${duration(told.took_ms)}`}
              {told.expected_ms !== null && `, usually ${duration(told.expected_ms)}`}
            </span>
          )}
          {told.critical && <span>On the critical path: the run could not have been shorter without it</span>}
          {told.outcome !== null && <span>{told.outcome}</span>}
        </div>
      )}
      <Legend />
    </section>
  );
}

/** What the looks mean. */
function Legend() {
  const looks: [string, string][] = [
    ["waiting", "waiting"],
    ["running", "running"],
    ["ran", "done"],
    ["failed", "failed"],
    ["hatch", "up to date or skipped"],
    ["critical", "critical path"],
  ];
  return (
    <ul className="timeline-legend" aria-label="What the bars mean">
      {looks.map(([look, word]) => (
        <li key={look}>
          <span className={`swatch ${look}`} aria-hidden="true" />
          {word}
        </li>
      ))}
    </ul>
  );
}


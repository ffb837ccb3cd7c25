// The logs of all that runs, in one, in the order in which their lines came.
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { api } from "../api/store";
import type { LogPage, UnitRow } from "../api/types";
import { LineText } from "./LogPane";
import { merged, type MergedLine } from "./logbook";
import { logPath } from "./useLog";

/** How many logs are read at the same time, how often, and how much of what was there before. */
const MOST = 8;
const EVERY = 700;
const TAIL = 200;

/** All of them; `units` are those that run now. */
export function MergedLog({ run, units, head, onPick }: { run: string; units: readonly UnitRow[]; head: ReactNode; onPick(unit: string, line: number): void }) {
  const [lines, setLines] = useState<MergedLine[]>([]);
  const [follow, setFollow] = useState(true);
  const known = useRef(new Map<string, number>());
  const names = units.slice(0, MOST).map((unit) => unit.unit);
  const key = names.join("\n");
  const scroller = useRef<HTMLDivElement>(null);

  useEffect(() => {
    setLines([]);
    known.current = new Map();
  }, [run]);
  useEffect(() => {
    let gone = false;
    const now = key === "" ? [] : key.split("\n");
    // What has just ended is read once more: its last words come after the news of its end.
    let last = [...known.current.keys()].filter((unit) => !now.includes(unit));
    const read = async (unit: string) => {
      const at = known.current.get(unit);
      try {
        let from = at ?? 0;
        if (at === undefined) {
          const first = await api.get<LogPage>(`${logPath(run, unit)}?from=0&limit=1`);
          from = Math.max(0, first.total - TAIL);
        }
        const page = await api.get<LogPage>(`${logPath(run, unit)}?from=${from}&limit=1000`);
        if (gone) return;
        setLines((have) => merged(have, unit, page, from));
        known.current.set(unit, Math.max(from, page.from + page.lines.length));
      } catch {
        // It may not have begun to write; the next round asks again.
      }
    };
    let timer = 0;
    const round = async () => {
      await Promise.all([...now, ...last].map(read));
      last = [];
      if (!gone && now.length > 0) timer = window.setTimeout(() => void round(), EVERY);
    };
    void round();
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [run, key]);

  const virtual = useVirtualizer({ count: lines.length, getScrollElement: () => scroller.current, estimateSize: () => 19, overscan: 20 });
  useEffect(() => {
    if (follow && lines.length > 0) virtual.scrollToIndex(lines.length - 1, { align: "end" });
  }, [follow, lines, virtual]);
  const tones = new Map<string, number>();
  for (const line of lines) if (!tones.has(line.unit)) tones.set(line.unit, tones.size % 6);

  return (
    <section className="log" aria-label="Logs of all that runs">
      <div className="pane-bar">
        {head}
        <span className="muted">{units.length === 0 ? "nothing runs now" : units.length > MOST ? `the first ${MOST} of ${units.length} that run` : `${units.length} running`}</span>
        <span className="spring" />
        <button type="button" className="btn small" aria-pressed={follow} onClick={() => setFollow(!follow)}>
          Follow
        </button>
      </div>
      <div className="log-body">
        <div ref={scroller} className="log-scroll" tabIndex={0} role="region" aria-label="Lines of all that runs" onWheel={(event) => event.deltaY < 0 && setFollow(false)}>
          {lines.length === 0 ? (
            <p className="log-empty">{units.length === 0 ? "Nothing runs now. The log of a unit is there when the unit is selected." : "Nothing was written so far."}</p>
          ) : (
            <div className="log-lines merged" style={{ height: virtual.getTotalSize() }}>
              {virtual.getVirtualItems().map((item) => {
                const line = lines[item.index] as MergedLine;
                const same = item.index > 0 && lines[item.index - 1]?.unit === line.unit;
                return (
                  <div key={item.key} className={`log-line ${line.line.error ? "error" : ""}`} style={{ transform: `translateY(${item.start}px)` }}>
                    <button type="button" tabIndex={-1} className={`log-unit tone-${tones.get(line.unit) ?? 0} ${same ? "same" : ""}`} title={line.unit} onClick={() => onPick(line.unit, line.at)}>
                      {line.unit}
                    </button>
                    <span className="log-text">
                      <LineText line={line.line} query="" />
                    </span>
                  </div>
                );
              })}
            </div>
          )}
        </div>
      </div>
    </section>
  );
}

// The log of a unit, or of all that run at once.
import { useVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { told } from "../api/client";
import { api, notify } from "../api/store";
import type { LogLine, LogPage, UnitRow } from "../api/types";
import { count, duration } from "../ui/format";
import { useSettled } from "../ui/hooks";
import { SearchBox } from "../ui/SearchBox";
import { marked, nextMatch, styleClass, tickMarks } from "./logbook";
import { setPlace, usePlace } from "./place";
import { logPath, useLog, wholeLog } from "./useLog";
import { unitMark } from "./words";

const LINE = 19;

/** A line with its styles, and what was searched for marked. */
export function LineText({ line, query }: { line: LogLine; query: string }) {
  return (
    <>
      {marked(line, query).map((piece, at) =>
        piece.hit ? (
          <mark key={at} className={styleClass(piece.style)}>
            {piece.text}
          </mark>
        ) : piece.style === "" ? (
          piece.text
        ) : (
          <span key={at} className={styleClass(piece.style)}>
            {piece.text}
          </span>
        ),
      )}
    </>
  );
}

export interface LogPaneProps {
  run: string;
  unit: UnitRow;
  /** Stands before the tools: which log, and the switch to all of them. */
  head: ReactNode;
  /** What can be done about a failure. */
  actions: ReactNode;
}

/** The log of one unit. */
export function LogPane({ run, unit, head, actions }: LogPaneProps) {
  const live = unit.state === "running";
  const log = useLog(run, unit.unit, live);
  const { book, version, ready, error, need } = log;
  const [query, setQuery] = useState("");
  const wanted = useSettled(query, 200);
  const [matches, setMatches] = useState<number[]>([]);
  /** What the matches are of: while it is not what is typed, they are on their way. */
  const [foundFor, setFoundFor] = useState("");
  /** Enter was pressed before they came. */
  const eager = useRef<boolean | null>(null);
  const [current, setCurrent] = useState<number | null>(null);
  const [follow, setFollow] = useState(live);
  const [wrap, setWrap] = useState(false);
  const linked = usePlace("line");
  const scroller = useRef<HTMLDivElement>(null);
  const before = useRef({ top: 0, height: 0 });
  const search = useRef<HTMLInputElement>(null);
  const virtual = useVirtualizer({ count: book.total, getScrollElement: () => scroller.current, estimateSize: () => LINE, overscan: 20 });
  const items = virtual.getVirtualItems();
  const firstShown = items[0]?.index ?? 0;
  const lastShown = items[items.length - 1]?.index ?? 0;

  useEffect(() => {
    if (book.total > 0) need(firstShown, lastShown + 1);
  }, [book, version, firstShown, lastShown, need]);
  useEffect(() => virtual.measure(), [wrap, virtual]);

  const jump = useCallback(
    (line: number, link = true) => {
      setFollow(false);
      setCurrent(line);
      if (link) setPlace({ line: String(line + 1) });
      requestAnimationFrame(() => virtual.scrollToIndex(line, { align: "center" }));
    },
    [virtual],
  );

  // Where a log opens: at the line of the link, at the first error of what failed, else at its end while it grows.
  const opened = useRef<string | null>(null);
  useEffect(() => {
    if (!ready) return;
    const key = `${run}/${unit.unit}/${unit.state === "failed"}`;
    if (opened.current === key) return;
    opened.current = key;
    const line = Number(linked);
    if (linked !== null && Number.isInteger(line) && line >= 1 && line <= book.total) jump(line - 1, false);
    else if (unit.state === "failed" && book.firstError !== null) jump(book.firstError, false);
    else setCurrent(null);
  }, [ready, run, unit.unit, unit.state, linked, book, jump]);
  // Who follows to the end sees the end, though its last lines come when the unit is over.
  useEffect(() => {
    if (live) setFollow(true);
  }, [live, unit.unit]);

  const total = book.total;
  // Set and not asked of the list: following must only go down, or it takes itself for a reader who goes up.
  const height = virtual.getTotalSize();
  useLayoutEffect(() => {
    if (follow && scroller.current !== null) scroller.current.scrollTop = scroller.current.scrollHeight;
  }, [follow, height, version]);

  const searched = useSettled(total, 800);
  useEffect(() => {
    if (wanted === "") {
      setMatches([]);
      setFoundFor("");
      return;
    }
    let gone = false;
    api
      .get<LogPage>(`${logPath(run, unit.unit)}?from=0&limit=1&q=${encodeURIComponent(wanted)}`)
      .then((page) => {
        if (gone) return;
        setMatches(page.matches);
        setFoundFor(wanted);
      })
      .catch((problem: unknown) => {
        if (gone) return;
        setFoundFor(wanted);
        notify(told(problem), "error");
      });
    return () => {
      gone = true;
    };
  }, [wanted, run, unit.unit, searched]);
  const pending = query !== foundFor;
  const step = (forward: boolean) => {
    if (pending) {
      eager.current = forward;
      return;
    }
    const next = nextMatch(matches, current ?? (forward ? firstShown - 1 : lastShown + 1), forward);
    if (next !== null) jump(next);
  };
  const stepNow = useRef(step);
  stepNow.current = step;
  useEffect(() => {
    if (pending || eager.current === null) return;
    const forward = eager.current;
    eager.current = null;
    stepNow.current(forward);
  }, [pending]);
  const which = current === null ? -1 : matches.indexOf(current);

  const onKey = (event: KeyboardEvent<HTMLElement>) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "f") {
      event.preventDefault();
      event.stopPropagation();
      search.current?.focus();
      search.current?.select();
    }
  };
  const onScroll = () => {
    const box = scroller.current;
    if (box === null) return;
    const end = box.scrollHeight - box.scrollTop - box.clientHeight < 4;
    if (live && end && !follow) setFollow(true);
    // Following only goes down: who goes up, be it with the scrollbar, wants to read there.
    if (follow && !end && box.scrollTop < before.current.top && box.scrollHeight >= before.current.height) setFollow(false);
    before.current = { top: box.scrollTop, height: box.scrollHeight };
  };
  const copy = async () => {
    const chosen = String(getSelection() ?? "");
    const text = chosen.trim() !== "" && scroller.current?.contains(getSelection()?.anchorNode ?? null) ? chosen : await wholeLog(run, unit.unit);
    await navigator.clipboard.writeText(text);
    notify(chosen.trim() !== "" ? "Copied the selection" : `Copied ${count(total, "line")}`);
  };
  const save = async () => download(`${unit.unit}.log`, await wholeLog(run, unit.unit), "text/plain");

  const mark = unitMark(unit);
  const digits = Math.max(3, String(total).length);
  return (
    <section className="log" aria-label={`Log of ${unit.unit}`} onKeyDown={onKey}>
      <div className="pane-bar">
        {head}
        {unit.state !== "failed" && (
          <span className={`state ${mark.tone}`}>
            <span aria-hidden="true">{mark.glyph}</span> {mark.word}
          </span>
        )}
        <span className="spring" />
        <SearchBox
          label="Search log"
          one="match"
          field={search}
          query={query}
          found={pending ? "…" : matches.length === 0 ? "none" : `${which >= 0 ? `${which + 1} of ` : ""}${matches.length >= 10_000 ? "10,000+" : matches.length.toLocaleString("en-GB")}`}
          none={matches.length === 0}
          onQuery={setQuery}
          onStep={step}
        />
        <button type="button" className="btn small" disabled={book.firstError === null} onClick={() => book.firstError !== null && jump(book.firstError)}>
          First error
        </button>
        <button type="button" className="btn small" aria-pressed={follow && live} disabled={!live} onClick={() => setFollow(!follow)} title="Stay at the end while it grows">
          Follow
        </button>
        <button type="button" className="btn small" aria-pressed={wrap} onClick={() => setWrap(!wrap)} title="Break long lines">
          Wrap
        </button>
        <button type="button" className="btn small" disabled={total === 0} onClick={() => void copy()} title="Copy what is selected, else all of it">
          Copy
        </button>
        <button type="button" className="btn small" disabled={total === 0} onClick={() => void save()}>
          Download
        </button>
      </div>
      {actions}
      <div className="log-body">
        <div
          ref={scroller}
          className={wrap ? "log-scroll wrap" : "log-scroll"}
          tabIndex={0}
          role="region"
          aria-label={`Lines of the log of ${unit.unit}`}
          onScroll={onScroll}
          onWheel={(event) => event.deltaY < 0 && setFollow(false)}
        >
          {total === 0 ? (
            <p className="log-empty">{error ?? (!ready ? "Loading…" : emptyWord(unit))}</p>
          ) : (
            <div className="log-lines" style={{ height, "--digits": `${digits}ch` } as React.CSSProperties}>
              {items.map((item) => {
                const line = book.line(item.index);
                return (
                  <div
                    key={item.key}
                    ref={wrap ? virtual.measureElement : undefined}
                    data-index={item.index}
                    className={`log-line ${line?.error ? "error" : ""} ${item.index === current ? "current" : ""}`}
                    style={{ transform: `translateY(${item.start}px)` }}
                  >
                    <a
                      className="log-number"
                      href={`#line=${item.index + 1}`}
                      tabIndex={-1}
                      aria-label={`Link to line ${item.index + 1}`}
                      onClick={(event) => {
                        event.preventDefault();
                        setCurrent(item.index);
                        setPlace({ line: String(item.index + 1) });
                      }}
                    >
                      {item.index + 1}
                    </a>
                    <span className="log-text">{line === undefined ? <span className="log-hole">…</span> : <LineText line={line} query={wanted} />}</span>
                  </div>
                );
              })}
            </div>
          )}
        </div>
        <Ruler total={total} errors={book.errorLines()} matches={matches} onJump={jump} />
      </div>
    </section>
  );
}

function emptyWord(unit: UnitRow): string {
  if (unit.state === "queued" || unit.state === "stale") return "It has not begun yet.";
  if (unit.started_ms === null) return unit.state === "fresh" ? "It was up to date and did not run: there is no output." : "It did not run: there is no output.";
  if (unit.state === "running") return "It has written nothing so far.";
  return `It wrote nothing in ${duration(unit.took_ms)}.`;
}

/** Marks beside the scrollbar: where errors and matches are. For the eye and the pointer; the buttons do the same. */
function Ruler({ total, errors, matches, onJump }: { total: number; errors: readonly number[]; matches: readonly number[]; onJump(line: number): void }) {
  if (total === 0 || (errors.length === 0 && matches.length === 0)) return null;
  return (
    <div
      className="log-ruler"
      aria-hidden="true"
      onClick={(event) => {
        const box = event.currentTarget.getBoundingClientRect();
        const at = ((event.clientY - box.top) / box.height) * total;
        const all = [...errors, ...matches];
        const near = all.reduce((best, line) => (Math.abs(line - at) < Math.abs(best - at) ? line : best), all[0] as number);
        onJump(near);
      }}
    >
      {tickMarks(matches, total).map((part) => (
        <span key={`m${part}`} className="tick match" style={{ top: `${part * 100}%` }} />
      ))}
      {tickMarks(errors, total).map((part) => (
        <span key={`e${part}`} className="tick error" style={{ top: `${part * 100}%` }} />
      ))}
    </div>
  );
}

/** Gives the reader a file. */
export function download(name: string, text: string, type: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

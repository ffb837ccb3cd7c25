// The pipeline as text: a plain field with numbers, colours and problem marks round it.
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { beforeSaving, canWrite, save, select, useDoc, useStore } from "../api/store";
import type { Diagnostic } from "../api/types";
import { count } from "../ui/format";
import { useSize } from "../ui/hooks";
import { nextMatch } from "../runs/logbook";
import { Message } from "../ui/Message";
import { SearchBox } from "../ui/SearchBox";
import { takeColumn } from "./goto";
import { tokens } from "./highlight";
import { changed, finds, lineAt, lineStarts, movedCaret, offsetAt } from "./lines";
import { bringBack, isPending, letGo, loadText, send, settle, type, useText } from "./store";
import "./text.css";

const LINE = 20;

/** The view. */
export default function TextView() {
  const doc = useDoc();
  const state = useText();
  const rev = doc?.rev;
  const id = doc?.id;
  useEffect(() => {
    if (id === undefined || rev === undefined) return;
    const known = useText.getState();
    if (known.doc !== id || !known.ready || (known.rev !== rev && !known.sending)) void loadText();
  }, [id, rev]);
  // What was typed goes to the server before anything is saved or run, and before another view is shown.
  useEffect(() => {
    const forget = beforeSaving(() => send());
    return () => {
      forget();
      void send();
    };
  }, []);
  if (doc === null || !state.ready || state.doc !== doc.id) return <Message title={state.error === null ? "Loading…" : "The text could not be read"} text={state.error ?? ""} action={state.error === null ? undefined : "Try again"} onAction={() => void loadText()} />;
  return <Editor problems={doc.diagnostics} path={doc.path} />;
}

function Editor({ problems, path }: { problems: readonly Diagnostic[]; path: string }) {
  const { typed, agreed, sending, error, clash, given } = useText();
  const field = useRef<HTMLTextAreaElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  const search = useRef<HTMLInputElement>(null);
  const { height } = useSize(frame);
  const [scroll, setScroll] = useState({ top: 0, left: 0 });
  const [caret, setCaret] = useState(0);
  const [query, setQuery] = useState("");
  const locked = !canWrite();
  const doc = useDoc();
  const starts = useMemo(() => lineStarts(typed), [typed]);
  const line = lineAt(starts, caret);
  const found = useMemo(() => finds(typed, query), [typed, query]);
  const pending = isPending({ typed, agreed });

  // Another text came: the caret stays with what it stood at.
  const shown = useRef(typed);
  useLayoutEffect(() => {
    const element = field.current;
    if (element === null || element.value === typed) {
      shown.current = typed;
      return;
    }
    const from = movedCaret(shown.current, typed, element.selectionStart);
    const to = movedCaret(shown.current, typed, element.selectionEnd);
    const { scrollTop, scrollLeft } = element;
    element.value = typed;
    element.setSelectionRange(from, to);
    element.scrollTop = scrollTop;
    element.scrollLeft = scrollLeft;
    shown.current = typed;
    setCaret(from);
  }, [typed]);

  const reveal = useCallback(
    (from: number, to: number, focus = true) => {
      const element = field.current;
      if (element === null) return;
      if (focus) element.focus({ preventScroll: true });
      element.setSelectionRange(from, to);
      const at = lineAt(starts, from);
      const top = (at - 1) * LINE;
      if (top < element.scrollTop + LINE * 2 || top > element.scrollTop + element.clientHeight - LINE * 3) element.scrollTop = Math.max(0, top - element.clientHeight / 3);
      setCaret(from);
    },
    [starts],
  );
  const wish = useStore((store) => store.line);
  useEffect(() => {
    if (wish === null) return;
    useStore.setState({ line: null });
    const from = offsetAt(starts, typed, wish, takeColumn());
    requestAnimationFrame(() => reveal(from, from));
  }, [wish, starts, typed, reveal]);

  const marks = useMemo(() => {
    const by = new Map<number, Diagnostic[]>();
    for (const problem of problems) {
      const at = problem.places[0]?.[0].line;
      if (at !== undefined) by.set(at, [...(by.get(at) ?? []), problem]);
    }
    return by;
  }, [problems]);
  const here = marks.get(line) ?? [];

  const step = (forward: boolean) => {
    const at = field.current?.selectionStart ?? caret;
    const next = nextMatch(found, forward ? at : at, forward);
    if (next !== null) reveal(next, next + query.length, false);
  };
  const onKey = (event: KeyboardEvent<HTMLElement>) => {
    const ctrl = event.ctrlKey || event.metaKey;
    if (ctrl && event.key === "s") {
      event.preventDefault();
      event.stopPropagation();
      void send().then((all) => (all ? save() : undefined));
    } else if (ctrl && event.key === "f") {
      event.preventDefault();
      event.stopPropagation();
      const element = field.current;
      const chosen = element === null ? "" : element.value.slice(element.selectionStart, element.selectionEnd);
      if (chosen !== "" && !chosen.includes("\n")) setQuery(chosen);
      search.current?.focus();
      search.current?.select();
    } else if (ctrl && event.key === "g") {
      event.preventDefault();
      event.stopPropagation();
      step(!event.shiftKey);
    } else if (event.key === "Tab" && !event.shiftKey && !ctrl && !event.altKey && event.target === field.current && !locked && !leaving.current) {
      // Tab indents, as in any editor; after Escape it goes on to the next field.
      event.preventDefault();
      document.execCommand("insertText", false, "  ");
    } else if (event.key === "Escape" && event.target === field.current) {
      leaving.current = true;
    } else if (event.key === "Enter" && event.target === field.current && !ctrl && !event.shiftKey && !event.altKey && !locked) {
      const element = field.current;
      if (element === null) return;
      const begin = starts[lineAt(starts, element.selectionStart) - 1] ?? 0;
      const lead = /^ */.exec(typed.slice(begin, element.selectionStart))?.[0] ?? "";
      if (lead === "") return;
      event.preventDefault();
      document.execCommand("insertText", false, `\n${lead}`);
    }
  };
  const leaving = useRef(false);

  const first = Math.max(0, Math.floor(scroll.top / LINE) - 5);
  const end = Math.min(starts.length, Math.ceil((scroll.top + height) / LINE) + 5);
  const lineText = (at: number) => typed.slice(starts[at], at + 1 < starts.length ? (starts[at + 1] as number) - 1 : typed.length);
  const hits = useMemo(() => new Set(found.map((at) => lineAt(starts, at))), [found, starts]);
  const digits = Math.max(3, String(starts.length).length);
  const status = clash !== null ? "changed elsewhere" : error !== null ? "not sent" : sending ? "sending…" : pending ? "typing…" : doc?.dirty ? "not saved" : "saved";

  return (
    <div className="screen text" onKeyDown={onKey} style={{ "--digits": `${digits}ch` } as React.CSSProperties}>
      <div className="pane-bar">
        <h2 className="pane-title clip" title={path}>
          {path}
        </h2>
        <span className={`muted nowrap ${clash !== null || error !== null ? "bad" : ""}`} role="status">
          {status}
        </span>
        <span className="spring" />
        <SearchBox
          label="Find in text"
          one="place"
          field={search}
          query={query}
          found={found.length === 0 ? "none" : count(found.length, "place")}
          none={found.length === 0}
          onQuery={setQuery}
          onStep={step}
          onEscape={() => field.current?.focus()}
        />
        <button
          type="button"
          className="btn small"
          onClick={() => {
            const node = doc?.outline.filter((item) => item.line <= line).reduce<{ id: string; line: number } | null>((best, item) => (best === null || item.line >= best.line ? item : best), null);
            if (node) select([node.id]);
          }}
          title="Selects what is written at the caret, in the graph as well"
        >
          Select node
        </button>
      </div>
      {clash !== null && <ClashNotice agreed={agreed} typed={typed} theirs={clash.theirs} />}
      {given !== null && clash === null && (
        <div className="notice" role="status">
          <span>The text that was typed here gave way; it is kept until it is thrown away.</span>
          <span className="spring" />
          <button type="button" className="btn small" onClick={bringBack}>
            Bring it back
          </button>
          <button type="button" className="btn small" onClick={letGo}>
            Throw it away
          </button>
        </div>
      )}
      {error !== null && (
        <div className="notice bad" role="alert">
          <span>{error}</span>
          <span className="spring" />
          <button type="button" className="btn small" onClick={() => void send()}>
            Send again
          </button>
        </div>
      )}
      <div ref={frame} className="text-frame">
        <div className="text-under" aria-hidden="true">
          <div className="text-lines" style={{ transform: `translate(0, ${-scroll.top}px)` }}>
            {Array.from({ length: Math.max(0, end - first) }, (_, offset) => {
              const at = first + offset;
              const bad = marks.get(at + 1);
              const worst = bad?.some((problem) => problem.severity === "error") ? "error" : bad ? "warning" : "";
              return (
                <div key={at} className={`text-line ${at + 1 === line ? "current" : ""} ${hits.has(at + 1) ? "hit" : ""} ${worst}`} style={{ top: at * LINE }}>
                  <span className="text-number" title={bad?.map((problem) => problem.message).join("\n")}>
                    {worst !== "" && <span className="text-mark">{worst === "error" ? "✕" : "⚠"}</span>}
                    {at + 1}
                  </span>
                  <span className="text-code" style={{ transform: `translateX(${-scroll.left}px)` }}>
                    {tokens(lineText(at)).map((token, index) => (token.kind === "plain" ? token.text : <span key={index} className={`tok-${token.kind}`}>{token.text}</span>))}
                  </span>
                </div>
              );
            })}
          </div>
        </div>
        <textarea
          ref={field}
          className="text-field"
          aria-label={`Text of ${path}`}
          aria-describedby="text-help"
          defaultValue={typed}
          readOnly={locked}
          data-owns={pending ? "undo" : undefined}
          spellCheck={false}
          autoCapitalize="off"
          autoCorrect="off"
          wrap="off"
          onInput={(event) => {
            const text = event.currentTarget.value;
            shown.current = text;
            leaving.current = false;
            setCaret(event.currentTarget.selectionStart);
            type(text);
          }}
          onSelect={(event) => setCaret(event.currentTarget.selectionStart)}
          onBlur={() => {
            leaving.current = false;
          }}
          onScroll={(event) => setScroll({ top: event.currentTarget.scrollTop, left: event.currentTarget.scrollLeft })}
        />
        <Ruler lines={starts.length} marks={marks} />
      </div>
      <div className="text-foot">
        <span className="nowrap">
          Line {line}, column {caret - (starts[line - 1] ?? 0) + 1}
        </span>
        {here.length > 0 && (
          <span className={`state ${here[0]?.severity === "error" ? "fail" : "warn"} clip`}>
            <span aria-hidden="true">{here[0]?.severity === "error" ? "✕" : "⚠"}</span> {here[0]?.message}
          </span>
        )}
        <span className="spring" />
        <span id="text-help" className="muted hint nowrap">
          Tab indents; Escape, then Tab leaves
        </span>
      </div>
      {problems.length > 0 && (
        <section className="text-problems" aria-label="Problems by line">
          <ul>
            {problems.map((problem, at) => {
              const place = problem.places[0]?.[0];
              return (
                <li key={at}>
                  <button
                    type="button"
                    onClick={() => {
                      if (place === undefined) return;
                      const from = offsetAt(starts, typed, place.line, place.column);
                      reveal(from, Math.max(from, offsetAt(starts, typed, place.end_line, place.end_column)));
                    }}
                  >
                    <span className={`state ${problem.severity === "error" ? "fail" : "warn"}`}>
                      <span aria-hidden="true">{problem.severity === "error" ? "✕" : "⚠"}</span>
                      <span className="sr-only">{problem.severity}</span>
                    </span>
                    <span className="text-problem-line">{place?.line ?? "–"}</span>
                    <span className="clip">{problem.message}</span>
                  </button>
                </li>
              );
            })}
          </ul>
        </section>
      )}
    </div>
  );
}

/** Where problems are in all of the text, beside the scrollbar. */
function Ruler({ lines, marks }: { lines: number; marks: ReadonlyMap<number, Diagnostic[]> }) {
  if (marks.size === 0) return null;
  return (
    <div className="text-ruler" aria-hidden="true">
      {[...marks].map(([line, own]) => (
        <span key={line} className={own.some((problem) => problem.severity === "error") ? "tick error" : "tick warning"} style={{ top: `${((line - 0.5) / lines) * 100}%` }} />
      ))}
    </div>
  );
}

/** Both sides changed the same lines: both are shown, and the reader says which one holds. */
function ClashNotice({ agreed, typed, theirs }: { agreed: string; typed: string; theirs: string }) {
  const mine = changed(agreed, typed);
  const other = changed(agreed, theirs);
  return (
    <div className="clash" role="alert">
      <p>
        <strong>The pipeline was changed elsewhere in the same lines.</strong> What was typed here is kept. Which one is to hold?
      </p>
      <div className="clash-sides">
        <figure>
          <figcaption>Typed here{mine !== null && `, from line ${mine.line}`}</figcaption>
          <pre tabIndex={0}>{mine === null ? "no change" : mine.is.join("\n") || "(lines removed)"}</pre>
          <button type="button" className="btn small primary" onClick={() => settle("mine")}>
            Keep what was typed
          </button>
        </figure>
        <figure>
          <figcaption>Changed elsewhere{other !== null && `, from line ${other.line}`}</figcaption>
          <pre tabIndex={0}>{other === null ? "no change" : other.is.join("\n") || "(lines removed)"}</pre>
          <button type="button" className="btn small" onClick={() => settle("theirs")}>
            Take the other text
          </button>
        </figure>
      </div>
    </div>
  );
}

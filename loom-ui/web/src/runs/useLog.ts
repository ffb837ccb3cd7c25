// One log, loaded in pieces as they come into sight, and told of live while there is more to come.
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { told as words } from "../api/client";
import { hear, unwatchLog, watchLog } from "../api/socket";
import { api, docId } from "../api/store";
import type { LogPage } from "../api/types";
import { Logbook, PAGE } from "./logbook";

/** The path of a log. */
export function logPath(run: string, unit: string): string {
  return `runs/${encodeURIComponent(run)}/logs/${encodeURIComponent(unit)}`;
}

export interface Log {
  book: Logbook;
  /** Grows with every change of the book. */
  version: number;
  /** Whether its first piece has come, or failed to. */
  ready: boolean;
  error: string | null;
  /** Asks for what is missing of these lines. */
  need(first: number, end: number): void;
}

/** The log of a unit; `live` while the unit runs. */
export function useLog(run: string, unit: string, live: boolean): Log {
  const book = useMemo(() => new Logbook(), [run, unit]); // eslint-disable-line react-hooks/exhaustive-deps
  const [version, setVersion] = useState(0);
  const [ready, setReady] = useState<Logbook | null>(null);
  const [error, setError] = useState<string | null>(null);
  const due = useRef(0);
  const told = useCallback(() => {
    if (due.current !== 0) return;
    due.current = requestAnimationFrame(() => {
      due.current = 0;
      setVersion((n) => n + 1);
    });
  }, []);
  useEffect(
    () => () => {
      cancelAnimationFrame(due.current);
      due.current = 0;
    },
    [],
  );

  const load = useCallback(
    async (from: number) => {
      book.ask(from);
      try {
        const page = await api.get<LogPage>(`${logPath(run, unit)}?from=${from}&limit=${PAGE}`);
        book.take(page);
        setError(null);
      } catch (problem) {
        if (from === 0) setError(words(problem));
      } finally {
        book.answered(from);
        told();
      }
    },
    [book, run, unit, told],
  );

  useEffect(() => {
    let gone = false;
    setError(null);
    // From the last line that is known: it may have gone on since.
    const watch = () => watchLog({ t: "watch_log", doc: docId(), run, unit, from: Math.max(0, book.total - 1) });
    void load(0).then(() => {
      if (gone) return;
      setReady(book);
      if (live) watch();
    });
    const stop = hear((message) => {
      if (message.t === "log" && message.run === run && message.unit === unit) {
        book.take(message.page);
        told();
      }
      // After a break the lines in between are fetched by range, and what is new is watched again.
      if ((message.t === "hello" || message.t === "resync") && live) void load(Math.floor(book.total / PAGE) * PAGE).then(watch);
    });
    return () => {
      gone = true;
      stop();
      if (live) {
        unwatchLog();
        // The last lines may have come between the last message and the end.
        void load(Math.floor(book.total / PAGE) * PAGE);
      }
    };
  }, [book, run, unit, live, load, told]);

  const need = useCallback(
    (first: number, end: number) => {
      for (const from of book.wanted(first, end)) void load(from);
    },
    [book, load],
  );
  return { book, version, ready: ready === book, error, need };
}

/** All of a log as text, for a copy or a file; at most `most` lines. */
export async function wholeLog(run: string, unit: string, most = 2_000_000): Promise<string> {
  const out: string[] = [];
  for (let from = 0; from < most; ) {
    const page = await api.get<LogPage>(`${logPath(run, unit)}?from=${from}&limit=5000`);
    for (const line of page.lines) out.push(line.spans.map((span) => span.text).join(""));
    from += page.lines.length;
    if (page.lines.length === 0 || from >= page.total) break;
  }
  return out.length === 0 ? "" : `${out.join("\n")}\n`;
}

// Runs: how one stands in a sentence, its units, its timeline, its logs.
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { canWrite, docId, notify, select, showView, stop, useSelected } from "../api/store";
import type { RunDetail, UnitRow } from "../api/types";
import { when } from "../ui/format";
import { useBeat } from "../ui/hooks";
import { Message } from "../ui/Message";
import { Split } from "../ui/Split";
import { LogPane } from "./LogPane";
import { MergedLog } from "./MergedLog";
import { setPlace, usePlace } from "./place";
import { elapsed, followRuns, loadRun, loadRuns, startAndShow, stepName, useRuns } from "./store";
import { Timeline } from "./Timeline";
import { UnitTable } from "./UnitTable";
import { isLive, progress, runMark, sentence } from "./words";
import "./runs.css";

/** The view of runs: the newest one, or the one that the address names. */
export default function RunsView() {
  const { doc, details, heard, error, list: all } = useRuns();
  const named = usePlace("run");
  const list = doc === docId() ? all : null;
  useEffect(() => {
    followRuns();
    void loadRuns();
  }, []);
  const shown = list === null ? null : (list.find((info) => info.run === named) ?? list[0] ?? null);
  const run = shown?.run ?? null;
  const detail = run === null ? undefined : details[run];
  useEffect(() => {
    if (run !== null && detail === undefined) void loadRun(run);
  }, [run, detail]);

  if (error !== null && list === null) return <Message title="The runs could not be read" text={error} action="Try again" onAction={() => void loadRuns()} />;
  if (list === null || (shown !== null && detail === undefined)) return <Message title="Loading…" />;
  if (shown === null || detail === undefined) {
    return (
      <Message
        title="Nothing has run yet"
        text="A run makes what is missing or out of date, and nothing else. Its units, times and logs are shown here, also of runs that were started with loom in a terminal."
        action={!canWrite() ? undefined : "Run"}
        onAction={() => void startAndShow("all")}
      />
    );
  }
  return <OneRun key={shown.run} detail={detail} heard={heard[shown.run]} frozen={named !== null && list[0]?.run !== shown.run} />;
}

function OneRun({ detail, heard, frozen }: { detail: RunDetail; heard: number | undefined; frozen: boolean }) {
  const { info, units } = detail;
  const live = isLive(info.state);
  useBeat(live, 250);
  const now = elapsed(info, heard);
  const selection = useSelected();
  const picked = usePlace("unit");
  const [merged, setMerged] = useState(false);

  const at = useMemo(() => new Map(units.map((unit, index) => [unit.unit, index])), [units]);
  const selected = useMemo(() => {
    const nodes = new Set(selection);
    const out = new Set<number>();
    if (nodes.size > 0) units.forEach((unit, index) => nodes.has(unit.node) && out.add(index));
    return out;
  }, [selection, units]);

  // The unit that is shown: the one that was chosen; else of the selected node the one that matters most; else what failed, runs, or came last.
  const active = useMemo(() => {
    const chosen = picked === null ? undefined : at.get(picked);
    if (chosen !== undefined) return chosen;
    const among = selected.size > 0 ? [...selected] : units.map((_, index) => index);
    const first = (wanted: (unit: UnitRow) => boolean) => among.find((index) => wanted(units[index] as UnitRow));
    return first((unit) => unit.state === "failed") ?? first((unit) => unit.state === "running") ?? first((unit) => unit.log) ?? among[0] ?? null;
  }, [picked, at, selected, units]);
  const unit = active === null ? null : (units[active] as UnitRow);

  const choose = useCallback(
    (index: number) => {
      const row = units[index];
      if (row === undefined) return;
      setMerged(false);
      setPlace({ unit: row.unit, line: null });
      if (row.node !== "") select([row.node]);
    },
    [units],
  );
  // A node that was selected elsewhere takes the log with it.
  const before = useRef(selection);
  useEffect(() => {
    if (before.current === selection) return;
    before.current = selection;
    const node = unit?.node;
    if (selection.length > 0 && node !== undefined && !selection.includes(node) && selected.size > 0) setPlace({ unit: null, line: null });
  }, [selection, unit, selected]);

  const logRef = useRef<HTMLDivElement>(null);
  const open = useCallback(
    (index: number) => {
      choose(index);
      requestAnimationFrame(() => logRef.current?.querySelector<HTMLElement>(".log-scroll")?.focus());
    },
    [choose],
  );

  // The first failure is shown by itself, unless a unit was chosen.
  const running = units.filter((row) => row.state === "running");
  const locked = !canWrite();
  const failed = info.counts.failed > 0;
  const retry = (what: "failed" | "from") => {
    const target = what === "failed" ? { failed_of: info.run } : { from: unit === null ? [] : [stepName(unit.node)] };
    void startAndShow(target);
  };
  const bar = progress(info);
  const done = info.counts.ok + info.counts.failed + info.counts.skipped;
  const mark = runMark(info.state);

  const head = (
    <>
      <div className="btn-group" role="group" aria-label="Which log">
        <button type="button" className="btn small" aria-pressed={!merged} onClick={() => setMerged(false)}>
          <span className="clip log-name">{unit?.unit ?? "One unit"}</span>
        </button>
        <button type="button" className="btn small" aria-pressed={merged} onClick={() => setMerged(true)} disabled={!live && !merged}>
          All running
        </button>
      </div>
      {unit !== null && !merged && unit.state === "running" && live && info.ours && !locked && (
        <button type="button" className="btn small danger" title="It counts as failed; the run goes on with what does not need it" onClick={() => void stop(info.run, [unit.unit])}>
          Stop this
        </button>
      )}
    </>
  );
  const actions =
    unit !== null && unit.state === "failed" ? (
      <div className="log-failure" role="group" aria-label={`What to do about ${unit.unit}`}>
        <span className="state fail">
          <span aria-hidden="true">✕</span> <strong>{unit.unit}</strong> failed{unit.outcome !== null ? `: ${unit.outcome}` : ""}
        </span>
        <span className="spring" />
        {!locked && (
          <>
            <button type="button" className="btn small primary" onClick={() => retry("failed")} disabled={live} title={live ? "The run is still going on" : "What failed, and all that comes after it"}>
              Retry failed
            </button>
            <button type="button" className="btn small" onClick={() => retry("from")} disabled={live} title="This step, and all that comes after it">
              Retry from here
            </button>
          </>
        )}
        {unit.command !== null && (
          <button type="button" className="btn small" onClick={() => void navigator.clipboard.writeText(unit.command ?? "").then(() => notify("Copied the command"))}>
            Copy command
          </button>
        )}
      </div>
    ) : null;

  return (
    <div className="screen runs">
      <header className="runs-head">
        <div className="runs-line">
          <span className={`state ${mark.tone} big`} aria-hidden="true">
            {mark.glyph}
          </span>
          <h2 className="runs-sentence">{sentence(info, now)}</h2>
          <span className="muted nowrap runs-which">
            Run {info.number} · {when(info.began)}
            {live && !info.ours ? " · started elsewhere" : ""}
          </span>
          <span className="spring" />
          {frozen && (
            <button type="button" className="btn small" onClick={() => setPlace({ run: null, unit: null, line: null })}>
              Show the newest
            </button>
          )}
          <button type="button" className="btn small" onClick={() => showView("history")}>
            History
          </button>
          {live && !locked && info.ours && (
            <>
              <button type="button" className="btn small danger" onClick={() => void stop(info.run)}>
                Stop run
              </button>
            </>
          )}
          {!live && !locked && failed && unit?.state !== "failed" && (
            <button type="button" className="btn small" onClick={() => retry("failed")}>
              Retry failed
            </button>
          )}
        </div>
        <div
          className={`bar ${mark.tone}`}
          role="progressbar"
          aria-label="Progress of the run"
          aria-valuemin={0}
          aria-valuemax={info.counts.units}
          aria-valuenow={done}
          aria-valuetext={`${done} of ${info.counts.units}`}
        >
          <span className="ok" style={{ width: `${bar.ok * 100}%` }} />
          <span className="fail" style={{ width: `${bar.failed * 100}%` }} />
          <span className="skip" style={{ width: `${bar.skipped * 100}%` }} />
          <span className="run" style={{ width: `${bar.running * 100}%` }} />
        </div>
        {info.trouble !== null && (
          <p className="runs-trouble">
            <span aria-hidden="true">⚠</span> {info.trouble}
          </p>
        )}
      </header>
      <Split name="runs-log" direction="down" start={0.56} least={140}>
        <Split name="runs-units" direction="across" start={0.46} least={280}>
          <UnitTable detail={detail} now={now} active={active} selected={selected} onActive={choose} onOpen={open} />
          <Timeline detail={detail} now={now} live={live} selected={selected.size > 0 ? selected : new Set(active === null ? [] : [active])} active={active} onSelect={choose} onOpen={open} />
        </Split>
        <div ref={logRef} className="runs-log">
          {merged ? (
            <MergedLog
              run={info.run}
              units={running}
              head={head}
              onPick={(name, line) => {
                setMerged(false);
                const row = at.get(name);
                if (row !== undefined) choose(row);
                setPlace({ unit: name, line: String(line + 1) });
              }}
            />
          ) : unit === null ? (
            <Message title="No unit yet" />
          ) : (
            <LogPane key={unit.unit} run={info.run} unit={unit} head={head} actions={actions} />
          )}
        </div>
      </Split>
    </div>
  );
}

// The runs that there were, newest first: what they did, how long it took, what was different.
import { useCallback, useEffect, useMemo, useState } from "react";
import { told } from "../api/client";
import { api, canWrite, docId, showView } from "../api/store";
import type { RunDiff, RunInfo } from "../api/types";
import { ago, count, duration, when } from "../ui/format";
import { Grid, type GridColumn } from "../ui/Grid";
import { useBeat } from "../ui/hooks";
import { Sparkline } from "../charts/Sparkline";
import { Split } from "../ui/Split";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Menu } from "../ui/Menu";
import { setPlace } from "../runs/place";
import { Message } from "../ui/Message";
import { elapsed, followRuns, loadRuns, remove, startAndShow, useRuns } from "../runs/store";
import { isLive, runMark, tally } from "../runs/words";
import { DiffPane } from "./DiffPane";
import "./history.css";

/** The view. */
export default function HistoryView() {
  const { doc, heard, error, list: all } = useRuns();
  const list = doc === docId() ? all : null;
  const [doomed, setDoomed] = useState<RunInfo | null>(null);
  const [active, setActive] = useState<number | null>(null);
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const [menu, setMenu] = useState<{ row: number; x: number; y: number } | null>(null);
  const closeMenu = useCallback(() => setMenu(null), []);
  useEffect(() => {
    followRuns();
    void loadRuns();
  }, []);
  useBeat(list !== null && list.some((info) => isLive(info.state)), 1000);
  // Rows are the numbers of the runs: they stay when others come or go.
  const by = useMemo(() => new Map((list ?? []).map((info) => [info.number, info])), [list]);
  const rows = useMemo(() => (list ?? []).map((info) => info.number), [list]);
  const picked = rows.filter((row) => chosen.has(row)).slice(0, 2);
  const older = picked[1] === undefined ? undefined : by.get(picked[1]);
  const newer = picked[0] === undefined ? undefined : by.get(picked[0]);
  if (error !== null && list === null) return <Message title="The history could not be read" text={error} action="Try again" onAction={() => void loadRuns()} />;
  if (list === null) return <Message title="Loading…" />;
  if (list.length === 0) {
    return (
      <Message
        title="Nothing has run yet"
        text="Every run is kept with its times and logs, whoever started it."
        action={!canWrite() ? undefined : "Run"}
        onAction={() => void startAndShow("all")}
      />
    );
  }
  const open = (row: number) => {
    const info = by.get(row);
    if (info === undefined) return;
    // Another view writes the address as well: what is shown there is said after it.
    showView("runs");
    setPlace({ run: info.run, unit: null, line: null });
  };
  const toggle = (row: number) =>
    setChosen((old) => {
      const next = new Set(old);
      if (next.delete(row)) return next;
      // Two at most: a third takes the place of the one that was chosen first.
      if (next.size >= 2) next.delete([...next][0] as number);
      return next.add(row);
    });
  const drop = (row: number) => {
    const info = by.get(row);
    if (info !== undefined && !isLive(info.state) && canWrite()) setDoomed(info);
  };
  const dropNow = async (info: RunInfo) => {
    setDoomed(null);
    const here = rows.indexOf(info.number);
    const next = rows[here + 1] ?? rows[here - 1] ?? null;
    if (!(await remove(info.run))) return;
    setActive(next);
    setChosen((old) => new Set([...old].filter((one) => one !== info.number)));
  };
  const at = (row: number) => by.get(row) as RunInfo;
  const columns: GridColumn[] = [
    {
      id: "pick",
      label: "Compare",
      head: <span className="sr-only">Compare</span>,
      width: "34px",
      cell: (row) => <input type="checkbox" tabIndex={-1} aria-label={`Compare run ${row}`} checked={chosen.has(row)} onChange={() => toggle(row)} />,
    },
    { id: "number", label: "Run", width: "56px", right: true, cell: (row) => row },
    {
      id: "state",
      label: "State",
      width: "112px",
      cell: (row) => {
        const mark = runMark(at(row).state);
        return (
          <span className={`state ${mark.tone}`}>
            <span aria-hidden="true">{mark.glyph}</span> {mark.word}
          </span>
        );
      },
    },
    {
      id: "began",
      label: "Started",
      width: "minmax(130px, 0.8fr)",
      cell: (row) => (
        <span className="clip" title={new Date(at(row).began).toLocaleString("en-GB")}>
          {when(at(row).began)} <span className="muted">{ago(at(row).began)}</span>
        </span>
      ),
    },
    { id: "took", label: "Duration", width: "104px", right: true, cell: (row) => duration(elapsed(at(row), heard[at(row).run])) },
    { id: "did", label: "What it did", width: "minmax(150px, 1.1fr)", cell: (row) => <span className="clip" title={tally(at(row))}>{tally(at(row))}</span> },
    { id: "who", label: "Where it was started", title: "Where it was started, as far as that is known here", width: "86px", head: "Where", cell: (row) => (at(row).ours ? "here" : <span className="muted">{isLive(at(row).state) ? "elsewhere" : "–"}</span>) },
    {
      id: "changed",
      label: "What changed",
      width: "minmax(130px, 1.4fr)",
      cell: (row) => (
        <span className="clip" title={at(row).trouble ?? at(row).changed ?? undefined}>
          {at(row).trouble !== null ? <span className="state fail">{at(row).trouble}</span> : (at(row).changed ?? <span className="muted">nothing known</span>)}
        </span>
      ),
    },
    {
      id: "menu",
      label: "Actions",
      head: <span className="sr-only">Actions</span>,
      width: "40px",
      cell: (row) => (
        <button
          type="button"
          tabIndex={-1}
          className="btn quiet small square"
          aria-label={`What to do with run ${row}`}
          onClick={(event) => {
            const box = event.currentTarget.getBoundingClientRect();
            setActive(row);
            setMenu({ row, x: box.left, y: box.bottom });
          }}
        >
          ⋯
        </button>
      ),
    },
  ];
  const ended = list.filter((info) => info.state === "ok" || info.state === "failed").slice(0, 60).reverse();
  const table = (
    <Grid
      label="Runs"
      columns={columns}
      rows={rows}
      rowHeight={32}
      active={active}
      onActive={setActive}
      onOpen={open}
      onToggle={toggle}
      onDelete={drop}
      onMenu={(row, place) => setMenu({ row, ...place })}
      chosen={chosen}
      least={860}
    />
  );
  return (
    <div className="screen history">
      <div className="pane-bar">
        <h2 className="pane-title">History</h2>
        <span className="muted nowrap">{count(list.length, "run")} kept</span>
        {ended.length > 2 && <Sparkline values={ended.map((info) => info.took_ms)} failed={ended.map((info) => info.state === "failed")} label={`Durations of the last ${ended.length} runs, oldest first: from ${duration(Math.min(...ended.map((info) => info.took_ms)))} to ${duration(Math.max(...ended.map((info) => info.took_ms)))}`} />}
        <span className="spring" />
        <span className="muted hint">{picked.length === 2 ? "" : picked.length === 1 ? "Choose another one to compare" : "Space chooses two to compare, Enter opens, Delete deletes"}</span>
        {picked.length > 0 && (
          <button type="button" className="btn small" onClick={() => setChosen(new Set())}>
            Choose none
          </button>
        )}
        <button type="button" className="btn small" disabled={active === null} onClick={() => active !== null && open(active)}>
          Open
        </button>
        <button type="button" className="btn small" disabled={active === null || !canWrite() || !by.has(active) || isLive(at(active).state)} onClick={() => active !== null && drop(active)}>
          Delete…
        </button>
      </div>
      <div className="history-main">
        <Split name="history" direction="down" start={0.45} least={140}>
          {table}
          {older !== undefined && newer !== undefined && <Difference key={`${older.run} ${newer.run}`} one={older} other={newer} />}
        </Split>
      </div>
      {menu !== null && by.has(menu.row) && (
        <Menu
          at={menu}
          label={`Run ${menu.row}`}
          items={[
            { label: "Open", hint: "Enter", onPick: () => open(menu.row) },
            { label: chosen.has(menu.row) ? "Do not compare" : "Compare", hint: "Space", onPick: () => toggle(menu.row) },
            "rule",
            { label: "Delete…", hint: "Delete", disabled: !canWrite() || isLive(at(menu.row).state), onPick: () => drop(menu.row) },
          ]}
          onClose={closeMenu}
        />
      )}
      {doomed !== null && (
        <Dialog
          title={`Delete run ${doomed.number}?`}
          onClose={() => setDoomed(null)}
          footer={
            <>
              <Button onClick={() => setDoomed(null)}>Keep it</Button>
              <Button look="danger" onClick={() => void dropNow(doomed)}>
                Delete it
              </Button>
            </>
          }
        >
          <p>
            It began {when(doomed.began)} and is {runMark(doomed.state).word}: {tally(doomed)}. Its times and its logs go, and cannot be brought back; the files that it made stay.
          </p>
        </Dialog>
      )}
    </div>
  );
}

function Difference({ one, other }: { one: RunInfo; other: RunInfo }) {
  const [diff, setDiff] = useState<RunDiff | null>(null);
  const [error, setError] = useState<string | null>(null);
  useEffect(() => {
    let gone = false;
    api
      .get<RunDiff>(`runs/${encodeURIComponent(one.run)}/diff/${encodeURIComponent(other.run)}`)
      .then((found) => !gone && setDiff(found))
      .catch((problem: unknown) => !gone && setError(told(problem)));
    return () => {
      gone = true;
    };
  }, [one.run, other.run]);
  if (error !== null) return <Message title="They could not be compared" text={error} />;
  if (diff === null) return <Message title="Loading…" />;
  return <DiffPane diff={diff} />;
}

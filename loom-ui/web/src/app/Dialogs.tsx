import { useEffect, useState } from "react";
import { http, told } from "../api/client";
import { api, canWrite, type Dialog as Kind, edit, notify, openDialog, openDoc, refresh, save, select, showLine, showView, start, takeDoc, useStore } from "../api/store";
import type { Choice, CleanPreview, DocState, Op, OpVerdict, OutlineItem, PipelineEntry, Plan, PlanRequest, RemoveRefs, TextDiff } from "../api/types";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { bytes } from "../ui/format";
import type { IconName } from "../ui/Icon";
import { Picker, type Option } from "../ui/Picker";
import { COMMANDS } from "./commands";

const close = () => openDialog(null);

/** The dialog that is open, if one is. */
export function Dialogs() {
  const dialog = useStore((store) => store.dialog);
  if (dialog === null) return null;
  return <One key={dialog.kind} dialog={dialog} />;
}

function One({ dialog }: { dialog: Kind }) {
  switch (dialog.kind) {
    case "palette":
      return <Palette />;
    case "find":
      return <Find />;
    case "keys":
      return <Keys />;
    case "changes":
      return <Changes />;
    case "conflicts":
      return <Conflicts />;
    case "unsaved":
      return <Unsaved request={dialog.request} />;
    case "overrides":
      return <Overrides />;
    case "plan":
      return <PlanDialog />;
    case "clean":
      return <Clean />;
    case "open":
      return <Open />;
    case "remove":
      return <Remove nodes={dialog.nodes} />;
  }
}

/** Asks for something once; what went wrong is told in its place. */
function useAsked<T>(ask: () => Promise<T>): { value: T | null; error: string | null; again: () => void } {
  const [value, setValue] = useState<T | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [times, setTimes] = useState(0);
  useEffect(() => {
    let current = true;
    ask().then(
      (answer) => current && (setValue(answer), setError(null)),
      (problem: unknown) => current && setError(told(problem)),
    );
    return () => {
      current = false;
    };
    // What is asked does not change while the dialog is open.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [times]);
  return { value, error, again: () => setTimes(times + 1) };
}

const ICONS: Record<OutlineItem["kind"], IconName> = { step: "step", condition: "condition", switch: "switch", data: "data", parameter: "parameter", group: "group", branches: "branches" };

/** Shows a node in the graph. */
export function goTo(item: OutlineItem): void {
  select([item.card ?? item.id]);
  showView("graph");
  close();
}

function Palette() {
  const outline = useStore((store) => store.doc?.outline) ?? [];
  const options: Option[] = [
    ...COMMANDS.filter((one) => one.id !== "palette" && one.enabled?.() !== false).map((one) => ({ id: one.id, label: one.label, hint: one.keys, onPick: () => (close(), one.run()) })),
    ...outline.map((item) => ({ id: `node ${item.id}`, label: item.label, sub: item.sub ?? undefined, icon: ICONS[item.kind], onPick: () => goTo(item) })),
  ];
  return (
    <Dialog title="All commands" onClose={close}>
      <Picker label="Command or node" placeholder="What do you want to do, or to see?" options={options} />
    </Dialog>
  );
}

function Find() {
  const [found, setFound] = useState<OutlineItem[] | null>(null);
  const outline = useStore((store) => store.doc?.outline) ?? [];
  const items = found ?? outline;
  return (
    <Dialog title="Find" onClose={close}>
      <Picker
        label="Name, path, parameter or task"
        placeholder="A name, a path, a value, a task…"
        options={items.map((item) => ({ id: item.id, label: item.label, sub: item.sub ?? undefined, hint: `line ${item.line}`, icon: ICONS[item.kind], onPick: () => goTo(item) }))}
        onQuery={(query) => {
          if (query.trim() === "") return setFound(null);
          api.get<OutlineItem[]>(`search?q=${encodeURIComponent(query)}`).then(setFound, () => setFound(null));
        }}
      />
    </Dialog>
  );
}

function Keys() {
  const canvas: [string, string][] = [
    ["Tab", "to the next part of the page"],
    ["F6", "to the next region"],
    ["← → ↑ ↓", "along the wires, to neighbours"],
    ["Home End", "to the first and last card"],
    ["Enter", "to what can be set about a card"],
    ["Space", "selects one more"],
    ["F", "folds and unfolds"],
    ["C", "connects a card with another"],
    ["/", "adds something"],
    ["Delete", "removes what is selected"],
    ["+ − 0", "zooms, and shows everything"],
  ];
  return (
    <Dialog title="Keys" onClose={close}>
      <table className="keys">
        <tbody>
          {COMMANDS.filter((one) => one.keys !== undefined).map((one) => (
            <tr key={one.id}>
              <th scope="row">
                <span className="kbd">{one.keys}</span>
              </th>
              <td>{one.label}</td>
            </tr>
          ))}
          {canvas.map(([keys, label]) => (
            <tr key={keys}>
              <th scope="row">
                <span className="kbd">{keys}</span>
              </th>
              <td>in the graph: {label}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Dialog>
  );
}

/** A diff with its lines coloured and told apart by their signs. */
export function Diff({ diff }: { diff: TextDiff }) {
  if (diff.unified === "") return <p className="muted">Nothing would change.</p>;
  const kind = (line: string) => (line.startsWith("@@") || line.startsWith("---") || line.startsWith("+++") ? "where" : line.startsWith("+") ? "added" : line.startsWith("-") ? "removed" : "");
  return (
    <div className="diff" tabIndex={0} role="region" aria-label="Changes">
      {diff.unified
        .replace(/\n$/, "")
        .split("\n")
        .map((line, index) => (
          <div key={index} className={kind(line)}>
            {line === "" ? " " : line}
          </div>
        ))}
    </div>
  );
}

function Changes() {
  const { value, error } = useAsked(() => api.get<TextDiff>("diff"));
  const dirty = useStore((store) => store.doc?.dirty) === true;
  return (
    <Dialog
      wide
      title={value === null ? "What would be saved" : `What would be saved: ${value.added} new, ${value.removed} gone`}
      onClose={close}
      footer={
        <>
          <Button onClick={close}>Close</Button>
          <Button look="primary" disabled={!dirty || !canWrite()} onClick={() => void save().then((done) => done && close())}>
            Save
          </Button>
        </>
      }
    >
      {error !== null ? <p role="alert">{error}</p> : value === null ? <p>Loading…</p> : <Diff diff={value} />}
    </Dialog>
  );
}

function Conflicts() {
  const outside = useStore((store) => store.doc?.outside);
  const [choices, setChoices] = useState<Record<string, Choice>>({});
  const conflicts = outside?.conflicts ?? [];
  useEffect(() => {
    if (conflicts.length === 0) close();
  }, [conflicts.length]);
  const settle = async () => {
    try {
      takeDoc(await api.post<DocState>("merge", { choices: conflicts.map((one) => [one.id, choices[one.id] ?? "mine"]) }));
      await refresh();
      notify("Both sides are put together; save when you are content");
      close();
    } catch (error) {
      notify(told(error), "error");
    }
  };
  const all = conflicts.every((one) => choices[one.id] !== undefined);
  return (
    <Dialog
      wide
      title="Changed here and outside"
      onClose={close}
      footer={
        <>
          <Button onClick={close}>Later</Button>
          <Button look="primary" disabled={!all} onClick={() => void settle()}>
            Put together
          </Button>
        </>
      }
    >
      <p className="muted">All other changes of both sides are kept. Of these, choose one.</p>
      {conflicts.map((one) => (
        <fieldset key={one.id} className="conflict">
          <legend>{one.label}</legend>
          {(["mine", "theirs"] as Choice[]).map((side) => (
            <label key={side} className="conflict-side">
              <span className="row">
                <input type="radio" name={one.id} checked={choices[one.id] === side} onChange={() => setChoices({ ...choices, [one.id]: side })} />
                <strong>{side === "mine" ? "Here" : "In the file"}</strong>
              </span>
              <pre>{one[side] ?? "(removed)"}</pre>
            </label>
          ))}
        </fieldset>
      ))}
    </Dialog>
  );
}

function Unsaved({ request }: { request: PlanRequest }) {
  const { value } = useAsked(() => api.get<TextDiff>("diff"));
  return (
    <Dialog
      title="Save before the run?"
      onClose={close}
      footer={
        <>
          <Button onClick={close}>Not now</Button>
          <Button
            look="primary"
            autoFocus
            onClick={() =>
              void save().then((done) => {
                if (!done) return;
                close();
                void start(request, true);
              })
            }
          >
            Save and run
          </Button>
        </>
      }
    >
      <p>A run reads the file, and that does not have your changes yet.</p>
      {value !== null && <Diff diff={value} />}
    </Dialog>
  );
}

function Overrides() {
  const parameters = useStore((store) => store.doc?.parameters) ?? [];
  const [values, setValues] = useState<Record<string, string>>({});
  const set = Object.entries(values).filter(([name, value]) => value !== parameters.find((one) => one.name === name)?.value);
  return (
    <Dialog
      title="Run with other values"
      onClose={close}
      footer={
        <>
          <Button onClick={close}>Cancel</Button>
          <Button look="primary" icon="run" onClick={() => (close(), void start({ set }))}>
            Run
          </Button>
        </>
      }
    >
      <p className="muted">For this run only: the file stays as it is.</p>
      {parameters.length === 0 && <p>The pipeline has no parameters.</p>}
      {parameters.map((one) => (
        <label key={one.id} className="pair">
          <span className="mono clip">{one.name}</span>
          <input className="input mono" value={values[one.name] ?? one.value} spellCheck={false} onChange={(event) => setValues({ ...values, [one.name]: event.target.value })} />
        </label>
      ))}
    </Dialog>
  );
}

function PlanDialog() {
  const request: PlanRequest = { target: "all", include: [], set: [], only: [], force: false };
  const { value, error } = useAsked(() => api.post<Plan>("plan", request));
  return (
    <Dialog
      wide
      title={value === null ? "What would run" : `${value.to_run} would run, ${value.up_to_date} up to date`}
      onClose={close}
      footer={
        <>
          <Button onClick={close}>Close</Button>
          <Button look="primary" icon="run" disabled={value === null || value.problems.length > 0 || !canWrite()} onClick={() => (close(), void start(request))}>
            Run
          </Button>
        </>
      }
    >
      {error !== null && <p role="alert">{error}</p>}
      {value?.problems.map((one, index) => (
        <p key={index} role="alert">
          <span className="state fail">✕</span> {one.message}
        </p>
      ))}
      {value === null ? (
        error === null && <p>Looking…</p>
      ) : (
        <table className="plain">
          <thead>
            <tr>
              <th scope="col">Unit</th>
              <th scope="col">Runs</th>
              <th scope="col">Why</th>
            </tr>
          </thead>
          <tbody>
            {value.units.map((unit) => (
              <tr key={unit.unit}>
                <td className="mono">{unit.unit}</td>
                <td className={`state ${unit.runs ? "stale" : "ok"}`}>{unit.runs ? "● runs" : "✓ up to date"}</td>
                <td>{unit.why.join("; ")}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Dialog>
  );
}

function Clean() {
  const { value, error, again } = useAsked(() => api.get<CleanPreview>("clean"));
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const keys = (value?.entries ?? []).map((one) => one.path).filter((path) => !left.has(path));
  const clean = async () => {
    try {
      await api.post("clean", { token: value?.token, keys, permanently: false });
      notify(`Moved ${keys.length} ${keys.length === 1 ? "entry" : "entries"} to the trash`);
      close();
    } catch (problem) {
      notify(told(problem), "error");
      again();
    }
  };
  return (
    <Dialog
      wide
      title="Clean up what the steps made"
      onClose={close}
      footer={
        <>
          <Button onClick={close}>Cancel</Button>
          <Button look="danger" icon="bin" disabled={keys.length === 0} onClick={() => void clean()}>
            Move {keys.length} to the trash
          </Button>
        </>
      }
    >
      {error !== null && <p role="alert">{error}</p>}
      {value?.entries.length === 0 && <p>There is nothing that a step made.</p>}
      {value !== null && value.entries.length > 0 && (
        <table className="plain">
          <thead>
            <tr>
              <th scope="col">Remove</th>
              <th scope="col">Path</th>
              <th scope="col">Made by</th>
              <th scope="col">Size</th>
            </tr>
          </thead>
          <tbody>
            {value.entries.map((one) => (
              <tr key={one.path}>
                <td>
                  <input
                    type="checkbox"
                    aria-label={`Remove ${one.path}`}
                    checked={!left.has(one.path)}
                    onChange={(event) => {
                      const next = new Set(left);
                      if (event.target.checked) next.delete(one.path);
                      else next.add(one.path);
                      setLeft(next);
                    }}
                  />
                </td>
                <td className="mono">{one.path}</td>
                <td>{one.made_by}</td>
                <td className="nowrap">{bytes(one.size)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {value?.left_alone.map(([path, why]) => (
        <p key={path} className="muted">
          <span className="mono">{path}</span> stays: {why}
        </p>
      ))}
    </Dialog>
  );
}

function Open() {
  const { value, error } = useAsked(() => http.get<PipelineEntry[]>("pipelines"));
  const [path, setPath] = useState("pipeline.yml");
  const [trouble, setTrouble] = useState<string | null>(null);
  const session = useStore((store) => store.session);
  const make = async () => {
    try {
      const { id } = await http.post<{ id: string }>("pipelines", { path });
      close();
      await openDoc(id);
    } catch (problem) {
      setTrouble(told(problem));
    }
  };
  return (
    <Dialog title="Open a pipeline" onClose={close}>
      {error !== null && <p role="alert">{error}</p>}
      {value !== null && (
        <Picker
          label="Pipelines in this folder"
          placeholder="A pipeline in this folder…"
          empty="no pipeline here"
          options={value.map((one) => ({
            id: one.id,
            label: one.path,
            sub: one.error ?? `${one.steps} ${one.steps === 1 ? "step" : "steps"}`,
            hint: one.last_run === null ? undefined : `last run: ${one.last_run}`,
            onPick: () => (close(), void openDoc(one.id)),
          }))}
        />
      )}
      {canWrite() && session?.workspace === true && (
        <form
          className="pair"
          onSubmit={(event) => {
            event.preventDefault();
            void make();
          }}
        >
          <label className="sr-only" htmlFor="new-path">
            Path of a new pipeline
          </label>
          <input id="new-path" className="input mono" value={path} onChange={(event) => setPath(event.target.value)} aria-invalid={trouble !== null} />
          <Button type="submit" icon="plus">
            Make a new one
          </Button>
        </form>
      )}
      {trouble !== null && <p role="alert">{trouble}</p>}
    </Dialog>
  );
}

function Remove({ nodes }: { nodes: readonly string[] }) {
  const [refs, setRefs] = useState<RemoveRefs>("detach");
  const ops = (how: RemoveRefs): Op[] => nodes.map((node) => ({ op: "remove", node, refs: how }));
  const [verdict, setVerdict] = useState<OpVerdict | null>(null);
  const [error, setError] = useState<string | null>(null);
  useEffect(() => {
    api.post<OpVerdict>("check", { ops: ops(refs) }).then(setVerdict, (problem: unknown) => setError(told(problem)));
    // The nodes do not change while the dialog is open.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [refs]);
  const may = verdict?.allowed === true;
  useEffect(() => {
    // Not before it is known what it would do.
    if (may) document.querySelector<HTMLElement>("dialog[open] footer .danger")?.focus();
  }, [may]);
  const names = nodes.map((node) => node.slice(node.indexOf(":") + 1));
  const uses = verdict?.refs.filter((ref) => !nodes.includes(ref.node)) ?? [];
  const remove = async () => {
    const done = await edit(ops(uses.length === 0 ? "detach" : refs));
    if (done) {
      select([]);
      close();
    }
  };
  return (
    <Dialog
      title={names.length === 1 ? `Remove ${names[0]}?` : `Remove ${names.length} nodes?`}
      onClose={close}
      footer={
        <>
          <Button onClick={close}>Cancel</Button>
          <Button look="danger" icon="bin" autoFocus disabled={verdict === null || !verdict.allowed} onClick={() => void remove()}>
            Remove
          </Button>
        </>
      }
    >
      {error !== null && <p role="alert">{error}</p>}
      {verdict?.reason != null && <p role={verdict.allowed ? "note" : "alert"}>{verdict.reason}</p>}
      {uses.length > 0 && (
        <>
          <p>
            {uses.length === 1 ? "It is used in one place:" : `It is used in ${uses.length} places:`}
          </p>
          <ul className="uses">
            {uses.slice(0, 12).map((use, index) => (
              <li key={index}>
                <strong>{use.label}</strong> {use.how}, <button type="button" className="link" onClick={() => (close(), showLine(use.line))}>line {use.line}</button>
              </li>
            ))}
          </ul>
          <fieldset className="choices">
            <legend className="sr-only">What to do with these</legend>
            <label>
              <input type="radio" name="refs" checked={refs === "detach"} onChange={() => setRefs("detach")} /> Take these references away
            </label>
            <label>
              <input type="radio" name="refs" checked={refs === "cascade"} onChange={() => setRefs("cascade")} /> Remove the steps that use it, too
            </label>
          </fieldset>
        </>
      )}
      {verdict?.diff != null && <Diff diff={verdict.diff} />}
    </Dialog>
  );
}

import { useEffect, useRef, useState } from "react";
import { api, canWrite, notify, openDialog, select, showLine, showView, start, useStore } from "../api/store";
import { segment, told } from "../api/client";
import type { Details, Field } from "../api/types";
import { selectedSteps } from "../app/commands";
import { Button, IconButton } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { FieldInput } from "./FieldInput";
import { StateSign } from "./StateSign";
import { focusCard, setGraph } from "./state";
import { useThumb } from "./thumbs";
import { useDetails, useFacts } from "./useDetails";
import { ago, bytes, duration } from "../ui/format";
import { KIND_ICONS, KIND_WORDS, STATES, countsWords, dataWords } from "./words";

/** Saves something under a name. */
export async function downloadRaw(id: string, name: string): Promise<void> {
  try {
    const url = URL.createObjectURL(await api.blob(`data/${segment(id)}/raw`));
    const link = document.createElement("a");
    [link.href, link.download] = [url, name];
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  } catch (error) {
    notify(told(error), "error");
  }
}

export async function openOutside(id: string): Promise<void> {
  try {
    await api.post("open", { id });
  } catch (error) {
    notify(told(error), "error");
  }
}

export function copyText(text: string, what: string): void {
  navigator.clipboard.writeText(text).then(
    () => notify(`Copied ${what}`),
    () => notify("The browser did not let it be copied", "error"),
  );
}

/** All that is known of what is selected, to be seen and set. */
export function Inspector() {
  const selection = useStore((store) => store.selection);
  const doc = useStore((store) => store.doc);
  const id = selection.length === 1 ? (selection[0] ?? null) : null;
  const details = useDetails(id);
  if (selection.length > 1) return <Several ids={selection} />;
  if (details === null) return <div className="inspector-empty">{doc?.outline.some((item) => item.id === id || item.card === id) === true ? "Loading…" : "It is not there any more."}</div>;
  return <One key={details.id} details={details} />;
}

function Several({ ids }: { ids: readonly string[] }) {
  const steps = selectedSteps();
  const write = canWrite();
  return (
    <div className="inspector-body">
      <header className="inspector-head">
        <h2>{ids.length} selected</h2>
      </header>
      <ul className="plain-list">
        {ids.slice(0, 30).map((id) => (
          <li key={id}>
            <button type="button" className="node-link" onClick={() => select([id])}>
              {id.slice(id.indexOf(":") + 1)}
            </button>
          </li>
        ))}
      </ul>
      <div className="actions">
        <Button small icon="run" disabled={!write || steps.length === 0} onClick={() => void start({ target: { steps } })}>
          Run them
        </Button>
        <Button small icon="group" disabled={!write || steps.length === 0} onClick={() => setGraph({ grouping: true })}>
          Group…
        </Button>
        <Button small icon="bin" look="danger" disabled={!write} onClick={() => openDialog({ kind: "remove", nodes: ids })}>
          Remove…
        </Button>
      </div>
    </div>
  );
}

const SECTIONS: Record<string, string> = { "": "", inputs: "Inputs", outputs: "Outputs", args: "Arguments", settings: "Settings" };

function One({ details }: { details: Details }) {
  const locked = !canWrite();
  const { id, kind } = details;
  const body = useRef<HTMLDivElement>(null);
  const [more, setMore] = useState(false);
  useEffect(() => {
    const go = () => body.current?.querySelector<HTMLElement>("[data-first]")?.focus();
    addEventListener("loom-inspect", go);
    return () => removeEventListener("loom-inspect", go);
  }, []);
  const isStep = kind === "step" || kind === "condition" || kind === "switch";
  // What the file does not have at all has nothing to go back to.
  const isNew = details.fields.some((field) => field.kind === "name" && field.saved === "");
  const fields = isNew ? details.fields.map((field) => ({ ...field, saved: null })) : details.fields;
  const name = fields.find((field) => field.kind === "name");
  const sections = [...new Set(fields.filter((field) => field.kind !== "name").map((field) => field.section))];
  // What is not set, and need not be, waits behind a button.
  const isQuiet = (field: Field) => field.section === "settings" && field.value === null && field.problem === null && field.saved === null && !field.required && kind !== "parameter" && !(kind === "data" && field.label === "type");
  const hidden = fields.filter((field) => field.kind !== "name" && isQuiet(field)).length;
  const renamed = (to: string) => (select([to]), focusCard(to));
  return (
    <div className="inspector-body" ref={body}>
      <header className="inspector-head">
        <Icon name={KIND_ICONS[kind]} />
        <div className="spring">
          <h2 className="clip" title={details.name}>
            {details.name}
          </h2>
          <p className="muted">
            {KIND_WORDS[kind]}
            {details.task !== null && <span className="mono"> {details.task}</span>}
          </p>
        </div>
        <button type="button" className="line-link" title={`Line ${details.place.line} of the text`} aria-label={`Show line ${details.place.line} of the text`} onClick={() => showLine(details.place.line)}>
          line {details.place.line}
        </button>
      </header>
      {details.description !== null && <p className="description">{details.description}</p>}
      {kind !== "data" && kind !== "parameter" && <Standing id={id} isStep={isStep} />}
      {kind === "data" && <DataPart id={id} name={details.name} />}
      {name !== undefined && <FieldInput node={id} field={name} locked={locked} first onRenamed={renamed} />}
      {sections.map((section) => {
        const mine = fields.filter((field) => field.kind !== "name" && field.section === section && (more || !isQuiet(field)));
        return (
          mine.length > 0 && (
            <section key={section} aria-label={SECTIONS[section] ?? section}>
              {section !== "" && kind !== "parameter" && <h3>{SECTIONS[section] ?? section}</h3>}
              {mine.map((field, at) => (
                <FieldInput key={field.path.join("\n") || field.label} node={id} field={field} locked={locked} first={name === undefined && at === 0} />
              ))}
            </section>
          )
        );
      })}
      {hidden > 0 && (
        <Button small look="quiet" icon={more ? "down" : "right"} aria-expanded={more} onClick={() => setMore(!more)}>
          {more ? "Fewer settings" : `${hidden} more ${hidden === 1 ? "setting" : "settings"}`}
        </Button>
      )}
      {details.command !== null && (
        <section aria-label="Command">
          <h3>
            Command
            <span className="spring" />
            <IconButton small icon="copy" label="Copy the command" onClick={() => copyText(details.command ?? "", "the command")} />
          </h3>
          <pre className="command" tabIndex={0}>
            {details.command}
          </pre>
        </section>
      )}
      {details.used_by.length > 0 && (
        <section aria-label="Used by">
          <h3>Used by</h3>
          <ul className="plain-list">
            {details.used_by.map((use) => (
              <li key={use.node + use.how + use.line}>
                <button type="button" className="node-link" onClick={() => (select([use.node]), focusCard(use.node))}>
                  {use.label}
                </button>
                <span className="muted clip"> {use.how}</span>
                <span className="spring" />
                <button type="button" className="line-link" aria-label={`Line ${use.line} of the text`} onClick={() => showLine(use.line)}>
                  {use.line}
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
      <div className="actions end">
        {isStep && (
          <Button small icon="link" disabled={locked} onClick={() => setGraph({ connect: id })}>
            Connect…
          </Button>
        )}
        <Button small icon="copy" onClick={() => dispatchEvent(new Event("loom-copy"))}>
          Copy
        </Button>
        {kind !== "branches" && (
          <Button small look="danger" icon="bin" disabled={locked || id.startsWith("path:")} onClick={() => openDialog({ kind: "remove", nodes: [id] })}>
            Remove…
          </Button>
        )}
      </div>
    </div>
  );
}

/** How a step stands, and why. */
function Standing({ id, isStep }: { id: string; isStep: boolean }) {
  const state = useStore((store) => store.steps.get(id));
  const write = canWrite();
  const target = isStep ? { steps: [id.slice(5)] } : id.startsWith("group:") ? { group: id.slice(6) } : null;
  return (
    <div className={`standing ${STATES[state?.state ?? "unknown"].look}`}>
      <div className="row">
        <StateSign state={state?.state ?? "unknown"} />
        <strong>{state === undefined ? "Not known yet" : capital(STATES[state.state].word)}</strong>
        {state?.took_ms != null && <span className="muted">{duration(state.took_ms)}</span>}
        <span className="spring" />
        {target !== null && (
          <Button small icon="run" disabled={!write} onClick={() => void start({ target })}>
            Run
          </Button>
        )}
      </div>
      {state !== undefined && state.counts.units > 1 && <p>{countsWords(state.counts)}</p>}
      {state !== undefined && state.why.length > 0 && (
        <ul className="why">
          {state.why.slice(0, 6).map((why) => (
            <li key={why}>{why}</li>
          ))}
        </ul>
      )}
      {state?.state === "failed" && (
        <button type="button" className="link" onClick={() => showView("runs")}>
          See its output
        </button>
      )}
    </div>
  );
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** How data stands, with a look at it. */
function DataPart({ id, name }: { id: string; name: string }) {
  const state = useStore((store) => store.data.get(id));
  const canOpen = useStore((store) => store.session?.can_open === true);
  const facts = useFacts(id);
  const url = useThumb(id, state?.thumb === true ? state.etag : null, 640);
  const exists = state?.exists === true;
  const file = facts?.path.split("/").pop() ?? name;
  const show = () => setGraph({ preview: { node: id, title: facts?.path ?? name } });
  return (
    <section aria-label="What is there">
      {exists && (state.thumb || state.lines.length > 0) && (
        <button type="button" className={`peek ${state.thumb ? "picture" : "lines"}`} onClick={show}>
          <span className="sr-only">Look at {file}: </span>
          {state.thumb ? url !== null && <img src={url} alt="" /> : state.lines.map((line, at) => <span key={at}>{line === "" ? " " : line}</span>)}
        </button>
      )}
      <dl className="facts">
        <dt>State</dt>
        <dd>{capital(dataWords(state))}</dd>
        {exists && state.size !== null && (
          <>
            <dt>Size</dt>
            <dd>{state.kind === "folder" ? `${state.size} entries` : bytes(state.size)}</dd>
          </>
        )}
        {exists && state.modified !== null && (
          <>
            <dt>Changed</dt>
            <dd title={new Date(state.modified).toLocaleString()}>{ago(state.modified)}</dd>
          </>
        )}
        {facts?.producer != null && (
          <>
            <dt>Made by</dt>
            <dd>
              <NodeLink id={facts.producer} />
            </dd>
          </>
        )}
        {facts !== null && facts.consumers.length > 0 && (
          <>
            <dt>Read by</dt>
            <dd>
              {facts.consumers.map((one, at) => (
                <span key={one}>
                  {at > 0 && ", "}
                  <NodeLink id={one} />
                </span>
              ))}
            </dd>
          </>
        )}
        {state?.numbers.map(([key, value]) => (
          <Fact key={key} name={key} value={value} />
        ))}
      </dl>
      {facts !== null && facts.instances.length > 1 && (
        <details className="instances">
          <summary>{facts.instances.length} files, one for each unit</summary>
          <ul className="plain-list">
            {facts.instances.slice(0, 200).map((one) => (
              <li key={one.id}>
                <button type="button" className="node-link mono clip" disabled={!one.exists} onClick={() => setGraph({ preview: { node: one.id, title: one.label } })}>
                  {one.label}
                </button>
              </li>
            ))}
          </ul>
        </details>
      )}
      <div className="actions">
        <Button small icon="eye" disabled={!exists} onClick={show}>
          Look
        </Button>
        <Button small icon="download" disabled={!exists || state.kind === "folder"} onClick={() => void downloadRaw(id, file)}>
          Download
        </Button>
        {canOpen && (
          <Button small icon="open" disabled={!exists} onClick={() => void openOutside(id)}>
            Open
          </Button>
        )}
        {facts?.producer != null && (
          <Button small icon="run" disabled={!canWrite()} onClick={() => void start({ target: { data: id } })}>
            Make it
          </Button>
        )}
      </div>
    </section>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt className="clip" title={name}>
        {name}
      </dt>
      <dd className="mono">{value}</dd>
    </>
  );
}

function NodeLink({ id }: { id: string }) {
  const known = id.includes(":") ? id : `step:${id}`;
  return (
    <button type="button" className="node-link" onClick={() => (select([known]), focusCard(known))}>
      {known.slice(known.indexOf(":") + 1)}
    </button>
  );
}

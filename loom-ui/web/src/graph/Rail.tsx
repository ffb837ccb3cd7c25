import { useVirtualizer } from "@tanstack/react-virtual";
import { useMemo, useRef, useState } from "react";
import { canWrite, edit, select, useStore } from "../api/store";
import type { OutlineItem, Parameter, TaskInfo } from "../api/types";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { Name } from "../ui/Name";
import { fits } from "../ui/Picker";
import { FieldInput } from "./FieldInput";
import { StateSign } from "./StateSign";
import { add, DATA_TYPES, made, stem, type Thing } from "./add";
import { focusCard, keep, type RailTab, useGraph } from "./state";
import { KIND_ICONS, KIND_WORDS, dataWords, shortWords, typeSign } from "./words";

const TABS: [RailTab, string][] = [
  ["outline", "Outline"],
  ["add", "Add"],
  ["parameters", "Parameters"],
];

/** Beside the board: all of it as a list, what can be added, and the parameters. */
export function Rail({ tasks }: { tasks: readonly TaskInfo[] }) {
  const tab = useGraph((now) => now.rail);
  const list = useRef<HTMLDivElement>(null);
  const go = (event: React.KeyboardEvent) => {
    const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (by === 0) return;
    const at = (TABS.findIndex(([id]) => id === tab) + by + TABS.length) % TABS.length;
    keep({ rail: TABS[at]?.[0] ?? "outline" });
    list.current?.querySelectorAll<HTMLElement>("[role=tab]")[at]?.focus();
  };
  return (
    <>
      <div className="rail-tabs" role="tablist" aria-label="Left rail" ref={list} onKeyDown={go}>
        {TABS.map(([id, label]) => (
          <button key={id} type="button" role="tab" id={`rail-${id}`} aria-controls="rail-panel" aria-selected={id === tab} tabIndex={id === tab ? 0 : -1} onClick={() => keep({ rail: id })}>
            {label}
          </button>
        ))}
      </div>
      <div className="rail-panel" role="tabpanel" id="rail-panel" aria-labelledby={`rail-${tab}`}>
        {tab === "outline" ? <Outline /> : tab === "add" ? <Add tasks={tasks} /> : <Parameters />}
      </div>
    </>
  );
}

/** Shows what an item stands for, on the board. */
function show(item: OutlineItem, focus: boolean): void {
  const id = item.card ?? item.id;
  select([id]);
  dispatchEvent(new CustomEvent("loom-reveal", { detail: id }));
  if (focus) focusCard(id);
}

function useWords(item: OutlineItem): string {
  const step = useStore((store) => store.steps.get(item.id) ?? (item.card === null ? undefined : store.steps.get(item.card)));
  const data = useStore((store) => store.data.get(item.id));
  if (item.kind === "data") return dataWords(data);
  if (item.kind === "parameter") return "";
  if (step === undefined && (item.kind === "branches" || item.kind === "group")) return "";
  return shortWords(step);
}

function Row({ item, at, count, isHere, chosen, onHere }: { item: OutlineItem; at: number; count: number; isHere: boolean; chosen: boolean; onHere: () => void }) {
  const words = useWords(item);
  const step = useStore((store) => store.steps.get(item.id));
  const data = useStore((store) => store.data.get(item.id));
  const isData = item.kind === "data";
  return (
    <div
      role="treeitem"
      data-at={at}
      aria-level={item.depth + 1}
      aria-posinset={at + 1}
      aria-setsize={count}
      aria-selected={chosen}
      tabIndex={isHere ? 0 : -1}
      className="outline-row"
      style={{ paddingLeft: 10 + item.depth * 14 }}
      title={item.sub ?? undefined}
      onClick={() => (onHere(), show(item, false))}
      onFocus={onHere}
    >
      <Icon name={isData ? typeSign(item.sub, null).icon : KIND_ICONS[item.kind]} size={14} />
      <Name text={item.label} className="spring" />
      <span className="sr-only">{KIND_WORDS[item.kind]}</span>
      {item.problem !== null && (
        <span className={`problem ${item.problem}`} role="img" aria-label={item.problem}>
          <Icon name={item.problem} size={13} />
        </span>
      )}
      {item.kind === "parameter" ? (
        <span className="word mono clip">{item.sub}</span>
      ) : (
        <span className={`word ${isData && data?.exists === true && !data.stale ? "ok" : ""}`}>
          {!isData && step !== undefined && <StateSign state={step.state} size={13} />}
          {words}
        </span>
      )}
    </div>
  );
}

/** All of the pipeline as a tree: an equal of the board. */
function Outline() {
  const outline = useStore((store) => store.doc?.outline);
  const selection = useStore((store) => store.selection);
  const [query, setQuery] = useState("");
  const [here, setHere] = useState(0);
  const scroll = useRef<HTMLDivElement>(null);
  const items = useMemo(() => (outline ?? []).filter((item) => query === "" || fits(item.label, query) > 1 || fits(item.sub ?? "", query) > 1), [outline, query]);
  const virtual = useVirtualizer({ count: items.length, getScrollElement: () => scroll.current, estimateSize: () => 28, overscan: 12 });
  const chosen = new Set(selection);
  const at = Math.min(here, Math.max(0, items.length - 1));
  const go = (next: number) => {
    const to = Math.max(0, Math.min(items.length - 1, next));
    setHere(to);
    virtual.scrollToIndex(to);
    requestAnimationFrame(() => scroll.current?.querySelector<HTMLElement>(`[data-at="${to}"]`)?.focus());
  };
  const keys = (event: React.KeyboardEvent) => {
    const item = items[at];
    if (event.key === "ArrowDown") go(at + 1);
    else if (event.key === "ArrowUp") go(at - 1);
    else if (event.key === "Home") go(0);
    else if (event.key === "End") go(items.length - 1);
    else if (event.key === "ArrowLeft" && item !== undefined) {
      for (let up = at - 1; up >= 0; up -= 1) {
        if ((items[up]?.depth ?? 0) < item.depth) {
          go(up);
          break;
        }
      }
    } else if (event.key === "ArrowRight" && (items[at + 1]?.depth ?? 0) > (item?.depth ?? 0)) go(at + 1);
    else if (event.key === "Enter" && item !== undefined) show(item, true);
    else if (event.key === " " && item !== undefined) show(item, false);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div className="outline">
      <input className="input" type="search" aria-label="Filter the outline" placeholder="Filter" value={query} onChange={(event) => setQuery(event.target.value)} />
      <div className="outline-scroll" ref={scroll}>
        {items.length === 0 ? (
          <p className="muted pad">{query === "" ? "There is nothing yet." : "Nothing is called that."}</p>
        ) : (
          <div role="tree" aria-label="Pipeline" aria-multiselectable="true" style={{ height: virtual.getTotalSize(), position: "relative" }} onKeyDown={keys}>
            {virtual.getVirtualItems().map((row) => {
              const item = items[row.index];
              if (item === undefined) return null;
              return (
                <div key={item.id} role="presentation" style={{ position: "absolute", top: 0, left: 0, right: 0, transform: `translateY(${row.start}px)` }}>
                  <Row item={item} at={row.index} count={items.length} isHere={row.index === at} chosen={chosen.has(item.id)} onHere={() => setHere(row.index)} />
                </div>
              );
            })}
          </div>
        )}
      </div>
    </div>
  );
}

const ports = (task: TaskInfo) => [task.inputs.map((port) => port.name).join(", "), task.outputs.map((port) => port.name).join(", ")].map((names) => (names === "" ? "·" : names)).join(" → ");

/** What can be added: dragged onto the board, or with Enter. */
function Add({ tasks }: { tasks: readonly TaskInfo[] }) {
  const [query, setQuery] = useState("");
  const write = canWrite();
  const wanted = (text: string) => query === "" || fits(text, query) > 1;
  const item = (thing: Thing, label: string, icon: React.ReactNode, sub?: string, title?: string) => (
    <li key={label}>
      <button
        type="button"
        className="add-item"
        disabled={!write}
        draggable={write}
        title={title}
        onDragStart={(event) => {
          event.dataTransfer.setData("application/x-loom", JSON.stringify(thing));
          event.dataTransfer.effectAllowed = "copy";
        }}
        onClick={() => void add(made(thing, null))}
      >
        {icon}
        <span className="words">
          <span className="clip">{label}</span>
          {sub !== undefined && <span className="sub clip">{sub}</span>}
        </span>
      </button>
    </li>
  );
  const found = tasks.filter((task) => wanted(`${task.path} ${task.description ?? ""}`));
  const types = DATA_TYPES.filter(wanted);
  return (
    <div className="add-panel">
      <input className="input" type="search" aria-label="Filter what can be added" placeholder="Filter" value={query} onChange={(event) => setQuery(event.target.value)} />
      <h2>Tasks</h2>
      {found.length === 0 && <p className="muted">{tasks.length === 0 ? "No task files in tasks/ yet." : "No task is called that."}</p>}
      <ul>
        {found.map((task) => item({ thing: "task", path: task.path }, stem(task.path), <Icon name={task.error === null ? "step" : "warning"} />, task.error ?? ports(task), [task.path, task.description].filter(Boolean).join("\n")))}
      </ul>
      {types.length > 0 && <h2>Data</h2>}
      <ul className="types">
        {types.map((type) => item({ thing: "data", type }, type, <span className={`letter type-${typeSign(type).look}`}>{typeSign(type).letter}</span>))}
      </ul>
      <h2>Logic and values</h2>
      <ul>
        {wanted("parameter") && item({ thing: "parameter" }, "Parameter", <Icon name="parameter" />, "a value that steps share")}
        {wanted("command") && item({ thing: "command" }, "Command", <Icon name="command" />, "a line for the shell")}
        {wanted("condition") && item({ thing: "condition" }, "Condition", <Icon name="condition" />, "yes or no, from a file")}
        {wanted("switch") && item({ thing: "switch" }, "Switch", <Icon name="switch" />, "one way or the other")}
      </ul>
    </div>
  );
}

const asField = (parameter: Parameter) => ({
  path: [],
  section: "settings",
  label: parameter.name,
  kind: parameter.value === "true" || parameter.value === "false" ? ("switch" as const) : /^[[{]/.test(parameter.value) ? ("yaml" as const) : ("text" as const),
  value: { text: parameter.value },
  text: parameter.value,
  saved: parameter.saved,
  default: null,
  choices: [],
  description: null,
  data_type: parameter.uses === 0 ? "not used" : `used ${parameter.uses}×`,
  required: false,
  line: parameter.line,
  problem: null,
});

/** The parameters, to be changed in place. */
function Parameters() {
  const parameters = useStore((store) => store.doc?.parameters) ?? [];
  const [name, setName] = useState("");
  const [value, setValue] = useState("");
  const write = canWrite();
  const make = async () => {
    if (name.trim() === "") return;
    if (await edit([{ op: "add_parameter", name: name.trim(), value: { text: value } }])) {
      setName("");
      setValue("");
    }
  };
  return (
    <div className="parameters">
      {parameters.length === 0 && <p className="muted">No parameters yet. A parameter is a value that steps share, written <code>$name</code> where it is used.</p>}
      {parameters.map((parameter) => (
        <FieldInput key={parameter.id} title={parameter.name} node={parameter.id} field={asField(parameter)} locked={!write} />
      ))}
      {write && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void make();
          }}
        >
          <h2>New parameter</h2>
          <div className="pair">
            <input className="input" aria-label="Name" placeholder="name" value={name} onChange={(event) => setName(event.target.value)} />
            <input className="input mono" aria-label="Value" placeholder="value" value={value} onChange={(event) => setValue(event.target.value)} />
          </div>
          <Button small type="submit" icon="plus" disabled={name.trim() === ""}>
            Add it
          </Button>
        </form>
      )}
    </div>
  );
}

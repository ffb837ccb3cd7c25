import { useEffect, useId, useRef, useState } from "react";
import { beforeSaving, edit, showLine, useStore } from "../api/store";
import { told } from "../api/client";
import type { Field, Op } from "../api/types";
import { IconButton } from "../ui/Button";
import { written } from "./written";

/** What a text means for a field: the edit that makes it so, or why it cannot be. */
export function opFor(node: string, field: Field, text: string): Op | string | null {
  if (field.kind === "name") {
    const name = text.trim();
    return name === "" ? "It needs a name" : { op: "rename", node, to: name };
  }
  if (text.trim() === "" && field.path.length > 0) return field.value === null ? null : { op: "unset", node, path: field.path };
  if (field.kind === "yaml" || field.kind === "reference") {
    const value = written(text);
    return value === null ? "This is no value: write [a, b] for a list, {key: value} for a mapping" : { op: "set", node, path: field.path, value };
  }
  if (field.kind === "number" && !text.trim().startsWith("$") && !Number.isFinite(Number(text.trim()))) return "A number is wanted here, or a $parameter";
  // What was quoted stays no switch.
  const quoted = field.value !== null && "quoted" in field.value;
  return { op: "set", node, path: field.path, value: quoted ? { quoted: text } : { text: field.kind === "text" ? text : text.trim() } };
}

/** What a field is called: keys as they are written, words of the editor's own as words. */
const titleOf = (field: Field) => (field.section === "" || field.section === "settings" ? field.label.charAt(0).toUpperCase() + field.label.slice(1) : field.label);

interface Props {
  /** Instead of the field's own: a name that somebody gave. */
  title?: string;
  node: string;
  field: Field;
  locked: boolean;
  first?: boolean;
  onRenamed?: (id: string) => void;
}

/** One thing that can be set. It is sent with Enter, or when it is left; Escape takes back what was typed. */
export function FieldInput({ title, node, field, locked, first, onRenamed }: Props) {
  const name = title ?? titleOf(field);
  const saved = field.text ?? "";
  const [draft, setDraft] = useState<string | null>(null);
  const [refused, setRefused] = useState<string | null>(null);
  const input = useRef<HTMLInputElement & HTMLTextAreaElement & HTMLSelectElement>(null);
  const busy = useRef(false);
  const id = useId();
  const shown = draft ?? saved;
  const isDirty = draft !== null && draft !== saved;

  const send = async (text: string) => {
    if (busy.current) return;
    if (text === saved) {
      setDraft(null);
      setRefused(null);
      return;
    }
    const op = opFor(node, field, text);
    if (typeof op === "string") return setRefused(op);
    if (op === null) return setDraft(null);
    busy.current = true;
    try {
      await edit([op], { quiet: true });
      setRefused(null);
      if (op.op === "rename") onRenamed?.(node.slice(0, node.indexOf(":") + 1) + op.to);
      setDraft(null);
    } catch (error) {
      setRefused(told(error));
    } finally {
      busy.current = false;
    }
  };
  const latest = useRef(send);
  latest.current = send;
  const draftNow = useRef(draft);
  draftNow.current = draft;
  useEffect(() => {
    if (!isDirty) return;
    return beforeSaving(() => latest.current(draftNow.current ?? saved));
  }, [isDirty, saved]);

  const keys = (event: React.KeyboardEvent) => {
    if (event.key === "Escape" && (draft !== null || refused !== null)) {
      event.preventDefault();
      event.stopPropagation();
      setDraft(null);
      setRefused(null);
    } else if (event.key === "Enter" && !event.shiftKey && !event.ctrlKey && !event.metaKey && !(field.kind === "yaml" && shown.includes("\n"))) {
      event.preventDefault();
      void send(shown);
    }
  };
  const problem = refused ?? field.problem;
  const common = {
    id,
    ref: input,
    "aria-describedby": `${id}-note`,
    "aria-invalid": problem !== null,
    "aria-required": field.required,
    "data-first": first === true ? "" : undefined,
  };
  const placeholder = field.default !== null ? field.default : field.required ? "needed" : field.kind === "reference" ? "$data" : "";
  const typed = {
    ...common,
    className: `input ${field.kind === "name" || (field.kind === "text" && field.path.length === 0) ? "" : "mono"}`,
    value: shown,
    placeholder,
    readOnly: locked,
    autoComplete: "off",
    spellCheck: false,
    onChange: (event: React.ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) => setDraft(event.target.value),
    onBlur: () => {
      if (isDirty) void send(shown);
    },
    onKeyDown: keys,
  };
  const choose = (options: [string, string][]) => (
    <select {...common} className="select" disabled={locked} value={shown} onChange={(event) => (setDraft(event.target.value), void send(event.target.value))}>
      {!options.some(([value]) => value === shown) && <option value={shown}>{shown}</option>}
      {options.map(([value, label]) => (
        <option key={value} value={value}>
          {label}
        </option>
      ))}
    </select>
  );
  const unset: [string, string][] = field.path.length > 0 ? [["", field.default === null ? "not set" : `${field.default} (default)`]] : [];
  return (
    <div className={`field-row ${field.kind} ${field.saved !== null ? "changed" : ""}`}>
      <div className="field-head">
        <label htmlFor={id} className="clip" title={field.description ?? undefined}>
          {name}
        </label>
        {field.required && field.value === null && <span className="needed">needed</span>}
        {field.data_type !== null && <span className="type">{field.data_type}</span>}
        <span className="spring" />
        {field.saved !== null && !locked && (
          <IconButton
            icon="reset"
            small
            label={`Back to what the file has: ${field.saved === "" ? "nothing" : field.saved}`}
            onClick={() => void send(field.saved ?? "")}
          />
        )}
        {field.line !== null && (
          <button type="button" className="line-link" title={`Line ${field.line} of the text`} aria-label={`${name}: line ${field.line} of the text`} onClick={() => showLine(field.line ?? 1)}>
            {field.line}
          </button>
        )}
      </div>
      {field.kind === "choice" && !shown.startsWith("$") ? (
        choose([...unset, ...field.choices.map((one): [string, string] => [one, one])])
      ) : field.kind === "switch" && !shown.startsWith("$") ? (
        choose([...unset, ["true", "yes"], ["false", "no"]])
      ) : field.kind === "yaml" && shown.includes("\n") ? (
        <textarea {...typed} rows={Math.min(10, shown.split("\n").length)} />
      ) : field.kind === "reference" ? (
        <>
          <input {...typed} list={`${id}-list`} />
          <References id={`${id}-list`} section={field.section} />
        </>
      ) : (
        <input {...typed} inputMode={field.kind === "number" ? "decimal" : undefined} />
      )}
      <p id={`${id}-note`} className={problem === null ? "note" : "problem"} role={refused === null ? undefined : "alert"}>
        {problem ?? field.description ?? ""}
      </p>
    </div>
  );
}

/** What can be referred to. */
function References({ id, section }: { id: string; section: string }) {
  const outline = useStore((store) => store.doc?.outline) ?? [];
  const kinds = section === "args" ? ["parameter", "data"] : ["data"];
  return (
    <datalist id={id}>
      {outline.filter((item) => kinds.includes(item.kind) && !item.id.startsWith("path:")).map((item) => (
        <option key={item.id} value={`$${item.id.slice(item.id.indexOf(":") + 1)}`}>
          {item.sub ?? ""}
        </option>
      ))}
    </datalist>
  );
}

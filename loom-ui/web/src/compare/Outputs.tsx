// What the rows made, side by side: the same data of each.
import { useEffect, useMemo, useState } from "react";
import { told } from "../api/client";
import { api, blobUrl, useDoc } from "../api/store";
import type { Comparison, DataFacts, Preview } from "../api/types";
import { bytes } from "../ui/format";
import { fileOf } from "./files";
import { arranged } from "./model";
import { put, useCompare } from "./store";

const MOST = 6;

/** The tab. */
export function Outputs({ table, rows }: { table: Comparison; rows: readonly number[] }) {
  const doc = useDoc();
  const { data, chosen, sort } = useCompare();
  const keys = useMemo(() => (doc?.outline ?? []).filter((item) => item.kind === "data"), [doc?.outline]);
  const [facts, setFacts] = useState<{ id: string; facts: DataFacts | null; error: string | null } | null>(null);
  const key = keys.some((item) => item.id === data) ? data : (keys[keys.length - 1]?.id ?? null);
  useEffect(() => {
    if (key === null) return;
    let gone = false;
    api
      .get<DataFacts>(`data/${encodeURIComponent(key)}`)
      .then((found) => !gone && setFacts({ id: key, facts: found, error: null }))
      .catch((problem: unknown) => !gone && setFacts({ id: key, facts: null, error: told(problem) }));
    return () => {
      gone = true;
    };
  }, [key, table]);
  // In the order of the table: the first ones there are the first ones here.
  const order = useMemo(() => arranged(table, rows, sort), [table, rows, sort]);
  const picked = chosen.size > 0 ? order.filter((row) => chosen.has(row)) : order;
  const shown = picked.slice(0, MOST);
  const here = facts !== null && facts.id === key ? facts : null;
  const instances = here?.facts?.instances ?? [];
  const found = shown.map((row) => ({ row, file: fileOf(instances, table.rows[row]?.label ?? "", table.rows[row]?.unit ?? null) }));
  return (
    <div className="outputs">
      <div className="plot-tools">
        <label className="inline-field">
          <span>Data</span>
          <select value={key ?? ""} onChange={(event) => put({ data: event.target.value })}>
            {keys.map((item) => (
              <option key={item.id} value={item.id}>
                {item.label}
              </option>
            ))}
          </select>
        </label>
        <span className="muted">
          {chosen.size > 0 ? `${shown.length} of ${chosen.size} chosen rows` : `the first ${shown.length} rows; choose others with the space bar or Ctrl and a click`}
        </span>
      </div>
      <div className="outputs-row" tabIndex={0} role="group" aria-label="Outputs side by side">
        {here === null ? (
          <p className="plot-empty">{key === null ? "The pipeline has no data that could be shown." : "Loading…"}</p>
        ) : here.error !== null ? (
          <p className="plot-empty">{here.error}</p>
        ) : instances.length === 0 && here.facts !== null ? (
          <OneOutput title={here.facts.path} id={here.facts.id} note="The same for every row" />
        ) : (
          found.map(({ row, file }) => <OneOutput key={row} title={table.rows[row]?.label ?? ""} id={file?.exists ? file.id : null} note={file === null ? "No file of this row" : file.exists ? file.label : "Not made yet"} />)
        )}
      </div>
    </div>
  );
}

function OneOutput({ title, id, note }: { title: string; id: string | null; note: string }) {
  const [preview, setPreview] = useState<Preview | null>(null);
  const [image, setImage] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  useEffect(() => {
    setPreview(null);
    setImage(null);
    setError(null);
    if (id === null) return;
    let gone = false;
    let made: string | null = null;
    const path = `data/${encodeURIComponent(id)}`;
    api
      .get<Preview>(`${path}/preview?offset=0&limit=50`)
      .then(async (found) => {
        if (gone) return;
        setPreview(found);
        if (found.content.kind !== "image") return;
        made = await blobUrl(`${path}/thumb?w=640`);
        if (gone) URL.revokeObjectURL(made);
        else setImage(made);
      })
      .catch((problem: unknown) => !gone && setError(told(problem)));
    return () => {
      gone = true;
      if (made !== null) URL.revokeObjectURL(made);
    };
  }, [id]);
  return (
    <figure className="output">
      <figcaption>
        <strong className="clip" title={title}>
          {title}
        </strong>
        <span className="muted clip" title={note}>
          {note}
          {preview !== null && ` · ${bytes(preview.size)}`}
        </span>
      </figcaption>
      <div className="output-body">{error !== null ? <p className="muted">{error}</p> : id === null ? <p className="muted">–</p> : preview === null ? <p className="muted">Loading…</p> : <Content preview={preview} image={image} />}</div>
    </figure>
  );
}

function Content({ preview, image }: { preview: Preview; image: string | null }) {
  const content = preview.content;
  switch (content.kind) {
    case "image":
      return image === null ? <p className="muted">Loading…</p> : <img src={image} alt={preview.path} />;
    case "table":
      return (
        <table className="output-table">
          <thead>
            <tr>
              {content.columns.map((column, at) => (
                <th key={at} scope="col">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {content.rows.map((row, at) => (
              <tr key={at}>
                {row.map((cell, column) => (
                  <td key={column}>{cell}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      );
    case "json":
      return (
        <ul className="output-json">
          {content.items.map((item, at) => (
            <li key={at} style={{ paddingLeft: `${item.depth * 14}px` }}>
              <span className="tok-key">{item.key}</span>
              {item.key !== "" && ": "}
              <span className={item.holds ? "muted" : "tok-number"}>{item.value}</span>
            </li>
          ))}
          {content.cut && <li className="muted">… and more</li>}
        </ul>
      );
    case "text":
      return <pre className="output-text">{content.text}</pre>;
    case "folder":
      return (
        <ul className="output-json">
          {content.entries.map((entry) => (
            <li key={entry.name}>
              {entry.name}
              {entry.folder ? "/" : <span className="muted"> {bytes(entry.size)}</span>}
            </li>
          ))}
        </ul>
      );
    case "binary":
      return <pre className="output-text">{content.head}</pre>;
  }
}

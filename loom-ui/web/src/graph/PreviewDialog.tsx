import { useEffect, useState } from "react";
import { segment, told } from "../api/client";
import { api } from "../api/store";
import type { Preview, PreviewKind, TreeItem } from "../api/types";
import { Button, IconButton } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Icon } from "../ui/Icon";
import { downloadRaw } from "./Inspector";
import { setGraph } from "./state";
import { ago, bytes } from "../ui/format";

const ROWS = 200;

/** What is in a file, large. */
export function PreviewDialog({ node, title }: { node: string; title: string }) {
  const [preview, setPreview] = useState<Preview | null>(null);
  const [offset, setOffset] = useState(0);
  const [error, setError] = useState<string | null>(null);
  useEffect(() => {
    const abort = new AbortController();
    api.get<Preview>(`data/${segment(node)}/preview?offset=${offset}&limit=${ROWS}`, abort.signal).then(
      (one) => (setPreview(one), setError(null)),
      (problem: unknown) => {
        if (!abort.signal.aborted) setError(told(problem));
      },
    );
    return () => abort.abort();
  }, [node, offset]);
  const close = () => setGraph({ preview: null });
  const facts = preview === null ? "" : [bytes(preview.size), `changed ${ago(preview.modified)}`, what(preview.content)].filter(Boolean).join(" · ");
  return (
    <Dialog
      wide
      title={preview?.path ?? title}
      onClose={close}
      footer={
        <>
          <span className="muted">{facts}</span>
          <span className="spring" />
          {preview !== null && preview.content.kind !== "folder" && (
            <Button icon="download" onClick={() => void downloadRaw(node, preview.path.split("/").pop() ?? "data")}>
              Download
            </Button>
          )}
          <Button onClick={close}>Close</Button>
        </>
      }
    >
      {error !== null ? <p role="alert">{error}</p> : preview === null ? <p>Loading…</p> : <Content node={node} content={preview.content} onOffset={setOffset} />}
    </Dialog>
  );
}

function what(content: PreviewKind): string {
  switch (content.kind) {
    case "image":
      return `${content.width} × ${content.height} px`;
    case "table":
      return content.total === null ? `${content.columns.length} columns` : `${content.total} rows, ${content.columns.length} columns`;
    case "folder":
      return `${content.total} entries`;
    case "text":
      return content.cut ? "the beginning" : "";
    default:
      return "";
  }
}

function Content({ node, content, onOffset }: { node: string; content: PreviewKind; onOffset: (offset: number) => void }) {
  switch (content.kind) {
    case "image":
      return <Picture node={node} width={content.width} />;
    case "table":
      return <TablePart content={content} onOffset={onOffset} />;
    case "json":
      return (
        <>
          <Tree items={content.items} />
          {content.cut && <p className="muted">There is more; download it to see all.</p>}
        </>
      );
    case "text":
      return (
        <pre className="preview-text" tabIndex={0}>
          {content.text}
          {content.cut && "\n…"}
        </pre>
      );
    case "folder":
      return (
        <table className="plain">
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Size</th>
            </tr>
          </thead>
          <tbody>
            {content.entries.map((entry) => (
              <tr key={entry.name}>
                <td>
                  <span className="row">
                    <Icon name={entry.folder ? "folder" : "data"} /> <span className="mono">{entry.name}</span>
                  </span>
                </td>
                <td>{entry.folder ? "" : bytes(entry.size)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      );
    case "binary":
      return (
        <pre className="preview-text" tabIndex={0}>
          {content.head}
        </pre>
      );
  }
}

function Picture({ node, width }: { node: string; width: number }) {
  const [url, setUrl] = useState<string | null>(null);
  const [zoom, setZoom] = useState<number | null>(null);
  useEffect(() => {
    const abort = new AbortController();
    let made: string | null = null;
    api.blob(`data/${segment(node)}/raw`, abort.signal).then(
      (blob) => setUrl((made = URL.createObjectURL(blob))),
      () => undefined,
    );
    return () => {
      abort.abort();
      if (made !== null) URL.revokeObjectURL(made);
    };
  }, [node]);
  const by = (factor: number) => setZoom(Math.max(0.1, Math.min(16, (zoom ?? 1) * factor)));
  return (
    <>
      <div className="row">
        <Button small aria-pressed={zoom === null} onClick={() => setZoom(null)}>
          Fit
        </Button>
        <Button small aria-pressed={zoom === 1} onClick={() => setZoom(1)}>
          100 %
        </Button>
        <IconButton small icon="minus" label="Smaller" onClick={() => by(1 / 1.5)} />
        <IconButton small icon="plus" label="Larger" onClick={() => by(1.5)} />
        {zoom !== null && <span className="muted">{Math.round(zoom * 100)} %</span>}
      </div>
      <div className="preview-image" tabIndex={0} role="img" aria-label="The picture">
        {url !== null && <img src={url} alt="" className={zoom === null ? "whole" : ""} width={zoom === null || width === 0 ? undefined : Math.round(width * zoom)} />}
      </div>
    </>
  );
}

function TablePart({ content, onOffset }: { content: PreviewKind & { kind: "table" }; onOffset: (offset: number) => void }) {
  const [sort, setSort] = useState<{ column: number; down: boolean } | null>(null);
  const { columns, rows, offset, total } = content;
  const number = (text: string) => (text.trim() === "" ? Number.NaN : Number(text));
  const sorted =
    sort === null
      ? rows
      : [...rows].sort((one, other) => {
          const [a = "", b = ""] = [one[sort.column], other[sort.column]];
          const by = Number.isNaN(number(a)) || Number.isNaN(number(b)) ? a.localeCompare(b) : number(a) - number(b);
          return sort.down ? -by : by;
        });
  const isNumeric = columns.map((_, at) => rows.length > 0 && rows.every((row) => row[at] === "" || !Number.isNaN(number(row[at] ?? ""))));
  const last = offset + rows.length;
  return (
    <>
      <div className="preview-table" tabIndex={0} role="region" aria-label="Rows">
        <table>
          <thead>
            <tr>
              <th scope="col" className="rowno">
                <span className="sr-only">Row</span>
              </th>
              {columns.map((column, at) => (
                <th key={at} scope="col" aria-sort={sort?.column === at ? (sort.down ? "descending" : "ascending") : undefined}>
                  <button type="button" onClick={() => setSort(sort?.column === at ? (sort.down ? null : { column: at, down: true }) : { column: at, down: false })}>
                    {column === "" ? `column ${at + 1}` : column}
                    {sort?.column === at && (sort.down ? " ↓" : " ↑")}
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {sorted.map((row, at) => (
              <tr key={at}>
                <td className="rowno">{sort === null ? offset + at + 1 : ""}</td>
                {columns.map((_, column) => (
                  <td key={column} className={isNumeric[column] === true ? "number" : ""}>
                    {row[column]}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {(offset > 0 || total === null || last < total) && (
        <div className="row">
          <Button small disabled={offset === 0} onClick={() => onOffset(Math.max(0, offset - ROWS))}>
            Before
          </Button>
          <span className="muted">
            rows {offset + 1} to {last}
            {total !== null && ` of ${total}`}
          </span>
          <Button small disabled={rows.length < ROWS || (total !== null && last >= total)} onClick={() => onOffset(last)}>
            After
          </Button>
        </div>
      )}
    </>
  );
}

/** A tree whose branches can be closed. */
function Tree({ items }: { items: readonly TreeItem[] }) {
  const [closed, setClosed] = useState<ReadonlySet<number>>(new Set());
  const shown: [TreeItem, number][] = [];
  let hiddenBelow: number | null = null;
  items.forEach((item, at) => {
    if (hiddenBelow !== null && item.depth > hiddenBelow) return;
    hiddenBelow = closed.has(at) ? item.depth : null;
    shown.push([item, at]);
  });
  const flip = (at: number) => {
    const next = new Set(closed);
    if (!next.delete(at)) next.add(at);
    setClosed(next);
  };
  return (
    <ul className="json-tree">
      {shown.map(([item, at]) => (
        <li key={at} style={{ paddingLeft: item.depth * 16 }}>
          {item.holds ? (
            <button type="button" aria-expanded={!closed.has(at)} onClick={() => flip(at)}>
              <Icon name={closed.has(at) ? "right" : "down"} size={12} />
              <span className="key">{item.key}</span> <span className="muted">{item.value}</span>
            </button>
          ) : (
            <span className="leaf">
              <span className="key">{item.key}</span> <span className="val">{item.value}</span>
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}

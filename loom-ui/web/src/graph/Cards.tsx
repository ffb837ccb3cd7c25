// The cards, drawn from what the server says of them: nothing here is measured.
import { createContext, memo, useContext, useEffect, useMemo, useRef } from "react";
import { useStore } from "../api/store";
import type { Card, Frame, Port } from "../api/types";
import { Icon } from "../ui/Icon";
import { endOf, unfit } from "./connect";
import { CountsBar, StateSign } from "./StateSign";
import { graph, setGraph, useGraph } from "./state";
import { useThumb } from "./thumbs";
import { bytes } from "../ui/format";
import { KIND_ICONS, STATES, cardWords, countsWords, typeSign } from "./words";

/** Whether the board is so far away that only shapes can be told. */
export const Far = createContext(false);

/** The ports where the wire on its way may end, of one card; none while there is none. */
function useFits(card: Card): ReadonlySet<string> | null {
  const from = useGraph((now) => (now.drag === null ? null : `${now.drag.back ? "<" : ">"}${now.drag.from.node}\n${now.drag.from.port}`));
  return useMemo(() => {
    if (from === null) return null;
    const [node = "", port = ""] = from.slice(1).split("\n");
    const board = useStore.getState().doc?.board;
    const start = board === undefined ? null : endOf(board, { node, port });
    if (start === null) return null;
    const fit = card.ports.filter((other) => (from.startsWith("<") ? unfit({ card, port: other }, start) : unfit(start, { card, port: other })) === null);
    const all = new Set(fit.map((one) => one.id));
    if (card.id === node) all.add(port);
    return all;
  }, [from, card]);
}

function Ports({ card, fits }: { card: Card; fits: ReadonlySet<string> | null }) {
  const over = useGraph((now) => (now.drag?.over?.node === card.id ? now.drag.over.port : null));
  const allowed = useGraph((now) => now.drag?.verdict?.allowed !== false);
  return card.ports.map((port) => <PortRow key={port.side + port.id} card={card} port={port} fit={fits === null ? "" : fits.has(port.id) ? "fits" : "fades"} over={over === port.id ? (allowed ? "over" : "over no") : ""} />);
}

const PortRow = memo(function PortRow({ card, port, fit, over }: { card: Card; port: Port; fit: string; over: string }) {
  const type = port.data_type ?? (card.kind === "data" ? card.data_type : null);
  const sign = type === null ? null : typeSign(type);
  const kind = card.kind === "parameter" || port.id.startsWith("arg:") ? "value" : `type-${sign?.look ?? "other"}`;
  const said = [port.label, type, port.required ? "required" : null, port.state === "open" ? "not connected" : null].filter(Boolean).join(", ");
  return (
    <div className={`port ${port.side} ${port.state} ${port.required && port.state === "open" ? "missing" : ""} ${fit} ${over}`} style={{ top: port.y - 10 }}>
      <span className={`dot nodrag nopan ${kind}`} data-node={card.id} data-port={port.id} data-side={port.side} data-letter={sign !== null && kind !== "value" ? sign.letter : ""} title={said} />
      {port.label !== "" && card.kind !== "parameter" && card.kind !== "data" && (
        <span className="name">
          {port.side === "right" && port.value !== undefined && port.value !== null && <span className="value">{port.value}</span>}
          <span className="key">{port.label}</span>
          {port.side === "left" && port.value != null && <span className="value">{port.value}</span>}
        </span>
      )}
    </div>
  );
});

function Slot({ card }: { card: Card }) {
  const state = useStore((store) => store.data.get(card.id));
  const url = useThumb(card.id, state?.thumb === true ? state.etag : null, 336);
  if (state === undefined) return <div className="slot" />;
  if (!state.exists) return <div className="slot none">not made yet</div>;
  if (state.thumb) return <div className="slot picture">{url !== null && <img src={url} alt={`${card.label.full}, small`} draggable={false} />}</div>;
  if (state.lines.length > 0) {
    return (
      <div className="slot lines">
        {state.lines.slice(0, 4).map((line, at) => (
          <span key={at}>{line === "" ? " " : line}</span>
        ))}
      </div>
    );
  }
  const size = state.size === null ? "" : state.kind === "folder" ? (state.size === 1 ? "1 entry" : `${state.size} entries`) : bytes(state.size);
  return (
    <div className="slot plain">
      <Icon name={typeSign(card.data_type, state.kind).icon} size={20} />
      {size}
    </div>
  );
}

function Badges({ card }: { card: Card | Frame }) {
  if (card.badges.length === 0) return null;
  return (
    <span className="badges">
      {card.badges.map((badge) => (
        <span key={badge.kind + badge.text} className={`badge ${badge.kind}`} title={badge.title}>
          {badge.text}
        </span>
      ))}
    </span>
  );
}

function Problem({ card }: { card: Card }) {
  if (card.problem === null) return null;
  return (
    <span className={`problem ${card.problem}`} title={card.problem === "error" ? "There is an error here" : "There is a warning here"}>
      <Icon name={card.problem} size={14} />
    </span>
  );
}

function Inside({ card, fits }: { card: Card; fits: ReadonlySet<string> | null }) {
  const state = useStore((store) => store.steps.get(card.id));
  const data = useStore((store) => (card.kind === "data" ? store.data.get(card.id) : undefined));
  const ports = <Ports card={card} fits={fits} />;
  if (card.kind === "parameter") {
    return (
      <>
        <div className="line1">
          <Icon name="parameter" size={14} />
          <span className="label">{card.label.shown}</span>
          <Problem card={card} />
        </div>
        <div className="line2">{card.sub?.shown}</div>
        {ports}
      </>
    );
  }
  if (card.kind === "data") {
    const sign = typeSign(card.data_type, data?.kind);
    return (
      <>
        <div className="line1">
          <span className={`letter type-${sign.look}`}>{sign.letter}</span>
          <span className="label">{card.label.shown}</span>
          <Problem card={card} />
          {data?.exists === true && data.stale && <span title="What makes it is to run again"><StateSign state="stale" size={14} /></span>}
        </div>
        <div className="line2">{card.sub?.shown}</div>
        {card.slot && <Slot card={card} />}
        {ports}
      </>
    );
  }
  const several = state !== undefined && state.counts.units > 1;
  return (
    <>
      <div className="line1">
        <Icon name={card.badges.some((badge) => badge.kind === "loop") ? "reset" : KIND_ICONS[card.kind]} size={14} />
        <span className="label">{card.label.shown}</span>
        <Problem card={card} />
        <span title={state === undefined ? "Not known yet" : several ? countsWords(state.counts) : [STATES[state.state].word, ...state.why].join("\n")}>
          <StateSign state={state?.state ?? "unknown"} />
        </span>
      </div>
      <div className="line2">{several ? tally(state.counts) : card.sub?.shown}</div>
      {ports}
      {several && <CountsBar counts={state.counts} />}
      <Badges card={card} />
    </>
  );
}

/** `9 ✓ 1 ✗ 2 …`, in words for those who cannot tell the signs. */
function tally(counts: { ok: number; failed: number; running: number; stale: number; skipped: number }): React.ReactNode {
  const parts: [number, string, string][] = [
    [counts.ok, "✓", "ok"],
    [counts.failed, "✗", "fail"],
    [counts.running, "▸", "run"],
    [counts.stale, "↻", "stale"],
    [counts.skipped, "»", "skip"],
  ];
  return (
    <span className="tally">
      {parts.map(([many, sign, look]) => many > 0 && <span key={sign} className={`state ${look}`}>{`${many} ${sign}`}</span>)}
    </span>
  );
}

/** One card. */
export const CardBox = memo(function CardBox({ card, selected }: { card: Card; selected: boolean }) {
  const far = useContext(Far);
  const box = useRef<HTMLDivElement>(null);
  const fits = useFits(card);
  const step = useStore((store) => store.steps.get(card.id));
  const data = useStore((store) => (card.kind === "data" ? store.data.get(card.id) : undefined));
  const wish = useGraph((now) => (now.focus === card.id ? now.wish : 0));
  const isFirst = useGraph((now) => now.focus === null) && useStore.getState().doc?.board.cards[0]?.id === card.id;
  const dim = useGraph((now) => now.filter !== null && !now.filter.ids.has(card.id));
  const here = useGraph((now) => now.focus === card.id);
  useEffect(() => {
    if (wish > 0 && document.activeElement !== box.current) box.current?.focus({ preventScroll: true });
  }, [wish]);
  const look = card.kind === "data" ? (data?.exists === false ? "none" : "") : card.kind === "parameter" ? "" : STATES[step?.state ?? "unknown"].look;
  const stacked = card.kind === "branches" || card.kind === "group" || (card.units ?? 1) > 1;
  return (
    <div
      ref={box}
      id={`card ${card.id}`}
      role="group"
      aria-roledescription="card"
      aria-label={cardWords(card, step, data) + (selected ? ", selected" : "")}
      tabIndex={here || isFirst ? 0 : -1}
      className={`card ${card.kind} ${look} ${stacked ? "stacked" : ""} ${selected ? "selected" : ""} ${dim ? "dim" : ""} ${far ? "far" : ""} ${fits !== null && fits.size === 0 ? "out" : ""} ${card.badges.some((badge) => badge.kind === "disabled" || badge.kind === "optional") ? "aside" : ""}`}
      style={{ width: card.w, height: card.h }}
      data-card={card.id}
      onFocus={() => {
        if (graph().focus !== card.id) setGraph({ focus: card.id });
      }}
    >
      {far ? <span className="far-label">{card.label.shown}</span> : <Inside card={card} fits={fits} />}
    </div>
  );
});

/** The frame round a group. */
export const FrameBox = memo(function FrameBox({ frame, selected }: { frame: Frame; selected: boolean }) {
  const state = useStore((store) => store.steps.get(frame.id));
  return (
    <div className={`frame ${selected ? "selected" : ""}`} style={{ width: frame.w, height: frame.h }}>
      <div className="frame-head" title={`${frame.label.full}: double click folds it into one card`}>
        <Icon name={frame.id.startsWith("fold:") ? "branches" : "group"} size={14} />
        <span className="label">{frame.label.shown}</span>
        {frame.badges.map((badge) => (
          <span key={badge.text} className="badge" title={badge.title}>
            {badge.text}
          </span>
        ))}
        {state !== undefined && <StateSign state={state.state} size={14} />}
      </div>
    </div>
  );
});

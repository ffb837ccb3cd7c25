// Wires drawn by hand: from a port to the pointer, with an answer while it hovers.
import { useReactFlow } from "@xyflow/react";
import { useCallback } from "react";
import { api, useStore } from "../api/store";
import type { OpVerdict, Target } from "../api/types";
import type { Intents } from "./GraphSurface";
import { type End, directed, endOf, unfit } from "./connect";
import { type Verdict, graph, setGraph } from "./state";

/** The port below a point; over a card, the port of it that fits best. */
function under(at: { x: number; y: number }, start: End, back: boolean): End | null {
  const board = useStore.getState().doc?.board;
  const element = document.elementFromPoint(at.x, at.y);
  if (board === undefined || element === null) return null;
  const port = element.closest<HTMLElement>("[data-port]") ?? element.closest(".port")?.querySelector<HTMLElement>("[data-port]");
  if (port != null) return endOf(board, { node: port.dataset["node"] ?? "", port: port.dataset["port"] ?? "" });
  const card = board.cards.find((one) => one.id === element.closest<HTMLElement>("[data-card]")?.dataset["card"]);
  if (card === undefined || card.id === start.card.id) return null;
  const fits = card.ports.map((one) => ({ card, port: one })).filter((end) => (back ? unfit(end, start) : unfit(start, end)) === null);
  return fits.find((end) => end.port.state === "open") ?? fits[0] ?? (card.ports[0] === undefined ? null : { card, port: card.ports[0] });
}

const target = (end: End): Target => ({ node: end.card.id, port: end.port.id });

export function usePortDrag(locked: boolean, intents: Intents): (event: React.PointerEvent) => void {
  const flow = useReactFlow();
  return useCallback(
    (event) => {
      const port = (event.target as Element).closest<HTMLElement>("[data-port]");
      const board = useStore.getState().doc?.board;
      if (port === null || board === undefined || locked || event.button !== 0) return;
      const from = { node: port.dataset["node"] ?? "", port: port.dataset["port"] ?? "" };
      const start = endOf(board, from);
      if (start === null) return;
      event.preventDefault();
      event.stopPropagation();
      const back = start.port.side === "left";
      const point = { x: start.card.x + (back ? 0 : start.card.w), y: start.card.y + start.port.y };
      const pointer = { x: event.clientX, y: event.clientY };
      const answers = new Map<string, Verdict>();
      let asked: AbortController | null = null;
      setGraph({ drag: { from, back, start: point, end: point, pointer, over: null, verdict: null } });

      const ask = (over: Target) => {
        const key = `${over.node}\n${over.port}`;
        asked?.abort();
        asked = new AbortController();
        const { signal } = asked;
        const { from: one, to: other } = directed(from, over, back);
        api.post<OpVerdict>("check", { ops: [{ op: "connect", from: one, to: other }] }).then(
          (verdict) => {
            answers.set(key, verdict);
            const { drag } = graph();
            if (!signal.aborted && drag?.over?.node === over.node && drag.over.port === over.port) setGraph({ drag: { ...drag, verdict } });
          },
          () => undefined,
        );
      };
      const move = (now: PointerEvent) => {
        const { drag } = graph();
        if (drag === null) return;
        const at = { x: now.clientX, y: now.clientY };
        const end = under(at, start, back);
        const over = end === null || end.card.id === start.card.id ? null : target(end);
        let verdict: Verdict | null = null;
        if (over !== null && end !== null) {
          const why = back ? unfit(end, start) : unfit(start, end);
          const known = answers.get(`${over.node}\n${over.port}`);
          if (why !== null && !/ takes /.test(why)) verdict = { allowed: false, reason: why };
          else if (known !== undefined) verdict = known;
          else if (drag.over?.node !== over.node || drag.over.port !== over.port) ask(over);
        }
        const place = end !== null && over !== null ? { x: end.card.x + (end.port.side === "left" ? 0 : end.card.w), y: end.card.y + end.port.y } : flow.screenToFlowPosition(at);
        setGraph({ drag: { ...drag, end: place, pointer: at, over, verdict } });
      };
      const done = () => {
        removeEventListener("pointermove", move);
        removeEventListener("pointerup", up);
        removeEventListener("pointercancel", done);
        removeEventListener("keydown", key, true);
        asked?.abort();
        setGraph({ drag: null });
      };
      const up = (now: PointerEvent) => {
        const { drag } = graph();
        done();
        if (drag === null) return;
        const at = { x: now.clientX, y: now.clientY };
        if (Math.hypot(at.x - pointer.x, at.y - pointer.y) < 4) return;
        if (drag.over !== null) {
          const { from: one, to: other } = directed(from, drag.over, back);
          intents.connect(one, other);
        } else if (document.elementFromPoint(at.x, at.y)?.closest(".surface") != null) intents.drop(from, back, at, flow.screenToFlowPosition(at));
      };
      const key = (now: KeyboardEvent) => {
        if (now.key !== "Escape") return;
        now.preventDefault();
        now.stopPropagation();
        done();
      };
      addEventListener("pointermove", move);
      addEventListener("pointerup", up);
      addEventListener("pointercancel", done);
      addEventListener("keydown", key, true);
    },
    [flow, intents, locked],
  );
}

// So far away that a card is a speck: a few paths stand for all of them.
import { memo, useMemo } from "react";
import { useStore } from "../api/store";
import type { Board } from "../api/types";
import { useGraph } from "./state";
import { STATES } from "./words";

/** All cards but these, as plain rectangles of their colours. */
export const FarCards = memo(function FarCards({ board, without }: { board: Board; without: ReadonlySet<string> }) {
  const steps = useStore((store) => store.steps);
  const data = useStore((store) => store.data);
  const filter = useGraph((now) => now.filter);
  const paths = useMemo(() => {
    const all = new Map<string, string[]>();
    for (const card of board.cards) {
      if (without.has(card.id)) continue;
      const look = card.kind === "data" ? (data.get(card.id)?.exists === true ? "" : "none") : card.kind === "parameter" ? "" : STATES[steps.get(card.id)?.state ?? "unknown"].look;
      const kind = card.kind === "data" || card.kind === "parameter" ? card.kind : "step";
      const key = `speck ${kind} ${look}${filter !== null && !filter.ids.has(card.id) ? " dim" : ""}`;
      const path = `M${card.x} ${card.y}h${card.w}v${card.h}h${-card.w}z`;
      const same = all.get(key);
      if (same === undefined) all.set(key, [path]);
      else same.push(path);
    }
    return all;
  }, [board, without, steps, data, filter]);
  return (
    <svg className="specks" width={1} height={1} aria-hidden="true">
      {[...paths].map(([key, path]) => (
        <path key={key} className={key} d={path.join("")} />
      ))}
    </svg>
  );
});

// Two panes with a bar between them that can be moved with the pointer and with arrows; remembered.
import { Children, useRef, useState, type KeyboardEvent, type PointerEvent, type ReactNode } from "react";

export interface SplitProps {
  /** Under which name it is remembered. */
  name: string;
  direction: "across" | "down";
  /** The part of the first pane, 0 to 1, to begin with. */
  start: number;
  /** The least size of a pane, in pixels. */
  least: number;
  children: ReactNode;
}

const key = (name: string) => `loom-ui:split:${name}`;

function remembered(name: string, start: number): number {
  try {
    const kept = Number(localStorage.getItem(key(name)));
    return kept > 0.05 && kept < 0.95 ? kept : start;
  } catch {
    return start;
  }
}

/** The panes. With one child there is one pane, and it stays the same when another one comes. */
export function Split({ name, direction, start, least, children }: SplitProps) {
  const [part, setPart] = useState(() => remembered(name, start));
  const box = useRef<HTMLDivElement>(null);
  const [first, second] = Children.toArray(children);
  const across = direction === "across";
  const put = (wanted: number) => {
    const size = across ? (box.current?.clientWidth ?? 1000) : (box.current?.clientHeight ?? 700);
    const edge = Math.min(0.45, least / Math.max(1, size));
    const next = Math.min(1 - edge, Math.max(edge, wanted));
    setPart(next);
    try {
      localStorage.setItem(key(name), String(next));
    } catch {
      // Nothing is remembered where nothing may be kept.
    }
  };
  const onMove = (event: PointerEvent<HTMLDivElement>) => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId) || box.current === null) return;
    const area = box.current.getBoundingClientRect();
    put(across ? (event.clientX - area.left) / area.width : (event.clientY - area.top) / area.height);
  };
  const onKey = (event: KeyboardEvent) => {
    const by = { ArrowLeft: across ? -0.03 : 0, ArrowRight: across ? 0.03 : 0, ArrowUp: across ? 0 : -0.03, ArrowDown: across ? 0 : 0.03 }[event.key] ?? 0;
    if (by !== 0) {
      event.preventDefault();
      put(part + by);
    } else if (event.key === "Home") {
      event.preventDefault();
      put(start);
    }
  };
  return (
    <div ref={box} className={`split ${direction}`}>
      <div className="split-pane" style={{ flex: second === undefined ? "1 1 0" : `${part} 1 0` }}>
        {first}
      </div>
      {second !== undefined && (
        <>
          <div
            className="split-bar"
            role="separator"
            aria-label="Size of the panes"
            aria-orientation={across ? "vertical" : "horizontal"}
            aria-valuemin={0}
            aria-valuemax={100}
            aria-valuenow={Math.round(part * 100)}
            tabIndex={0}
            onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
            onPointerMove={onMove}
            onDoubleClick={() => put(start)}
            onKeyDown={onKey}
          />
          <div className="split-pane" style={{ flex: `${1 - part} 1 0` }}>
            {second}
          </div>
        </>
      )}
    </div>
  );
}

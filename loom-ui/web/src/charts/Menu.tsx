// A menu at a place, for a row.
import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent } from "react";
import "./panes.css";
import { createPortal } from "react-dom";

export interface MenuItem {
  label: string;
  run(): void;
  disabled?: boolean;
}

/** The menu; focus goes back to where it was. */
export function Menu({ at, label, items, onClose }: { at: { x: number; y: number }; label: string; items: readonly MenuItem[]; onClose(): void }) {
  const box = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState({ left: at.x, top: at.y });
  const back = useRef<HTMLElement | null>(null);
  useLayoutEffect(() => {
    back.current = document.activeElement as HTMLElement | null;
    const size = box.current?.getBoundingClientRect();
    if (size) setPlace({ left: Math.max(8, Math.min(at.x, innerWidth - size.width - 8)), top: Math.max(8, Math.min(at.y, innerHeight - size.height - 8)) });
    box.current?.querySelector<HTMLElement>('[role="menuitem"]:not(:disabled)')?.focus();
  }, [at.x, at.y]);
  const close = () => {
    onClose();
    back.current?.focus();
  };
  useEffect(() => {
    const away = (event: PointerEvent) => {
      if (!box.current?.contains(event.target as Node)) onClose();
    };
    addEventListener("pointerdown", away, true);
    return () => removeEventListener("pointerdown", away, true);
  }, [onClose]);
  const onKey = (event: KeyboardEvent) => {
    event.stopPropagation();
    if (event.key === "Escape" || event.key === "Tab") {
      event.preventDefault();
      close();
      return;
    }
    const all = [...(box.current?.querySelectorAll<HTMLElement>('[role="menuitem"]:not(:disabled)') ?? [])];
    const here = all.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined || all.length === 0) return;
    event.preventDefault();
    all[(to + all.length) % all.length]?.focus();
  };
  return createPortal(
    <div ref={box} className="screen-popup" role="menu" aria-label={label} style={place} onKeyDown={onKey}>
      {items.map((item) => (
        <button
          key={item.label}
          type="button"
          role="menuitem"
          tabIndex={-1}
          disabled={item.disabled}
          onClick={() => {
            close();
            item.run();
          }}
        >
          {item.label}
        </button>
      ))}
    </div>,
    document.body,
  );
}

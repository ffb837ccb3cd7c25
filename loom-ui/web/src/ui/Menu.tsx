import { useEffect, useLayoutEffect, useRef, useState, type ReactNode } from "react";
import { createPortal } from "react-dom";
import { Icon, type IconName } from "./Icon";

export type Item = { label: string; icon?: IconName; hint?: string; disabled?: boolean; checked?: boolean; onPick: () => void } | { heading: string } | "rule";

interface Props {
  label: string;
  items: readonly Item[];
  /** Where it opens: below an element, or at a point. */
  at: DOMRect | { x: number; y: number };
  onClose: () => void;
}

/** A menu, by pointer and by keyboard. */
export function Menu({ label, items, at, onClose }: Props) {
  const ref = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState({ left: 0, top: 0 });
  useLayoutEffect(() => {
    const menu = ref.current;
    if (menu === null) return;
    const below = "bottom" in at ? at.bottom + 4 : at.y;
    const above = "bottom" in at ? at.top - 4 : at.y;
    const { offsetWidth: w, offsetHeight: h } = menu;
    const top = below + h > innerHeight - 8 && above - h > 8 ? above - h : Math.max(8, Math.min(below, innerHeight - h - 8));
    setPlace({ left: Math.max(8, Math.min(at.x, innerWidth - w - 8)), top });
    menu.querySelector<HTMLElement>("[role^=menuitem]:not(:disabled)")?.focus();
  }, [at]);
  useEffect(() => {
    const before = document.activeElement;
    const away = (event: PointerEvent) => {
      if (!ref.current?.contains(event.target as Node)) onClose();
    };
    addEventListener("pointerdown", away, true);
    return () => {
      removeEventListener("pointerdown", away, true);
      if (before instanceof HTMLElement && (document.activeElement === document.body || document.activeElement === null)) before.focus();
    };
  }, [onClose]);
  const move = (by: number | "first" | "last") => {
    const all = [...(ref.current?.querySelectorAll<HTMLElement>("[role^=menuitem]:not(:disabled)") ?? [])];
    const here = all.indexOf(document.activeElement as HTMLElement);
    const next = by === "first" ? 0 : by === "last" ? all.length - 1 : (here + by + all.length) % all.length;
    all[next]?.focus();
  };
  return createPortal(
    <div
      ref={ref}
      role="menu"
      aria-label={label}
      className="menu"
      style={place}
      onKeyDown={(event) => {
        const key = event.key;
        if (key === "Escape" || key === "Tab") onClose();
        else if (key === "ArrowDown") move(1);
        else if (key === "ArrowUp") move(-1);
        else if (key === "Home") move("first");
        else if (key === "End") move("last");
        else return;
        event.stopPropagation();
        event.preventDefault();
      }}
    >
      {items.map((item, index): ReactNode =>
        item === "rule" ? (
          <hr key={index} />
        ) : "heading" in item ? (
          <div key={index} className="heading" role="presentation">
            {item.heading}
          </div>
        ) : (
          <button
            key={index}
            type="button"
            role={item.checked === undefined ? "menuitem" : "menuitemradio"}
            aria-checked={item.checked}
            disabled={item.disabled}
            tabIndex={-1}
            onClick={() => {
              onClose();
              item.onPick();
            }}
          >
            {item.checked !== undefined ? item.checked ? <Icon name="check" /> : <span style={{ width: 16 }} /> : item.icon !== undefined && <Icon name={item.icon} />}
            <span className="clip">{item.label}</span>
            {item.hint !== undefined && <span className="hint">{item.hint}</span>}
          </button>
        ),
      )}
    </div>,
    document.body,
  );
}

/** What opens a menu: spread `button` on it and put `menu` anywhere. */
export function useMenu(label: string, items: () => readonly Item[]) {
  const [at, setAt] = useState<DOMRect | { x: number; y: number } | null>(null);
  return {
    button: {
      "aria-haspopup": "menu" as const,
      "aria-expanded": at !== null,
      onClick: (event: React.MouseEvent<HTMLElement>) => setAt(event.currentTarget.getBoundingClientRect()),
    },
    openAt: (x: number, y: number) => setAt({ x, y }),
    menu: at !== null && <Menu label={label} items={items()} at={at} onClose={() => setAt(null)} />,
  };
}

import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from "react";
import { createPortal } from "react-dom";

/** Something to choose from, where the pointer is. Escape and a press elsewhere close it; the focus goes back. */
export function Popup({ label, at, onClose, children }: { label: string; at: { x: number; y: number }; onClose: () => void; children: ReactNode }) {
  const box = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState({ left: at.x, top: at.y });
  useLayoutEffect(() => {
    const { offsetWidth: w = 0, offsetHeight: h = 0 } = box.current ?? {};
    setPlace({ left: Math.max(8, Math.min(at.x, innerWidth - w - 8)), top: Math.max(52, Math.min(at.y, innerHeight - Math.max(h, 320) - 34)) });
  }, [at.x, at.y]);
  useEffect(() => {
    const before = document.activeElement;
    const away = (event: PointerEvent) => {
      if (!box.current?.contains(event.target as Node)) onClose();
    };
    addEventListener("pointerdown", away, true);
    return () => {
      removeEventListener("pointerdown", away, true);
      if (before instanceof HTMLElement && (document.activeElement === document.body || document.activeElement === null)) before.focus();
    };
  }, [onClose]);
  return createPortal(
    <div
      ref={box}
      className="popup"
      role="dialog"
      aria-label={label}
      style={place}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.preventDefault();
        event.stopPropagation();
        onClose();
      }}
    >
      {children}
    </div>,
    document.body,
  );
}

import { useRef } from "react";

/** Between two panels: dragged, or moved with the arrows. `side` is where the panel stands that it makes wider. */
export function Splitter({ label, side, width, min, max, onChange }: { label: string; side: "left" | "right"; width: number; min: number; max: number; onChange: (width: number) => void }) {
  const from = useRef<{ x: number; width: number } | null>(null);
  const sign = side === "left" ? 1 : -1;
  const to = (next: number) => onChange(Math.round(Math.max(min, Math.min(max, next))));
  return (
    <div
      className="splitter"
      role="separator"
      tabIndex={0}
      aria-label={label}
      aria-orientation="vertical"
      aria-valuenow={width}
      aria-valuemin={min}
      aria-valuemax={max}
      onPointerDown={(event) => {
        from.current = { x: event.clientX, width };
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={(event) => {
        if (from.current !== null) to(from.current.width + sign * (event.clientX - from.current.x));
      }}
      onPointerUp={() => (from.current = null)}
      onPointerCancel={() => (from.current = null)}
      onKeyDown={(event) => {
        const step = event.key === "ArrowRight" ? 16 : event.key === "ArrowLeft" ? -16 : 0;
        if (step === 0) return;
        event.preventDefault();
        to(width + sign * step);
      }}
    />
  );
}

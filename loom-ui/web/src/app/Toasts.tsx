import { useEffect, useRef, useState } from "react";
import { dismiss, useStore } from "../api/store";
import { IconButton } from "../ui/Button";
import { line } from "../runs/words";

export function Toasts() {
  const toasts = useStore((store) => store.toasts);
  return (
    <div className="toasts">
      {toasts.map((toast) => (
        <div key={toast.id} className={`toast ${toast.kind}`} role={toast.kind === "error" ? "alert" : "status"}>
          <span className="spring">{toast.text}</span>
          <IconButton icon="close" label="Close" small onClick={() => dismiss(toast.id)} />
        </div>
      ))}
    </div>
  );
}

/** Tells a screen reader when a run begins and ends. */
export function Announcer() {
  const run = useStore((store) => store.run);
  const [said, setSaid] = useState("");
  const last = useRef<string | null>(null);
  useEffect(() => {
    const now = run === null ? null : `${run.run} ${run.state}`;
    if (last.current !== null && now !== null && now !== last.current && run !== null) setSaid(line(run));
    last.current = now ?? "";
  }, [run]);
  return (
    <div className="sr-only" role="status" aria-live="polite">
      {said}
    </div>
  );
}

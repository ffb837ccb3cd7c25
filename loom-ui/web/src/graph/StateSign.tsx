import type { StepState } from "../api/types";
import { STATES } from "./words";

const SIGNS: Record<string, React.ReactNode> = {
  fresh: <path d="m4 8.500 2.700 2.700L12 5.500" />,
  failed: <path d="M8 2.500a5.500 5.500 0 1 1 0 11 5.500 5.500 0 0 1 0-11zM6 6l4 4M10 6l-4 4" />,
  running: <path d="M8 2.800A5.200 5.200 0 1 1 2.800 8" />,
  queued: <path d="M3.500 8h.01M8 8h.01M12.500 8h.01" strokeWidth={2.600} />,
  stopped: <path d="M4.500 4.500h7v7h-7z" />,
  stale: <path d="M13 8a5 5 0 1 1-1.600-3.700M13 2.500v3h-3" />,
  skipped: <path d="m4 4.500 3.500 3.500L4 11.500M8.500 4.500 12 8l-3.500 3.500" />,
  left_out: <path d="M4 8h8" />,
  unknown: <path d="M8 3.500a4.500 4.500 0 1 1 0 9 4.500 4.500 0 0 1 0-9z" strokeDasharray="2 2.700" />,
};

/** How a step stands, as a sign of its own shape. */
export function StateSign({ state, size = 16 }: { state: StepState["state"]; size?: number }) {
  const { look, sign } = STATES[state];
  return (
    <svg className={`sign state ${look} ${sign}`} width={size} height={size} viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth={1.700} strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
      {SIGNS[sign]}
    </svg>
  );
}

/** How several units stand, each part as wide as there are many. */
export function CountsBar({ counts }: { counts: StepState["counts"] }) {
  const parts: [string, number][] = [
    ["ok", counts.ok],
    ["run", counts.running],
    ["fail", counts.failed],
    ["stale", counts.stale],
    ["skip", counts.skipped],
  ];
  return (
    <span className="counts" aria-hidden="true">
      {parts.map(([look, many]) => many > 0 && <span key={look} className={look} style={{ flexGrow: many }} />)}
    </span>
  );
}

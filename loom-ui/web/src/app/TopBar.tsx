import { useRef } from "react";
import { canWrite, openDialog, save, setTheme, showView, type Theme, useStore, VIEWS } from "../api/store";
import { Button, IconButton } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { useMenu, type Item } from "../ui/Menu";
import { command, VIEW_NAMES } from "./commands";

const pick = (id: string, label?: string): Item => {
  const one = command(id);
  return { label: label ?? one.label, disabled: one.enabled?.() === false, onPick: one.run, ...(one.keys === undefined ? {} : { hint: one.keys }) };
};

export function TopBar() {
  const doc = useStore((store) => store.doc);
  const view = useStore((store) => store.view);
  const session = useStore((store) => store.session);
  const run = useStore((store) => store.run);
  const tabs = useRef<HTMLDivElement>(null);
  useStore((store) => store.selection);
  const runs = useMenu("Run", () => [
    pick("run"),
    pick("run-force"),
    "rule",
    pick("run-selected"),
    pick("run-from"),
    pick("run-until"),
    pick("run-failed"),
    "rule",
    pick("run-with"),
    pick("plan"),
  ]);
  const more = useMenu("More", () => [
    pick("find"),
    pick("changes"),
    pick("layout"),
    pick("clean"),
    "rule",
    pick("open"),
    pick("keys"),
    "rule",
    { heading: "Theme" },
    ...(["system", "light", "dark"] as Theme[]).map((theme): Item => ({ label: { system: "As the system", light: "Light", dark: "Dark" }[theme], checked: useStore.getState().theme === theme, onPick: () => setTheme(theme) })),
  ]);
  const live = run !== null && (run.state === "running" || run.state === "waiting");
  const errors = doc?.diagnostics.filter((one) => one.severity === "error").length ?? 0;
  const problems = doc?.diagnostics.length ?? 0;
  const write = canWrite() && doc !== null;
  return (
    <header className="topbar">
      <svg className="mark" viewBox="0 0 32 32" role="img" aria-label="loom">
        <rect width="32" height="32" rx="7" fill="var(--accent)" />
        <g fill="none" stroke="var(--on-accent)" strokeWidth="2.8" strokeLinecap="round">
          <path d="M7 9h4c6 0 4 14 10 14h4M7 23h4c6 0 4-14 10-14h4" />
        </g>
      </svg>
      <h1 className="sr-only">{doc?.path ?? "loom"}</h1>
      <div className="name">
        <Button look="quiet" small onClick={() => openDialog({ kind: "open" })} title={doc === null ? "Open a pipeline" : `${session?.root ?? ""}/${doc.path}: open another one`}>
          <span className="clip">{doc?.path ?? "loom"}</span>
          <Icon name="down" size={12} />
        </Button>
        {doc?.dirty === true && <span className="dot" role="img" aria-label="Not saved" title="There are changes that are not saved" />}
      </div>
      <div className="tabs" role="tablist" aria-label="Views" ref={tabs}>
        {VIEWS.map((one, index) => (
          <button
            key={one}
            type="button"
            role="tab"
            id={`tab-${one}`}
            className="tab"
            aria-selected={one === view}
            aria-controls="view"
            tabIndex={one === view ? 0 : -1}
            title={`${VIEW_NAMES[one]} (Alt+${index + 1})`}
            onClick={() => showView(one)}
            onKeyDown={(event) => {
              const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
              if (by === 0) return;
              const next = (index + by + VIEWS.length) % VIEWS.length;
              showView(VIEWS[next] ?? "graph");
              tabs.current?.querySelectorAll<HTMLElement>("[role=tab]")[next]?.focus();
            }}
          >
            {VIEW_NAMES[one]}
            {one === "problems" && problems > 0 && <span className={`count ${errors > 0 ? "error" : "warning"}`}>{problems}</span>}
          </button>
        ))}
      </div>
      <span className="spring" />
      {session?.read_only === true && <span className="tag">read-only</span>}
      <IconButton icon="undo" label={doc?.undo == null ? "Undo" : `Undo ${doc.undo}`} hint="Ctrl+Z" disabled={!write || doc.undo === null} onClick={command("undo").run} />
      <IconButton icon="redo" label={doc?.redo == null ? "Redo" : `Redo ${doc.redo}`} hint="Ctrl+Shift+Z" disabled={!write || doc.redo === null} onClick={command("redo").run} />
      <Button small icon="save" disabled={!write || doc.read_only !== null} title={doc?.read_only ?? "Save (Ctrl+S)"} onClick={() => void save()}>
        Save
      </Button>
      {live ? (
        <Button small look="danger" icon="stop" onClick={command("stop").run} title="Stop the run (Ctrl+.)">
          Stop
        </Button>
      ) : (
        <span className="btn-group">
          <Button small look="primary" icon="run" disabled={!write} onClick={command("run").run} title="Run what changed (Ctrl+Enter)">
            Run
          </Button>
          <Button small look="primary" disabled={!write} aria-label="Other ways to run" {...runs.button}>
            <Icon name="down" size={12} />
          </Button>
        </span>
      )}
      <Button small look="quiet" className="wide" onClick={command("palette").run} title="All commands">
        <span className="kbd">Ctrl K</span>
      </Button>
      <IconButton icon="more" label="More" {...more.button} />
      {runs.menu}
      {more.menu}
    </header>
  );
}


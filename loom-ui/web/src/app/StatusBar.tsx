import { showView, openDialog, useStore } from "../api/store";
import { line } from "../runs/words";

export function StatusBar() {
  const doc = useStore((store) => store.doc);
  const run = useStore((store) => store.run);
  const connected = useStore((store) => store.connected);
  const tabs = useStore((store) => store.tabs);
  const session = useStore((store) => store.session);
  const problems = doc?.diagnostics.length ?? 0;
  const saved = doc === null ? "" : doc.dirty ? "Not saved" : "Saved";
  return (
    <footer className="statusbar">
      {doc !== null && (
        <>
          {doc.dirty ? (
            <button type="button" onClick={() => openDialog({ kind: "changes" })} title="Show what would be saved">
              {saved}
            </button>
          ) : (
            <span>{saved}</span>
          )}
          <button type="button" onClick={() => showView("problems")}>
            {problems === 0 ? "No problems" : `${problems} ${problems === 1 ? "problem" : "problems"}`}
          </button>
          <button type="button" onClick={() => showView("runs")}>
            {run === null ? "Nothing has run yet" : line(run)}
          </button>
        </>
      )}
      <span className="spring" />
      {tabs > 1 && <span>{tabs} tabs</span>}
      <span className="clip">{session?.root}</span>
      <span className={connected ? "" : "state fail"}>{connected ? "Connected" : "Not connected: trying again"}</span>
    </footer>
  );
}

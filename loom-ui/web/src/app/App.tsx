import { lazy, Suspense, useEffect } from "react";
import { act, openDialog, save, showView, useStore, type View } from "../api/store";
import { Button } from "../ui/Button";
import { listenToKeys } from "./commands";
import { Dialogs } from "./Dialogs";
import { StatusBar } from "./StatusBar";
import { Announcer, Toasts } from "./Toasts";
import { TopBar } from "./TopBar";

const SHOWN: Record<View, React.LazyExoticComponent<() => React.JSX.Element>> = {
  graph: lazy(() => import("../graph/GraphView")),
  runs: lazy(() => import("../runs/RunsView")),
  compare: lazy(() => import("../compare/CompareView")),
  history: lazy(() => import("../history/HistoryView")),
  problems: lazy(() => import("../problems/ProblemsView")),
  text: lazy(() => import("../text/TextView")),
};

export function App() {
  const fatal = useStore((store) => store.fatal);
  const doc = useStore((store) => store.doc);
  const docId = useStore((store) => store.docId);
  const view = useStore((store) => store.view);
  const session = useStore((store) => store.session);
  useEffect(listenToKeys, []);
  if (fatal !== null) return <Fatal why={fatal} />;
  const View = SHOWN[view];
  return (
    <div className="app">
      <TopBar />
      <Banner />
      <main className="main">
        <div role="tabpanel" id="view" aria-labelledby={`tab-${view}`}>
          {doc === null ? (
            <div className="message">{docId === null && session !== null ? <NothingOpen /> : <p>Loading…</p>}</div>
          ) : (
            <Suspense fallback={<div className="message"><p>Loading…</p></div>}>
              <View />
            </Suspense>
          )}
        </div>
      </main>
      <StatusBar />
      <Dialogs />
      <Toasts />
      <Announcer />
    </div>
  );
}

function NothingOpen() {
  return (
    <>
      <h2>No pipeline is open</h2>
      <p>Choose one of this folder, or make a new one.</p>
      <Button look="primary" onClick={() => openDialog({ kind: "open" })}>
        Open or make a pipeline
      </Button>
    </>
  );
}

function Fatal({ why }: { why: string }) {
  const noToken = why === "token";
  return (
    <main className="message">
      <h2>{noToken ? "This page needs its token" : "loom-ui cannot be reached"}</h2>
      {noToken ? (
        <p>
          Open the address that <code>loom-ui</code> has printed in its terminal: it ends with <code>#token=…</code>, and only who has that may see and run anything here.
        </p>
      ) : (
        <p>{why}</p>
      )}
      {!noToken && (
        <Button look="primary" onClick={() => location.reload()}>
          Try again
        </Button>
      )}
    </main>
  );
}

/** What is wrong with the file as a whole. */
function Banner() {
  const doc = useStore((store) => store.doc);
  const view = useStore((store) => store.view);
  if (doc === null) return <div />;
  const { outside, broken } = doc;
  if (outside !== null) {
    const conflicts = outside.conflicts.length;
    return (
      <div className="banner error" role="alert">
        <strong>{{ changed: "Changed outside", deleted: "File is gone", unreadable: "File cannot be read" }[outside.kind]}</strong>
        <p className="spring">
          {outside.message}. Nothing that you did here is lost.
        </p>
        {conflicts > 0 && (
          <Button small look="primary" onClick={() => openDialog({ kind: "conflicts" })}>
            Settle {conflicts} {conflicts === 1 ? "conflict" : "conflicts"}
          </Button>
        )}
        {outside.kind === "deleted" && (
          <Button small look="primary" onClick={() => void save(true)}>
            Save it anew
          </Button>
        )}
        {outside.kind === "changed" && (
          <Button small onClick={() => void act("reload")}>
            Take the file
          </Button>
        )}
      </div>
    );
  }
  if (broken && view !== "text") {
    const first = doc.diagnostics.find((one) => one.severity === "error");
    const place = first?.places[0]?.[0];
    return (
      <div className="banner error" role="alert">
        <strong>The text cannot be read</strong>
        <p className="spring">
          {place !== undefined && (
            <>
              line {place.line}, column {place.column}:{" "}
            </>
          )}
          {first?.message}
          {first?.excerpt != null && <code> {first.excerpt.trim()}</code>}.{doc.board.cards.length > 0 && " The graph is that of the last text that could."}
        </p>
        <Button small look="primary" onClick={() => showView("text")}>
          Mend the text
        </Button>
      </div>
    );
  }
  return <div />;
}

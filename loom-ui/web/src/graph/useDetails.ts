import { useEffect, useState } from "react";
import { segment } from "../api/client";
import { api, useStore } from "../api/store";
import type { DataFacts, Details } from "../api/types";

/** All that is known of a node; asked again whenever the text changes. */
export function useDetails(id: string | null): Details | null {
  const rev = useStore((store) => store.doc?.rev);
  const version = useStore((store) => store.doc?.version);
  const [details, setDetails] = useState<Details | null>(null);
  useEffect(() => {
    if (id === null) return setDetails(null);
    const abort = new AbortController();
    api.get<Details>(`nodes/${segment(id)}`, abort.signal).then(setDetails, () => {
      if (!abort.signal.aborted) setDetails(null);
    });
    return () => abort.abort();
  }, [id, rev, version]);
  return details?.id === id ? details : null;
}

/** How the data behind a node stands. */
export function useFacts(id: string | null): DataFacts | null {
  const etag = useStore((store) => (id === null ? null : (store.data.get(id)?.etag ?? null)));
  const rev = useStore((store) => store.doc?.rev);
  const [facts, setFacts] = useState<DataFacts | null>(null);
  useEffect(() => {
    if (id === null) return setFacts(null);
    const abort = new AbortController();
    api.get<DataFacts>(`data/${segment(id)}`, abort.signal).then(setFacts, () => undefined);
    return () => abort.abort();
  }, [id, etag, rev]);
  return facts?.id === id ? facts : null;
}

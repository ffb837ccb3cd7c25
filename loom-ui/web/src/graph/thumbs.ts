// Pictures of data: asked for with the token, kept until what they show changes.
import { useEffect, useState } from "react";
import { segment } from "../api/client";
import { api, useStore } from "../api/store";

const kept = new Map<string, string>();
const MOST = 200;

/** The address of a picture of data, once it is here. */
export function useThumb(id: string, etag: string | null, width: number): string | null {
  const doc = useStore((store) => store.docId);
  const key = etag === null ? null : `${doc ?? ""} ${id} ${etag} ${width}`;
  const [url, setUrl] = useState<string | null>(key === null ? null : (kept.get(key) ?? null));
  useEffect(() => {
    if (key === null) return setUrl(null);
    const known = kept.get(key);
    if (known !== undefined) return setUrl(known);
    const abort = new AbortController();
    api.blob(`data/${segment(id)}/thumb?w=${width}`, abort.signal).then(
      (blob) => {
        const made = URL.createObjectURL(blob);
        kept.set(key, made);
        const [oldest] = kept.keys();
        if (kept.size > MOST && oldest !== undefined) {
          URL.revokeObjectURL(kept.get(oldest) ?? "");
          kept.delete(oldest);
        }
        setUrl(made);
      },
      () => setUrl(null),
    );
    return () => abort.abort();
  }, [key, id, width]);
  return url;
}

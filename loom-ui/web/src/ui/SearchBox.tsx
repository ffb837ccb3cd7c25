import type { RefObject } from "react";

interface Props {
  label: string;
  /** Of what there are several: `match`. */
  one: string;
  field: RefObject<HTMLInputElement | null>;
  query: string;
  /** How many there are, in words. */
  found: string;
  none: boolean;
  onQuery: (query: string) => void;
  onStep: (forward: boolean) => void;
  /** What Escape does besides; without it, the field is emptied. */
  onEscape?: () => void;
}

/** A field to search in what is shown, with the way to the next place and to the one before. */
export function SearchBox({ label, one, field, query, found, none, onQuery, onStep, onEscape }: Props) {
  return (
    <div className="log-search" role="search">
      <input
        ref={field}
        type="search"
        className="input small"
        placeholder={label}
        aria-label={label}
        value={query}
        onChange={(event) => onQuery(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter") {
            event.preventDefault();
            onStep(!event.shiftKey);
          } else if (event.key === "Escape" && (onEscape !== undefined || query !== "")) {
            event.stopPropagation();
            if (onEscape !== undefined) onEscape();
            else onQuery("");
          }
        }}
      />
      {query !== "" && (
        <span className="log-count" role="status">
          {found}
        </span>
      )}
      <button type="button" className="btn small square" aria-label={`Previous ${one}`} title={`Previous ${one} (Shift+Enter)`} disabled={none} onClick={() => onStep(false)}>
        ↑
      </button>
      <button type="button" className="btn small square" aria-label={`Next ${one}`} title={`Next ${one} (Enter)`} disabled={none} onClick={() => onStep(true)}>
        ↓
      </button>
    </div>
  );
}

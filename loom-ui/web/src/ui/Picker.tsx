import { useEffect, useId, useRef, useState } from "react";
import { Icon, type IconName } from "./Icon";

export interface Option {
  id: string;
  label: string;
  sub?: string | undefined;
  hint?: string | undefined;
  icon?: IconName;
  onPick: () => void;
}

/** How well a text fits what was typed; 0 if not at all. */
export function fits(text: string, query: string): number {
  const [here, wanted] = [text.toLowerCase(), query.trim().toLowerCase()];
  if (wanted === "") return 1;
  if (here.startsWith(wanted)) return 4;
  const at = here.indexOf(wanted);
  if (at >= 0) return /[^a-z0-9]/.test(here[at - 1] ?? "") ? 3 : 2.5;
  let from = 0;
  for (const letter of wanted) {
    const found = here.indexOf(letter, from);
    if (found < 0) return 0;
    from = found + 1;
  }
  return 1;
}

/** A list to choose from by typing. */
export function Picker({ label, placeholder, options, onQuery, empty }: { label: string; placeholder: string; options: readonly Option[]; onQuery?: (query: string) => void; empty?: string }) {
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(0);
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const found = options
    .map((option) => ({ option, fit: Math.max(fits(option.label, query), fits(option.sub ?? "", query) * 0.6) }))
    .filter(({ fit }) => fit > 0)
    .sort((one, other) => (query.trim() === "" ? 0 : other.fit - one.fit))
    .slice(0, 200)
    .map(({ option }) => option);
  const here = Math.min(at, Math.max(0, found.length - 1));
  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [here, query]);
  return (
    <div className="picker">
      <input
        className="input"
        role="combobox"
        aria-label={label}
        aria-expanded="true"
        aria-controls={id}
        aria-activedescendant={found[here] === undefined ? undefined : `${id}-${here}`}
        placeholder={placeholder}
        value={query}
        autoFocus
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => {
          setQuery(event.target.value);
          setAt(0);
          onQuery?.(event.target.value);
        }}
        onKeyDown={(event) => {
          if (event.key === "ArrowDown") setAt(Math.min(found.length - 1, here + 1));
          else if (event.key === "ArrowUp") setAt(Math.max(0, here - 1));
          else if (event.key === "Enter") found[here]?.onPick();
          else return;
          event.preventDefault();
        }}
      />
      <div className="results" role="listbox" id={id} aria-label={label} ref={list}>
        {found.map((option, index) => (
          <div key={option.id} id={`${id}-${index}`} role="option" aria-selected={index === here} onPointerMove={() => setAt(index)} onClick={option.onPick}>
            {option.icon !== undefined && <Icon name={option.icon} />}
            <span className="clip">{option.label}</span>
            {option.sub !== undefined && <span className="sub clip">{option.sub}</span>}
            {option.hint !== undefined && <span className="hint">{option.hint}</span>}
          </div>
        ))}
        {found.length === 0 && <p className="muted">{empty ?? "nothing fits"}</p>}
      </div>
    </div>
  );
}

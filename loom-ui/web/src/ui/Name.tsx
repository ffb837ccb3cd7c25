// A name that has to be cut is cut in its middle: names of steps that belong together begin alike, and differ at their ends.

/** How much of the end always stays, in characters. */
const TAIL = 8;

/** A name on one line, as much of it as there is room for. */
export function Name({ text, title, className = "" }: { text: string; title?: string | undefined; className?: string }) {
  const letters = [...text];
  const cut = letters.length > 2 * TAIL ? letters.length - TAIL : letters.length;
  return (
    <span className={`name ${className}`} title={title}>
      <span className="name-head">{letters.slice(0, cut).join("")}</span>
      {cut < letters.length && <span className="name-tail">{letters.slice(cut).join("")}</span>}
    </span>
  );
}

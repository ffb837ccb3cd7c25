// Which file belongs to which row. Pure.
import type { FileLink } from "../api/types";

/** Whether a name stands in a text as a whole: `depth=2` is not in `depth=20`. */
function has(text: string, name: string): boolean {
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    const before = text[at - 1] ?? "";
    const after = text.slice(at + name.length, at + name.length + 2);
    if (!/[\w.]/.test(before) && !/^(\w|\.\d)/.test(after)) return true;
  }
  return false;
}

/** The file of a row: one that is called after it, or after its unit, or that has all of its values in its name. */
export function fileOf(instances: readonly FileLink[], label: string, unit: string | null): FileLink | null {
  const parts = label.split(/[,\s]+/).filter(Boolean);
  return (
    instances.find((one) => one.label === label || (unit !== null && one.label === unit)) ??
    instances.find((one) => has(one.label, label) || (unit !== null && has(one.label, unit))) ??
    (parts.length === 0 ? undefined : instances.find((one) => parts.every((part) => has(one.label, part) || has(one.label, part.split("=")[1] ?? part)))) ??
    null
  );
}

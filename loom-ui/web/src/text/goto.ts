// Where the text is to be shown next: set from other views, taken by the editor.
import { create } from "zustand";

interface Goto {
  /** Grows with every wish, so that the same line can be wished for twice. */
  wish: number;
  line: number;
  column: number;
}

export const useGoto = create<Goto>(() => ({ wish: 0, line: 0, column: 1 }));

/** Shows a line of the text, from 1, as soon as the text is there. */
export function goToLine(line: number, column = 1): void {
  useGoto.setState((old) => ({ wish: old.wish + 1, line, column }));
}

// Where the text is to be shown next: set from other views, taken by the editor.
import { showLine } from "../api/store";

let wished = 1;

/** Shows a place of the text, line and column from 1, as soon as the text is there. */
export function goToLine(line: number, column = 1): void {
  wished = column;
  showLine(line);
}

/** The column that was wished for last; the first one from then on. */
export function takeColumn(): number {
  const column = wished;
  wished = 1;
  return column;
}

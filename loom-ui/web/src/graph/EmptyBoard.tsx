import { canWrite, notify, openDialog, showView } from "../api/store";
import { edit } from "../api/store";
import type { TaskInfo } from "../api/types";
import { Icon } from "../ui/Icon";

const EXAMPLE = `parameters:
  lines: 20

data:
  numbers:
    type: txt
    path: data/numbers.txt

pipeline:
  - name: make_numbers
    command: seq "$4" > "$2"
    outputs:
      -o: $numbers
    args:
      -n: $lines
`;

/** What a new pipeline shows: three ways to begin. */
export function EmptyBoard({ tasks, onAdd }: { tasks: readonly TaskInfo[]; onAdd: () => void }) {
  const locked = !canWrite();
  const begin = async () => {
    if (await edit([{ op: "paste", text: EXAMPLE }], { label: "begin with an example" })) notify("An example of one step; undo takes it away");
  };
  const way = (icon: "plus" | "branches" | "data" | "text", title: string, text: string, run: () => void, off = false) => (
    <button type="button" className="way" disabled={off} onClick={run}>
      <Icon name={icon} size={22} />
      <strong>{title}</strong>
      <span>{text}</span>
    </button>
  );
  return (
    <div className="empty-board">
      <h2>This pipeline is empty</h2>
      <p className="muted">A pipeline is made of steps that read data and make data.</p>
      <div className="ways">
        {way("plus", "Add a first step", tasks.length === 0 ? "A command, or a task from the tasks folder." : `${tasks.length} ${tasks.length === 1 ? "task is" : "tasks are"} at hand; or any command.`, onAdd, locked)}
        {way("branches", "Begin with an example", "A parameter, a step and a file, to be changed.", () => void begin(), locked)}
        {way("data", "Open another pipeline", "One that is in this folder already.", () => openDialog({ kind: "open" }))}
      </div>
      <button type="button" className="link" onClick={() => showView("text")}>
        or write it as text
      </button>
    </div>
  );
}

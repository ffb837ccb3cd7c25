// What may be joined to what: the first, local answer. The server has the last word.
import type { Board, Card, Port, Target, TaskInfo } from "../api/types";

export interface End {
  card: Card;
  port: Port;
}

export function endOf(board: Board, target: Target): End | null {
  const card = board.cards.find((one) => one.id === target.node);
  const port = card?.ports.find((one) => one.id === target.port);
  return card === undefined || port === undefined ? null : { card, port };
}

const typeOf = ({ card, port }: End) => (port.data_type ?? (card.kind === "data" ? card.data_type : null))?.toLowerCase() ?? null;

/** Why these cannot be joined as far as can be seen from here; none if they may. `from` gives, `to` takes. */
export function unfit(from: End, to: End): string | null {
  if (from.card.id === to.card.id) return "A card cannot feed itself";
  if (from.port.side !== "right") return "That takes something, too: a wire leads from what gives to what takes";
  if (to.port.side !== "left") return "That gives something, too: a wire leads from what gives to what takes";
  if (to.card.kind === "parameter") return "A parameter takes nothing";
  if (from.card.kind === "data" && to.card.kind === "data") return "Data is made by a step, not by other data";
  if (from.card.kind === "parameter" && to.card.kind === "data") return "A parameter is no file";
  if (from.card.kind === "parameter" && to.port.id.startsWith("in:")) return "An input takes data; a parameter goes to an argument";
  const [one, other] = [typeOf(from), typeOf(to)];
  if (one !== null && other !== null && one !== other && !loose(one) && !loose(other)) return `It gives ${one}, and ${to.port.label} takes ${other}`;
  return null;
}

const loose = (type: string) => type === "any" || type === "file" || type === "str" || type === "path";

/** From what gives to what takes, whichever end it was begun at. */
export function directed(one: Target, other: Target, back: boolean): { from: Target; to: Target } {
  return back ? { from: other, to: one } : { from: one, to: other };
}

/** All ports that a wire from here could lead to, the likeliest first. */
export function candidates(board: Board, start: End, back: boolean): End[] {
  const found: { end: End; points: number }[] = [];
  for (const card of board.cards) {
    for (const port of card.ports) {
      const end = { card, port };
      const [from, to] = back ? [end, start] : [start, end];
      if (unfit(from, to) !== null) continue;
      let points = port.state === "open" ? 4 : port.state === "value" ? 1 : 0;
      if (port.required) points += 2;
      // A file may be an argument, but seldom is.
      if (from.card.kind !== "parameter" && to.port.id.startsWith("arg:")) points -= 4;
      const [one, other] = [typeOf(from), typeOf(to)];
      if (one !== null && one === other) points += 3;
      // Through data that is there already, rather than past it.
      if (card.kind === "data") points += 1;
      found.push({ end, points });
    }
  }
  return found.sort((one, other) => other.points - one.points).map(({ end }) => end);
}

const ENDINGS: Record<string, string> = { csv: "csv", json: "json", image: "png", txt: "txt", text: "txt", video: "mp4" };

/** Where a new file may go: `data/NAME.csv`. */
export function pathFor(name: string, type: string | null): string {
  const plain = name.replace(/^-+/, "").replace(/[^A-Za-z0-9_.-]+/g, "_") || "data";
  if (type !== null && /folder/.test(type)) return `data/${plain}`;
  return `data/${plain}.${ENDINGS[type ?? ""] ?? (type === null ? "txt" : type.replace(/[^a-z0-9]/gi, ""))}`;
}

/** The tasks that have a port that fits, with the port. */
export function fittingTasks(tasks: readonly TaskInfo[], start: End, back: boolean): { task: TaskInfo; port: string }[] {
  const type = typeOf(start);
  return tasks.flatMap((task) => {
    const [ports, section] = back ? [task.outputs, "out"] : start.card.kind === "parameter" ? [task.args, "arg"] : [task.inputs, "in"];
    const fit = ports.find((port) => {
      const wanted = "data_type" in port ? port.data_type?.toLowerCase() ?? null : null;
      return start.card.kind === "parameter" || type === null || wanted === null || wanted === type || loose(wanted) || loose(type);
    });
    return fit === undefined ? [] : [{ task, port: `${section}:${fit.name}` }];
  });
}

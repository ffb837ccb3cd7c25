// What can be added to a pipeline, and the edits that add it.
import { edit, notify, select, useStore } from "../api/store";
import type { Op, TaskInfo, Written } from "../api/types";
import { freeName } from "../app/commands";
import { type End, candidates, directed, fittingTasks, pathFor } from "./connect";
import { focusCard } from "./state";
import { type IconName } from "../ui/Icon";
import { typeSign } from "./words";

export interface Place {
  x: number;
  y: number;
}

export type Thing = { thing: "task"; path: string } | { thing: "data"; type: string } | { thing: "parameter" } | { thing: "condition" } | { thing: "switch" } | { thing: "command" };

export const DATA_TYPES = ["csv", "json", "image", "txt", "video", "data_folder"];

export const stem = (path: string) =>
  (path.split("/").pop() ?? path)
    .replace(/\.[^.]+$/, "")
    .replace(/[^A-Za-z0-9_]+/g, "_");

const corner = (id: string, place: Place | null): Op[] => (place === null ? [] : [{ op: "move", positions: [[id, Math.round(place.x), Math.round(place.y)]] }]);

interface Made {
  id: string;
  ops: Op[];
}

const noStep = { task: null, command: null, kind: null, name: null, group: null };

/** The edits that add something, and what it will be called. */
export function made(thing: Thing, place: Place | null): Made {
  switch (thing.thing) {
    case "task": {
      const name = freeName(stem(thing.path));
      return { id: `step:${name}`, ops: [{ op: "add_step", ...noStep, task: thing.path, name }, ...corner(`step:${name}`, place)] };
    }
    case "data": {
      const name = freeName(thing.type.replace(/^data_/, ""));
      return { id: `data:${name}`, ops: [{ op: "add_data", name, data_type: thing.type, path: pathFor(name, thing.type) }, ...corner(`data:${name}`, place)] };
    }
    case "parameter": {
      const name = freeName("parameter");
      return { id: `param:${name}`, ops: [{ op: "add_parameter", name, value: { text: "1" } }, ...corner(`param:${name}`, place)] };
    }
    case "condition":
    case "switch": {
      const name = freeName(thing.thing);
      return { id: `step:${name}`, ops: [{ op: "add_step", ...noStep, kind: thing.thing, name }, ...corner(`step:${name}`, place)] };
    }
    case "command": {
      const name = freeName("command");
      return { id: `step:${name}`, ops: [{ op: "add_step", ...noStep, command: "echo hello", name }, ...corner(`step:${name}`, place)] };
    }
  }
}

/** Makes edits, and puts the keyboard on what they added. */
export async function add({ id, ops }: Made, label?: string): Promise<boolean> {
  const done = await edit(ops, label === undefined ? {} : { label });
  if (!done) return false;
  const there = useStore.getState().doc?.board.cards.some((card) => card.id === id) === true;
  if (there) {
    select([id]);
    focusCard(id);
    dispatchEvent(new CustomEvent("loom-reveal", { detail: id }));
  }
  notify(`Added ${id.slice(id.indexOf(":") + 1)}`);
  return true;
}

export interface Choice {
  id: string;
  label: string;
  sub?: string | undefined;
  hint?: string | undefined;
  icon: IconName;
  made: () => Made;
}

/** All that can be added without being joined to anything. */
export function things(tasks: readonly TaskInfo[], place: Place | null): Choice[] {
  const one = (id: string, label: string, icon: IconName, thing: Thing, sub?: string, hint?: string): Choice => ({ id, label, icon, sub, hint, made: () => made(thing, place) });
  return [
    ...tasks.map((task) => one(`task ${task.path}`, stem(task.path), "step", { thing: "task", path: task.path }, task.description ?? task.path, "task")),
    ...DATA_TYPES.map((type) => one(`data ${type}`, `${type} data`, typeSign(type).icon, { thing: "data", type }, undefined, "data")),
    one("parameter", "Parameter", "parameter", { thing: "parameter" }, "a value that steps share"),
    one("command", "Command", "command", { thing: "command" }, "a line for the shell"),
    one("condition", "Condition", "condition", { thing: "condition" }, "yes or no, from a file"),
    one("switch", "Switch", "switch", { thing: "switch" }, "one way or the other"),
  ];
}

const value = (text: string): Written => ({ text });

/** What a wire that was let go over nothing may become. */
export function choices(start: End, back: boolean, tasks: readonly TaskInfo[], place: Place): Choice[] {
  const { card, port } = start;
  const from = { node: card.id, port: port.id };
  const board = useStore.getState().doc?.board;
  const found: Choice[] = [];
  const wire = (other: { node: string; port: string }): Op => ({ op: "connect", ...directed(from, other, back) });
  const wanted = port.label.replace(/^-+/, "");
  const below = { x: back ? place.x - 192 : place.x, y: place.y - 24 };
  if (card.kind !== "data" && card.kind !== "parameter" && !port.id.startsWith("arg:")) {
    const known = port.data_type;
    for (const type of [...new Set([known, ...DATA_TYPES].filter((one): one is string => one !== null))].slice(0, known === null ? 6 : 3)) {
      const name = freeName(stem(wanted === "" || wanted === "output" ? `${card.label.full}_${back ? "in" : "out"}` : wanted));
      const id = `data:${name}`;
      found.push({
        id: `new ${type}`,
        label: `New ${type} data`,
        sub: pathFor(name, type),
        icon: typeSign(type).icon,
        made: () => ({ id, ops: [{ op: "add_data", name, data_type: type, path: pathFor(name, type) }, wire({ node: id, port: back ? "out" : "in" }), ...corner(id, below)] }),
      });
    }
  }
  if (back && port.id.startsWith("arg:")) {
    const name = freeName(stem(wanted === "" ? "parameter" : wanted.replace(/-/g, "_")));
    found.push({ id: "new parameter", label: `New parameter ${name}`, sub: port.value ?? undefined, icon: "parameter", made: () => ({ id: `param:${name}`, ops: [{ op: "add_parameter", name, value: value(port.value ?? "1") }, wire({ node: `param:${name}`, port: "out" }), ...corner(`param:${name}`, below)] }) });
  }
  if (board !== undefined) {
    for (const end of candidates(board, start, back).slice(0, 60)) {
      const name = end.card.label.full;
      const label = end.card.kind === "data" || end.card.kind === "parameter" || end.port.label === "" ? name : `${name}.${end.port.label}`;
      found.push({
        id: `wire ${end.card.id} ${end.port.id}`,
        label: back ? `Take from ▸ ${label}` : `Feed into ▸ ${label}`,
        sub: end.port.data_type ?? end.card.data_type ?? undefined,
        hint: end.port.state === "open" ? (end.port.required ? "needed" : "open") : undefined,
        icon: "link",
        made: () => ({ id: end.card.id, ops: [wire({ node: end.card.id, port: end.port.id })] }),
      });
    }
  }
  for (const { task, port: fit } of fittingTasks(tasks, start, back).slice(0, 40)) {
    const name = freeName(stem(task.path));
    found.push({
      id: `task ${task.path}`,
      label: `New step ${stem(task.path)}`,
      sub: task.description ?? task.path,
      icon: "step",
      made: () => ({ id: `step:${name}`, ops: [{ op: "add_step", ...noStep, task: task.path, name }, wire({ node: `step:${name}`, port: fit }), ...corner(`step:${name}`, below)] }),
    });
  }
  return found;
}

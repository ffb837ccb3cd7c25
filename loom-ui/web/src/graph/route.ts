// The course of a wire, as a path to draw.
import type { Point } from "../api/types";

const at = (point: Point) => `${round(point.x)} ${round(point.y)}`;
const round = (value: number) => Math.round(value * 10) / 10;

/**
 * Points two by two: within a pair the wire runs straight, from one pair to the next it is a curve that is level at both
 * ends, or a line where both have one `x`.
 */
export function pathOf(route: readonly Point[]): string {
  const [first, second] = route;
  if (first === undefined || second === undefined) return "";
  if (route.length === 2) return `M${at(first)}${curve(first, second)}`;
  let path = `M${at(first)}L${at(second)}`;
  for (let next = 2; next < route.length; next += 2) {
    const [before, one, other] = [route[next - 1] ?? second, route[next] ?? second, route[next + 1]];
    path += before.x === one.x ? `L${at(one)}` : curve(before, one);
    if (other !== undefined) path += `L${at(other)}`;
  }
  return path;
}

function curve(from: Point, to: Point): string {
  const reach = to.x >= from.x ? Math.max((to.x - from.x) / 2, Math.min(24, Math.abs(to.y - from.y) / 2)) : Math.min(120, 30 + (from.x - to.x) / 3);
  return `C${at({ x: from.x + reach, y: from.y })} ${at({ x: to.x - reach, y: to.y })} ${at(to)}`;
}

/** A wire while its ends are moved: the server finds it a better course once they are let go. */
export function shifted(route: readonly Point[], from: Point | undefined, to: Point | undefined): Point[] {
  const by = (point: Point, move: Point | undefined) => (move === undefined ? point : { x: point.x + move.x, y: point.y + move.y });
  if (from !== undefined && to !== undefined && from.x === to.x && from.y === to.y) return route.map((point) => by(point, from));
  const [first, last] = [route[0], route[route.length - 1]];
  if (first === undefined || last === undefined) return [...route];
  return [by(first, from), by(last, to)];
}

/** The box round a wire, with room for its curves. */
export function boxOf(route: readonly Point[]): { x: number; y: number; right: number; bottom: number } {
  const box = { x: Infinity, y: Infinity, right: -Infinity, bottom: -Infinity };
  for (const { x, y } of route) {
    box.x = Math.min(box.x, x);
    box.y = Math.min(box.y, y);
    box.right = Math.max(box.right, x);
    box.bottom = Math.max(box.bottom, y);
  }
  return { x: box.x - 40, y: box.y - 10, right: box.right + 40, bottom: box.bottom + 10 };
}

// Where the keyboard goes on the board, and what is joined to what.
import type { Board, Card } from "../api/types";

export type Way = "left" | "right" | "up" | "down" | "first" | "last";

const middle = (card: Card) => ({ x: card.x + card.w / 2, y: card.y + card.h / 2 });

/** The next card that way: left and right along the wires, up and down to what stands there. */
export function next(board: Board, from: string | null, way: Way): string | null {
  const { cards } = board;
  if (way === "first") return cards[0]?.id ?? null;
  if (way === "last") return cards[cards.length - 1]?.id ?? null;
  const here = cards.find((card) => card.id === from);
  if (here === undefined) return cards[0]?.id ?? null;
  const place = middle(here);
  const byId = new Map(cards.map((card) => [card.id, card]));
  if (way === "left" || way === "right") {
    const joined = board.wires
      .filter((wire) => wire.kind !== "feedback" && (way === "right" ? wire.from : wire.to) === here.id)
      .flatMap((wire) => byId.get(way === "right" ? wire.to : wire.from) ?? []);
    if (joined.length > 0) return nearest(joined, (card) => Math.abs(middle(card).y - place.y) + 0.01 * Math.abs(middle(card).x - place.x));
    const beside = cards.filter((card) => (way === "right" ? card.x >= here.x + here.w : card.x + card.w <= here.x));
    return nearest(beside, (card) => Math.abs(middle(card).x - place.x) + 2 * Math.abs(middle(card).y - place.y));
  }
  const beyond = cards.filter((card) => (way === "down" ? middle(card).y > place.y + 1 : middle(card).y < place.y - 1));
  return nearest(beyond, (card) => Math.abs(middle(card).y - place.y) + 2.5 * Math.abs(middle(card).x - place.x));
}

function nearest(cards: Card[], cost: (card: Card) => number): string | null {
  let best: Card | undefined;
  for (const card of cards) if (best === undefined || cost(card) < cost(best)) best = card;
  return best?.id ?? null;
}

/** A card and all that is before or behind it. */
export function joined(board: Board, start: string, way: "before" | "behind"): Set<string> {
  const leads = new Map<string, string[]>();
  for (const wire of board.wires) {
    if (wire.kind === "feedback") continue;
    const [from, to] = way === "behind" ? [wire.from, wire.to] : [wire.to, wire.from];
    const all = leads.get(from);
    if (all === undefined) leads.set(from, [to]);
    else all.push(to);
  }
  const ids = new Set([start]);
  const queue = [start];
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    for (const other of leads.get(id) ?? []) {
      if (ids.has(other)) continue;
      ids.add(other);
      queue.push(other);
    }
  }
  return ids;
}

/** The cards inside of a frame. */
export const inFrame = (board: Board, frame: string) => board.cards.filter((card) => card.frame === frame);

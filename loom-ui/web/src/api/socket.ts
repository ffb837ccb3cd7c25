// The one socket of this tab. It comes back by itself; what was missed meanwhile is fetched anew by those who listen.
import { token } from "./client";
import type { ClientMessage, ServerMessage } from "./types";

type Listener = (message: ServerMessage) => void;
const listeners = new Set<Listener>();
const wanted = new Map<string, ClientMessage>();
let socket: WebSocket | null = null;
let tries = 0;
let onState: (connected: boolean) => void = () => {};

/** Hears all that the server tells, until what is returned is called. */
export function hear(listener: Listener): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** Says something; what has a slot is said again after every reconnect, the newest of each slot. */
export function say(message: ClientMessage, slot?: string): void {
  if (slot !== undefined) wanted.set(slot, message);
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
}

/** Does not say it again. */
export function forget(slot: string): void {
  wanted.delete(slot);
}

/** Connects, and stays connected. */
export function connect(state: (connected: boolean) => void): void {
  onState = state;
  open();
}

function open(): void {
  const address = new URL("api/v1/ws", location.href);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  address.hash = "";
  const one = new WebSocket(address, ["loom", `token.${token ?? ""}`]);
  socket = one;
  one.onopen = () => {
    tries = 0;
    onState(true);
    for (const message of wanted.values()) one.send(JSON.stringify(message));
  };
  one.onmessage = (event: MessageEvent<string>) => {
    const message = JSON.parse(event.data) as ServerMessage;
    for (const listener of [...listeners]) listener(message);
  };
  one.onclose = () => {
    if (socket !== one) return;
    onState(false);
    tries += 1;
    setTimeout(open, Math.min(5000, 150 * 2 ** Math.min(tries, 6)));
  };
}

const LOG = "log";

/** Watches a log, also after the connection was gone for a while. */
export function watchLog(message: ClientMessage & { t: "watch_log" }): void {
  say(message, LOG);
}
export function unwatchLog(): void {
  forget(LOG);
  say({ t: "unwatch_log" });
}

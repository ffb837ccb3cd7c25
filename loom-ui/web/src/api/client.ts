// Requests to the server: with the token, and with one form of errors.
import type { Problem } from "./types";

const KEY = "loom-token";

/** Takes the token out of the address, where it came from, and keeps it for this tab. */
function takeToken(): string | null {
  const hash = new URLSearchParams(location.hash.slice(1));
  const given = hash.get("token");
  if (given !== null) {
    sessionStorage.setItem(KEY, given);
    hash.delete("token");
    const rest = hash.toString();
    history.replaceState(null, "", location.pathname + location.search + (rest === "" ? "" : `#${rest}`));
  }
  return given ?? sessionStorage.getItem(KEY);
}

export const token = takeToken();

/** Why the server did not do what was asked. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = "Refusal";
  }
}

async function send(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = { authorization: `Bearer ${token ?? ""}` };
  const init: RequestInit = { method, headers, cache: "no-store" };
  if (signal !== undefined) init.signal = signal;
  if (body !== undefined) {
    headers["content-type"] = "application/json";
    init.body = JSON.stringify(body);
  }
  let response: Response;
  try {
    response = await fetch(`api/v1/${path}`, init);
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Refusal(0, "offline", "loom-ui does not answer: is it still running?");
  }
  if (response.ok) return response;
  let problem: Problem = { code: "error", message: `the server answered ${response.status}` };
  try {
    problem = ((await response.json()) as { error: Problem }).error ?? problem;
  } catch {
    // Its status says enough.
  }
  throw new Refusal(response.status, problem.code, problem.message);
}

async function read<T>(response: Response): Promise<T> {
  const text = await response.text();
  return (text === "" ? undefined : JSON.parse(text)) as T;
}

export const http = {
  get: async <T>(path: string, signal?: AbortSignal) => read<T>(await send("GET", path, undefined, signal)),
  post: async <T>(path: string, body: unknown = {}) => read<T>(await send("POST", path, body)),
  put: async <T>(path: string, body: unknown) => read<T>(await send("PUT", path, body)),
  del: async <T>(path: string) => read<T>(await send("DELETE", path)),
  /** Bytes: pictures, and files to be kept. */
  blob: async (path: string, signal?: AbortSignal) => (await send("GET", path, undefined, signal)).blob(),
};

/** A name as one segment of a path. */
export const segment = encodeURIComponent;

/** Whether the server has something newer. */
export const isConflict = (problem: unknown) => problem instanceof Refusal && problem.status === 409;

/** What went wrong, for people. */
export function told(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

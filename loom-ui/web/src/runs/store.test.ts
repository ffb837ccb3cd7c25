import { beforeEach, expect, test, vi } from "vitest";
import type { RunDetail, RunInfo, ServerMessage } from "../api/types";

const { answers, server } = vi.hoisted(() => ({
  answers: [] as ((value: unknown) => void)[],
  server: { tell: (_: ServerMessage) => {} },
}));
vi.mock("../api/socket", () => ({ hear: (listener: (message: ServerMessage) => void) => (server.tell = listener) }));
vi.mock("../api/store", () => ({
  api: { get: () => new Promise((answer) => answers.push(answer)) },
  docId: () => "d",
}));
vi.mock("../api/client", () => ({ told: String }));
vi.mock("./place", () => ({ setPlace: () => {} }));

import { followRuns, loadRun, loadRuns, useRuns } from "./store";

const info = (number: number, state: string) => ({ run: `run${number}`, number, began: number, state, took_ms: 0 }) as unknown as RunInfo;
const detail = (number: number, state: string) => ({ info: info(number, state), units: [], lanes: 0 }) as RunDetail;
const tell = (told: RunInfo) => server.tell({ t: "run", doc: "d", info: told, units: [] } as unknown as ServerMessage);
const states = () => useRuns.getState().list?.map((one) => `${one.run} ${one.state}`);
const settled = () => new Promise((then) => setTimeout(then));

beforeEach(() => {
  answers.length = 0;
  useRuns.setState({ doc: "d", list: [], details: {}, heard: {}, error: null });
  followRuns();
});

test("a run that begins while the list is on its way stays", async () => {
  const asked = loadRuns();
  tell(info(2, "running"));
  answers[0]?.([info(1, "ok")]);
  await asked;
  expect(states()).toEqual(["run2 running", "run1 ok"]);
});

test("what was told is not taken back by an older answer, nor by two in the wrong order", async () => {
  const [first, second] = [loadRuns(), loadRuns()];
  tell(info(1, "ok"));
  answers[1]?.([info(1, "ok")]);
  await second;
  answers[0]?.([info(1, "running")]);
  await first;
  expect(states()).toEqual(["run1 ok"]);
});

test("an answer is believed of what nobody told meanwhile", async () => {
  tell(info(1, "running"));
  tell(info(2, "running"));
  await new Promise((then) => setTimeout(then, 5));
  const asked = loadRuns();
  answers[0]?.([info(1, "ok")]);
  await asked;
  expect(states()).toEqual(["run1 ok"]);
});

test("a run that goes on while it is asked for is asked for again", async () => {
  const asked = loadRun("run1");
  tell(info(1, "ok"));
  answers[0]?.(detail(1, "running"));
  await settled();
  answers[1]?.(detail(1, "ok"));
  await asked;
  expect(answers.length).toBe(2);
  expect(useRuns.getState().details["run1"]?.info.state).toBe("ok");
});

// What goes on at the same time: other tabs, other programs, runs, and a disk that does not do what it should.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { changedLines, folder, isGone, later, LOOM, open, serve, tab, Ui, until } from "./support.mjs";

const SMALL = `# What is measured, and how.
data:
  table: {type: csv, path: table.csv}   # made here

parameters:
  rows: 0500        # as many as the paper has
  scale: 1e-3
  limit: 7

pipeline:
  - name: make
    command: 'printf "a,b\\n1,2\\n" > table.csv'
    outputs: {-o: $table}
    args:
      --rows: $rows
`;
const small = { files: { "pipeline.yml": SMALL } };

async function set(ui, id, value) {
  await ui.select(id);
  await ui.field("Value").fill(value);
  await ui.page.keyboard.press("Enter");
  await ui.card(id).getByText(value, { exact: true }).waitFor();
}

test("two tabs and an edit outside at once: nothing is lost, and what conflicts is shown in both", async (t) => {
  const { ui, page, server, file } = await open(t, small);
  const other = new Ui(await tab(t, server.url));
  await other.ready();
  await Promise.all([set(ui, "param:rows", "600"), set(other, "param:scale", "0.5")]);
  await Promise.all([ui.card("param:scale").getByText("0.5").waitFor(), other.card("param:rows").getByText("600").waitFor()]);
  file.write(SMALL.replace("rows: 0500", "rows: 0700").replace("limit: 7", "limit: 8").replace("# What", "# This is what"));
  for (const one of [ui, other]) await one.page.getByRole("alert").getByRole("button", { name: /Settle 1 conflict/ }).waitFor();
  // Saving now writes neither side over the other.
  await page.keyboard.press("Control+s");
  await page.getByRole("dialog").getByText("In the file").waitFor();
  assert.match(file.read(), /rows: 0700/);
  await page.getByRole("radio", { name: "In the file" }).check();
  await page.getByRole("button", { name: "Put together" }).click();
  await other.card("param:rows").getByText("0700").waitFor();
  await other.page.getByRole("alert").waitFor({ state: "detached" });
  await other.save();
  await ui.saved();
  assert.deepEqual(changedLines(SMALL, file.read()), [
    "-# What is measured, and how.",
    "+# This is what is measured, and how.",
    "-  rows: 0500        # as many as the paper has",
    "-  scale: 1e-3",
    "-  limit: 7",
    "+  rows: 0700        # as many as the paper has",
    "+  scale: 0.5",
    "+  limit: 8",
  ]);
  assert.deepEqual([...page.troubles, ...other.page.troubles], []);
});

test("after a reload the run is there with its whole log", async (t) => {
  const { ui, page, path } = await open(t, { files: { "pipeline.yml": "pipeline:\n  - {name: slow, command: 'seq 1 3000; mkfifo gate; cat gate; echo last'}\n" } });
  await ui.view("Runs");
  await page.keyboard.press("Control+Enter");
  await until(() => existsSync(join(path, "gate")), "the step is at work");
  await page.locator(".log-text").getByText("3000", { exact: true }).waitFor();
  await page.reload();
  await ui.ready();
  await ui.status(/Running 1 of 1/);
  const lines = page.locator(".log-scroll");
  await page.locator(".log-text").getByText("3000", { exact: true }).waitFor();
  // To its beginning, and to a place in the middle.
  await lines.evaluate((box) => (box.scrollTop = 0));
  await page.locator(".log-text").getByText("1", { exact: true }).waitFor();
  await lines.evaluate((box) => (box.scrollTop = box.scrollHeight / 2));
  await page.locator(".log-text").getByText("1500", { exact: true }).waitFor();
  writeFileSync(join(path, "gate"), "through\n");
  await ui.status(/all well/);
  await lines.evaluate((box) => (box.scrollTop = box.scrollHeight));
  await page.locator(".log-text").getByText("last", { exact: true }).waitFor();
  await page.locator(".log-text").getByText("through", { exact: true }).waitFor();
});

test("a run that was started in a terminal is seen while it goes on", async (t) => {
  assert.ok(existsSync(LOOM), `${LOOM} is there: cargo build -p loom-cli`);
  const { ui, page, path } = await open(t, { files: { "pipeline.yml": "data:\n  table: {type: csv, path: table.csv}\npipeline:\n  - {name: slow, command: 'echo from a terminal; mkfifo gate; cat gate; echo a,b > table.csv', outputs: {-o: $table}}\n" } });
  await ui.view("Runs");
  await page.getByText("Nothing has run yet").first().waitFor();
  const loom = spawn(LOOM, ["pipeline.yml"], { cwd: path, stdio: "ignore" });
  const ended = once(loom, "exit");
  later(t, () => loom.kill("SIGTERM"));
  await ui.status(/Running 1 of 1/);
  await page.getByText("started elsewhere").waitFor();
  await page.locator(".log-text").getByText("from a terminal").waitFor();
  writeFileSync(join(path, "gate"), "through\n");
  await ui.status(/all well/);
  await page.locator(".log-text").getByText("through", { exact: true }).waitFor();
  assert.deepEqual(await ended, [0, null]);
  // What it made is on its card.
  await ui.view("Graph");
  await ui.card("data:table").getByText("a,b").waitFor();
  await ui.view("History");
  await page.getByRole("grid").getByText(/ran 1/).first().waitFor();
});

test("10 MB of output while one watches: every byte is there, and the page goes on", async (t) => {
  const last = 1_400_000;
  const { ui, page, path, server } = await open(t, { files: { "pipeline.yml": `pipeline:\n  - {name: loud, command: 'mkfifo gate; cat gate; seq 1 ${last}; echo the end'}\n` } });
  await ui.view("Runs");
  await page.keyboard.press("Control+Enter");
  await until(() => existsSync(join(path, "gate")), "the step is at work");
  await page.getByRole("button", { name: "Follow", pressed: true }).waitFor();
  writeFileSync(join(path, "gate"), "go\n");
  await ui.status(/all well/);
  await page.locator(".log-scroll").evaluate((box) => (box.scrollTop = box.scrollHeight));
  await page.locator(".log-text").getByText("the end", { exact: true }).waitFor();
  const id = encodeURIComponent((await (await server.ask("session")).json()).first);
  const [{ run }] = await (await server.ask(`docs/${id}/runs`)).json();
  const log = readFileSync(join(path, ".loom/pipeline.yml/runs", run, "loud.log"), "utf8");
  assert.ok(log.length > 9_800_000, `${log.length} bytes`);
  assert.equal(log.startsWith("go\n1\n2\n"), true);
  const at = 700_000;
  const part = await (await server.ask(`docs/${id}/runs/${run}/logs/loud?from=${at}&limit=3`)).json();
  assert.equal(part.total, last + 2);
  assert.deepEqual(part.lines.map((line) => line.spans.map((span) => span.text).join("")), ["700000", "700001", "700002"]);
  // It answers at once, and finds what is far away.
  await page.getByRole("searchbox", { name: "Search log" }).fill("1234567");
  await page.keyboard.press("Enter");
  await page.locator(".log-text mark").getByText("1234567").waitFor();
  await ui.view("Graph");
  await ui.card("step:loud").waitFor();
  assert.deepEqual(page.troubles, []);
});

const DEEP = "pipeline:\n  - {name: slow, command: 'echo $$ > pid; (sleep 1000 & echo $! > other); setsid sleep 1001 & echo $! > third; mkfifo gate; cat gate; touch made', outputs: {-o: made}}\n  - {name: after, command: 'touch never', inputs: {x: made}}\n";

for (const signal of ["SIGTERM", "SIGINT", "SIGKILL"]) {
  test(`when the server gets ${signal}, its runs end with it`, async (t) => {
    const { page, path, server } = await open(t, { files: { "pipeline.yml": DEEP } });
    await page.keyboard.press("Control+Enter");
    await until(() => existsSync(join(path, "gate")), "the step is at work");
    process.kill(server.pid, signal);
    await server.ended;
    for (const name of ["pid", "other", "third"]) await until(() => isGone(readFileSync(join(path, name), "utf8").trim()), `${name} is gone`);
    assert.equal(existsSync(join(path, "never")), false);
    await page.getByText("Not connected").waitFor();
    // Begun again, it tells how that run ended, and can run.
    const again = await serve(t, join(path, "pipeline.yml"));
    const ui = new Ui(await tab(t, again.url));
    await ui.ready();
    await ui.status(signal === "SIGKILL" ? /Run 1: (stopped|ended nobody knows how)/ : /Run 1: stopped/);
  });
}

test("stopping a run from the page leaves no process and starts nothing more", async (t) => {
  const { ui, page, path } = await open(t, { files: { "pipeline.yml": DEEP } });
  await ui.view("Runs");
  await page.keyboard.press("Control+Enter");
  await until(() => existsSync(join(path, "gate")), "the step is at work");
  await page.getByRole("button", { name: "Stop run" }).click();
  await ui.status(/Run 1: stopped/);
  for (const name of ["pid", "other", "third"]) await until(() => isGone(readFileSync(join(path, name), "utf8").trim()), `${name} is gone`);
  assert.equal(existsSync(join(path, "never")), false);
});

test("a file that is removed while it is open is saved anew", async (t) => {
  const { ui, page, file } = await open(t, small);
  await set(ui, "param:rows", "600");
  rmSync(file.path);
  const banner = page.getByRole("alert").filter({ hasText: "File is gone" });
  await banner.waitFor();
  assert.equal(await ui.card("param:rows").getByText("600").count(), 1, "what was done here is kept");
  await banner.getByRole("button", { name: "Save it anew" }).click();
  await banner.waitFor({ state: "detached" });
  await ui.saved();
  assert.equal(file.read(), SMALL.replace("rows: 0500", "rows: 600"));
});

test("a file that may not be written is told of, and what was done is kept", async (t) => {
  const { ui, page, file } = await open(t, small);
  chmodSync(file.path, 0o444);
  await set(ui, "param:rows", "600");
  await page.keyboard.press("Control+s");
  await page.getByRole("alert").getByText(/cannot write pipeline\.yml: .*write-protected/).waitFor();
  await ui.unsaved();
  assert.equal(file.read(), SMALL);
  chmodSync(file.path, 0o644);
  await ui.save();
  assert.equal(file.read(), SMALL.replace("rows: 0500", "rows: 600"));
});

/** A small disk of its own; none where that is not allowed. */
function disk(t) {
  const path = folder(t);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", path], { stdio: "pipe" });
  } catch (error) {
    const why = `SKIPPED: a small disk cannot be mounted here: ${String(error.stderr ?? error).trim()}`;
    t.diagnostic(why);
    t.skip(why);
    return null;
  }
  // Before its folder is removed, and whoever still looks at it.
  later(t, () => execFileSync("umount", ["-l", path]));
  writeFileSync(join(path, "pipeline.yml"), SMALL);
  return path;
}

async function onDisk(t, path) {
  const server = await serve(t, join(path, "pipeline.yml"));
  const page = await tab(t, server.url);
  const ui = new Ui(page);
  await ui.ready();
  return { page, ui, read: () => readFileSync(join(path, "pipeline.yml"), "utf8") };
}

test("a disk that is full while saving: the file is whole, and nothing is lost", async (t) => {
  const path = disk(t);
  if (path === null) return;
  const { page, ui, read } = await onDisk(t, path);
  await set(ui, "param:rows", "600");
  const fill = join(path, "fill");
  const { bavail, bsize } = statfsSync(path);
  writeFileSync(fill, Buffer.alloc(bavail * bsize));
  await page.keyboard.press("Control+s");
  await page.getByRole("alert").getByText(/cannot write pipeline\.yml: the disk is full/).waitFor();
  await ui.unsaved();
  assert.equal(read(), SMALL);
  assert.deepEqual(readdirSync(path).filter((name) => name.startsWith(".loom-") && name.endsWith(".new")), []);
  rmSync(fill);
  await ui.save();
  assert.equal(read(), SMALL.replace("rows: 0500", "rows: 600"));
});

test("a folder that may not be written: it is shown, and told of", async (t) => {
  const path = disk(t);
  if (path === null) return;
  mkdirSync(join(path, "tasks"));
  execFileSync("mount", ["-o", "remount,ro", path]);
  const { page, ui, read } = await onDisk(t, path);
  await set(ui, "param:rows", "600");
  await page.keyboard.press("Control+s");
  await page.getByRole("alert").getByText(/cannot write pipeline\.yml: .*write-protected/).waitFor();
  assert.equal(await ui.card("param:rows").getByText("600").count(), 1);
  assert.equal(read(), SMALL);
  execFileSync("mount", ["-o", "remount,rw", path]);
  await ui.save();
  assert.equal(read(), SMALL.replace("rows: 0500", "rows: 600"));
});

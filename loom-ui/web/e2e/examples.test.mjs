// Every example is opened and saved: not a byte of it changes, and it is not even written.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { EXAMPLES, folder, serve, tab, Ui } from "./support.mjs";

test("opening and saving an example changes nothing", async (t) => {
  const names = readdirSync(EXAMPLES).filter((name) => existsSync(join(EXAMPLES, name, "pipeline.yml")));
  assert.ok(names.length >= 10, "the examples are there");
  const root = folder(t);
  for (const name of names) folder(t, { example: name, at: join(root, name) });
  const files = readdirSync(root, { recursive: true }).filter((path) => /\.ya?ml$/.test(path));
  const before = files.map((path) => [path, readFileSync(join(root, path)), statSync(join(root, path), { bigint: true }).mtimeNs]);
  const server = await serve(t, root);
  const pipelines = await (await server.ask("pipelines")).json();
  assert.deepEqual(names.filter((name) => !pipelines.some((one) => one.path === `${name}/pipeline.yml`)), []);
  const page = await tab(t, server.url);
  const ui = new Ui(page);
  for (const { path } of pipelines) {
    if ((await page.locator("dialog[open]").count()) === 0) await page.keyboard.press("Control+o");
    await page.getByRole("dialog").getByRole("combobox").fill(path);
    await page.keyboard.press("Enter");
    await page.locator(".topbar").getByRole("heading", { name: path, exact: true }).waitFor();
    await page.locator("[data-card]").first().waitFor();
    await ui.save();
  }
  for (const [path, bytes, time] of before) {
    assert.ok(readFileSync(join(root, path)).equals(bytes), `${path} has every byte`);
    assert.equal(statSync(join(root, path), { bigint: true }).mtimeNs, time, `${path} is not written`);
  }
  assert.deepEqual(page.troubles, []);
});

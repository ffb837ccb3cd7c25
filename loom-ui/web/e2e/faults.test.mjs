// What goes wrong in the editor of loom-pipeline 0.7.0: one test for each.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { changedLines, folder, isGone, open, serve, tab, Ui, until } from "./support.mjs";

const SMALL = `# What is measured, and how.
data:
  table: {type: csv, path: table.csv}   # made here
  total:
    type: json
    path: total.json

parameters:
  rows: 0500        # as many as the paper has
  scale: 1e-3

pipeline:
  - name: make
    command: 'printf "a,b\\n1,2\\n" > table.csv'
    outputs: {-o: $table}
    args:
      --rows: $rows

  # sums it up
  - name: add
    command: 'echo "{}" > total.json'
    inputs: {table: $table}
    outputs: {-o: $total}
`;
const small = { files: { "pipeline.yml": SMALL } };

test("a node that is removed or renamed stays so after saving", async (t) => {
  const { ui, page, file } = await open(t, small);
  await ui.select("step:make");
  await ui.field("Name").fill("produce");
  await page.keyboard.press("Enter");
  await ui.card("step:produce").waitFor();
  await ui.card("data:total").click();
  await page.keyboard.press("Escape");
  await ui.card("data:total").focus();
  await page.keyboard.press("Delete");
  await page.getByRole("dialog").getByRole("button", { name: "Remove", exact: true }).click();
  await ui.card("data:total").waitFor({ state: "detached" });
  await ui.save();
  const text = file.read();
  assert.match(text, /- name: produce\n/);
  assert.doesNotMatch(text, /name: make/);
  assert.doesNotMatch(text, /^ {2}total:/m);
  await page.reload();
  await ui.ready();
  await ui.card("step:produce").waitFor();
  assert.equal(await ui.card("data:total").count(), 0);
});

test("of two tabs neither overwrites the other", async (t) => {
  const { ui, server, file } = await open(t, small);
  const other = new Ui(await tab(t, server.url));
  await other.ready();
  await ui.select("param:rows");
  await ui.field("Value").fill("600");
  await ui.page.keyboard.press("Enter");
  await other.card("param:rows").getByText("600").waitFor();
  await other.select("param:scale");
  await other.field("Value").fill("0.5");
  await other.page.keyboard.press("Enter");
  await ui.card("param:scale").getByText("0.5").waitFor();
  await other.save();
  await ui.saved();
  assert.deepEqual(changedLines(SMALL, file.read()), [
    "-  rows: 0500        # as many as the paper has",
    "-  scale: 1e-3",
    "+  rows: 600        # as many as the paper has",
    "+  scale: 0.5",
  ]);
});

test("a change made outside is not overwritten", async (t) => {
  const { ui, page, file } = await open(t, small);
  // Nothing is changed here: it is taken over.
  file.write(SMALL.replace("scale: 1e-3", "scale: 2e-3"));
  await ui.card("param:scale").getByText("2e-3").waitFor();
  // Something is: both are kept.
  await ui.select("param:rows");
  await ui.field("Value").fill("600");
  await page.keyboard.press("Enter");
  await ui.unsaved();
  file.write(SMALL.replace("scale: 1e-3", "scale: 3e-3"));
  await ui.card("param:scale").getByText("3e-3").waitFor();
  await ui.save();
  assert.equal(file.read(), SMALL.replace("scale: 1e-3", "scale: 3e-3").replace("rows: 0500", "rows: 600"));
});

test("what both sides changed is asked for, and nothing is lost", async (t) => {
  const { ui, page, file } = await open(t, small);
  await ui.select("param:rows");
  await ui.field("Value").fill("600");
  await page.keyboard.press("Enter");
  await ui.unsaved();
  file.write(SMALL.replace("rows: 0500", "rows: 0700").replace("scale: 1e-3", "scale: 9"));
  await page.getByRole("alert").getByRole("button", { name: /Settle 1 conflict/ }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("600").waitFor();
  await dialog.getByText("0700").waitFor();
  await dialog.getByRole("radio", { name: "Here" }).check();
  await dialog.getByRole("button", { name: "Put together" }).click();
  await ui.card("param:scale").getByText("9").waitFor();
  await ui.save();
  assert.equal(file.read(), SMALL.replace("rows: 0500", "rows: 600").replace("scale: 1e-3", "scale: 9"));
});

test("saving without a change changes no byte", async (t) => {
  const text = SMALL.replaceAll("\n", "\r\n").replace("  total:", "    \r\n  total:");
  const { ui, page, file } = await open(t, { files: { "pipeline.yml": text } });
  const before = statSync(file.path).mtimeMs;
  await page.keyboard.press("Control+s");
  await page.getByRole("status").getByText("Saved").waitFor();
  await ui.saved();
  assert.equal(file.read(), text);
  assert.equal(statSync(file.path).mtimeMs, before, "it is not even written");
});

test("laying out saves nothing", async (t) => {
  const { ui, page, file } = await open(t, small);
  await ui.select("param:rows");
  await ui.field("Value").fill("600");
  await page.keyboard.press("Enter");
  await ui.unsaved();
  await page.getByRole("button", { name: "More" }).click();
  await page.getByRole("menuitem", { name: "Lay out anew" }).click();
  await ui.card("step:add").waitFor();
  assert.equal(file.read(), SMALL);
  await ui.unsaved();
});

test("after undo the inspector shows the value that is", async (t) => {
  const { ui, page } = await open(t, small);
  await ui.select("param:rows");
  await ui.field("Value").fill("600");
  await page.keyboard.press("Enter");
  await ui.card("param:rows").getByText("600").waitFor();
  await page.keyboard.press("Control+z");
  await ui.card("param:rows").getByText("0500").waitFor();
  await until(async () => (await ui.field("Value").inputValue()) === "0500", "the old value in the inspector");
});

test("undo and save work while something is typed, and undo gives back every byte", async (t) => {
  const { ui, page, file } = await open(t, small);
  await ui.select("step:make");
  await ui.field("Name").fill("produce");
  // With the focus still in the field, and without Enter.
  await ui.save();
  assert.deepEqual(changedLines(SMALL, file.read()), ["-  - name: make", "+  - name: produce"]);
  await ui.field("Name").focus();
  await page.keyboard.press("Control+z");
  await ui.card("step:make").waitFor();
  await page.keyboard.press("Control+s");
  await until(() => file.read() === SMALL, "every byte as it was");
});

test("broken YAML shows where, and the graph that was", async (t) => {
  const { ui, page, file } = await open(t, small);
  file.write(SMALL.replace("  scale: 1e-3", "  scale: [1e-3"));
  const banner = page.getByRole("alert").filter({ hasText: "cannot be read" });
  await banner.waitFor();
  assert.match(await banner.innerText(), /line \d+, column \d+/);
  assert.equal(await ui.card("step:make").isVisible(), true);
  await banner.getByRole("button", { name: "Mend the text" }).click();
  await page.getByRole("textbox", { name: /text/i }).waitFor();
});

test("a refusal is told on the page, not by a dialog of the browser", async (t) => {
  const { ui, page } = await open(t, small);
  await ui.select("step:make");
  await ui.field("Name").fill("add");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").getByText(/add/).first().waitFor();
  assert.equal(await ui.card("step:make").count(), 1);
  assert.deepEqual(page.troubles, []);
});

test("the bar at the top stays whole, wide and narrow", async (t) => {
  const { page, ui } = await open(t, { ...small, width: 1500 });
  for (const width of [1500, 1024]) {
    await page.setViewportSize({ width, height: 800 });
    const bar = await page.locator(".topbar").boundingBox();
    assert.equal(bar.height, 44);
    for (const name of ["Save", "Run", "More"]) {
      const box = await page.getByRole("button", { name, exact: true }).boundingBox();
      assert.ok(box.x >= 0 && box.x + box.width <= width && box.y + box.height <= 44, `${name} at ${width}`);
    }
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
  }
  await ui.ready();
});

test("pictures do not grow over their neighbours", async (t) => {
  const path = folder(t, { files: { "pipeline.yml": "data:\n  one: {type: image, path: one.png}\n  two: {type: csv, path: two.csv}\npipeline:\n  - {name: draw, command: 'true', inputs: {a: $one, b: $two}}\n" } });
  execFileSync("python3", ["-c", PICTURE, join(path, "one.png")]);
  writeFileSync(join(path, "two.csv"), "a,b\n1,2\n");
  const server = await serve(t, path);
  const page = await tab(t, server.url);
  const ui = new Ui(page);
  await ui.ready();
  const before = await ui.card("data:one").boundingBox();
  const picture = ui.card("data:one").getByRole("img");
  await until(() => picture.evaluate((img) => img.complete && img.naturalWidth > 0).catch(() => false), "the picture");
  const [one, two, inside] = [await ui.card("data:one").boundingBox(), await ui.card("data:two").boundingBox(), await picture.boundingBox()];
  assert.deepEqual(one, before);
  assert.ok(inside.x >= one.x && inside.y >= one.y && inside.x + inside.width <= one.x + one.width + 1 && inside.y + inside.height <= one.y + one.height + 1);
  assert.ok(one.y + one.height <= two.y || two.y + two.height <= one.y || one.x + one.width <= two.x, "they do not overlap");
});
// A picture of 400 by 2,000, without any library.
const PICTURE = `
import struct, sys, zlib
w, h = 400, 2000
rows = b"".join(b"\\0" + b"\\x40\\x80\\xc0" * w for _ in range(h))
part = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
open(sys.argv[1], "wb").write(b"\\x89PNG\\r\\n\\x1a\\n" + part(b"IHDR", struct.pack(">IIBBBBB", w, h, 8, 2, 0, 0, 0)) + part(b"IDAT", zlib.compress(rows)) + part(b"IEND", b""))
`;

test("another pipeline is shown from its beginning", async (t) => {
  const many = `pipeline:\n${Array.from({ length: 40 }, (_, n) => `  - {name: s${n}, command: 'true', inputs: {a: f${n}.txt}, outputs: {-o: f${n + 1}.txt}}\n`).join("")}`;
  const path = folder(t, { files: { "many.yml": many, "small.yml": SMALL } });
  const server = await serve(t, path);
  const page = await tab(t, server.url);
  const ui = new Ui(page);
  const go = async (name) => {
    if ((await page.getByRole("dialog").count()) === 0) await page.keyboard.press("Control+o");
    await page.getByRole("option", { name: new RegExp(name) }).click();
  };
  await page.getByRole("dialog").or(page.getByRole("button", { name: /Open or make/ })).first().waitFor();
  await go("many.yml");
  await ui.card("step:s0").or(page.locator("[data-card]")).first().waitFor();
  await page.mouse.move(700, 400);
  for (let n = 0; n < 5; n += 1) await page.mouse.wheel(2500, 900);
  await go("small.yml");
  for (const id of ["step:make", "step:add", "data:total"]) {
    await ui.card(id).waitFor();
    const box = await ui.card(id).boundingBox();
    assert.ok(box.x >= 0 && box.y >= 0 && box.x + box.width <= 1500 && box.y + box.height <= 900, `${id} is in view`);
  }
});

test("a reload does not lose the run", async (t) => {
  const { ui, page, path } = await open(t, { files: { "pipeline.yml": "pipeline:\n  - {name: slow, command: 'echo first; mkfifo gate; cat gate; echo last'}\n" } });
  await page.keyboard.press("Control+Enter");
  await until(() => existsSync(join(path, "gate")), "the step is at work");
  await page.reload();
  await ui.ready();
  await ui.status(/Running/);
  await ui.view("Runs");
  await page.getByText("first", { exact: true }).waitFor();
  writeFileSync(join(path, "gate"), "through\n");
  await page.getByText("last", { exact: true }).waitFor();
  await page.getByText("through", { exact: true }).waitFor();
  await ui.status(/all well/);
});

test("stopping leaves no process", async (t) => {
  const pipeline = "pipeline:\n  - {name: slow, command: 'echo $$ > pid; (sleep 1000 & echo $! > other); setsid sleep 1001 & echo $! > third; mkfifo gate; cat gate'}\n";
  const { ui, page, path } = await open(t, { files: { "pipeline.yml": pipeline } });
  await page.keyboard.press("Control+Enter");
  await until(() => existsSync(join(path, "gate")), "the step is at work");
  await page.getByRole("button", { name: "Stop" }).click();
  await ui.status(/stopped/);
  for (const name of ["pid", "other", "third"]) {
    const pid = readFileSync(join(path, name), "utf8").trim();
    await until(() => isGone(pid), `${name} is gone`);
  }
});

// From nothing to a comparison, without a pointer.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { folder, serve, tab, Ui, until } from "./support.mjs";

const MAKE = `"""Make a table.

---
outputs:
  -o: {type: csv}
args:
  --rows: {type: int, default: 3}
---
"""
import sys
rows = int(sys.argv[sys.argv.index("--rows") + 1]) if "--rows" in sys.argv else 3
with open(sys.argv[sys.argv.index("-o") + 1], "w") as out:
    out.write("n\\n" + "".join(f"{n}\\n" for n in range(rows)))
`;
const ADD = `"""Add a table up.

---
inputs:
  table: {type: csv}
outputs:
  -o: {type: json}
---
"""
import json, sys
with open(sys.argv[1]) as table, open(sys.argv[sys.argv.index("-o") + 1], "w") as out:
    json.dump({"total": sum(int(line) for line in list(table)[1:])}, out)
`;
const files = { "tasks/make_table.py": MAKE, "tasks/add_up.py": ADD };

/** What has the keyboard, as a screen reader would name it. */
const here = (page) =>
  page.evaluate(() => {
    const one = document.activeElement;
    const name = one?.getAttribute("aria-label") || (one?.id && document.querySelector(`label[for="${CSS.escape(one.id)}"]`)?.textContent) || one?.textContent || "";
    return { name: String(name).trim(), card: one?.getAttribute("data-card") ?? null, role: one?.getAttribute("role") ?? one?.tagName.toLowerCase(), ring: one !== null && getComputedStyle(one).outlineStyle + getComputedStyle(one).boxShadow !== "nonenone" };
  });

/** Goes on with the tabulator until that has the keyboard. Whatever has it on the way can be seen to have it. */
async function tabTo(page, what, key = "Tab") {
  const seen = [];
  for (let n = 0; n < 80; n += 1) {
    const now = await here(page);
    if (now.role !== "body" && what.test(`${now.role} ${now.name}`)) return;
    seen.push(`${now.role} ${now.name}`.slice(0, 60));
    await page.keyboard.press(key);
  }
  assert.fail(`${what} was not reached: ${seen.join(" | ")}`);
}

/** Waits until a card has the keyboard, and keeps it while the board comes to rest. */
async function onCard(page, id) {
  const stays = (id) =>
    new Promise((done) => {
      let frames = 0;
      const look = () => {
        if (document.activeElement?.getAttribute("data-card") !== id) return done(false);
        if ((frames += 1) === 12) return done(true);
        requestAnimationFrame(look);
      };
      look();
    });
  await until(() => page.evaluate(stays, id), `the keyboard is on ${id}`);
}

/** Chooses from the list that is open. */
async function choose(page, text) {
  await until(async () => (await here(page)).role === "combobox", "a list is open");
  await page.keyboard.type(text);
  await page.getByRole("option", { selected: true }).filter({ hasText: text }).first().waitFor();
  await page.keyboard.press("Enter");
}

/** The same, for what changes the pipeline: until it has. */
async function add(page, text) {
  const answer = page.waitForResponse((one) => one.url().endsWith("/edit"));
  await choose(page, text);
  await answer;
}

async function begin(t) {
  const path = folder(t, { files });
  const server = await serve(t, join(path, "pipeline.yml"), { args: ["--new"] });
  const page = await tab(t, server.url);
  const ui = new Ui(page);
  await ui.ready();
  await page.getByText("This pipeline is empty").waitFor();
  return { path, page, ui, read: (name = "pipeline.yml") => readFileSync(join(path, name), "utf8") };
}

test("a new pipeline is built, run, looked at and compared by keyboard alone", async (t) => {
  const { page, ui, path, read } = await begin(t);
  // Two steps.
  await tabTo(page, /Add a first step/);
  await page.keyboard.press("Enter");
  await add(page, "make_table");
  await onCard(page, "step:make_table");
  await page.keyboard.press("/");
  await add(page, "add_up");
  await onCard(page, "step:add_up");
  // What the first makes, and that the second takes it.
  await page.keyboard.press("/");
  await add(page, "csv data");
  await onCard(page, "data:csv");
  await page.keyboard.press("c");
  await choose(page, "what it takes");
  await add(page, "make_table");
  await until(async () => (await page.locator("dialog[open]").count()) === 0, "it is joined");
  await onCard(page, "data:csv");
  await page.keyboard.press("c");
  await choose(page, "what it gives");
  await add(page, "add_up");
  await onCard(page, "data:csv");
  await page.keyboard.press("/");
  await add(page, "json data");
  await onCard(page, "data:json");
  await page.keyboard.press("c");
  await choose(page, "what it takes");
  await add(page, "add_up");
  await onCard(page, "data:json");
  // A parameter, with a name and a value, and that the first step uses it.
  await page.keyboard.press("/");
  await add(page, "Parameter");
  await onCard(page, "param:parameter");
  await page.keyboard.press("Enter");
  await until(async () => /input Name/.test(`${(await here(page)).role} ${(await here(page)).name}`), "its name can be typed");
  await page.keyboard.press("Control+a");
  await page.keyboard.type("rows");
  await page.keyboard.press("Enter");
  await ui.card("param:rows").waitFor();
  await tabTo(page, /^input Value/);
  await page.keyboard.press("Control+a");
  await page.keyboard.type("5");
  await page.keyboard.press("Enter");
  await ui.card("param:rows").getByText("5", { exact: true }).waitFor();
  // The first step takes it.
  await tabTo(page, /^(treeitem|group) .*make_table/, "Shift+Tab");
  await page.keyboard.press("Enter");
  await onCard(page, "step:make_table");
  await page.keyboard.press("Enter");
  await tabTo(page, /^input --rows/);
  await page.keyboard.type("$rows");
  await page.keyboard.press("Enter");
  await until(async () => (await ui.card("step:make_table").locator("[data-port='arg:--rows']").count()) === 1, "it is joined");
  // What was added stands beside the rest, not over it.
  await tabTo(page, /^group .*make_table/, "Shift+Tab");
  await page.keyboard.press("0");
  await until(async () => (await page.locator("[data-card]").count()) === 5, "all of it is in view");
  const boxes = await page.locator("[data-card]").evaluateAll((cards) => cards.map((card) => card.getBoundingClientRect().toJSON()));
  for (const [at, one] of boxes.entries()) for (const other of boxes.slice(at + 1)) assert.ok(one.right <= other.left || other.right <= one.left || one.bottom <= other.top || other.bottom <= one.top, "two cards overlap");
  // Saved and run.
  await ui.save();
  await page.keyboard.press("Control+Enter");
  await ui.status(/all well/);
  assert.equal(read("data/csv.csv"), "n\n0\n1\n2\n3\n4\n");
  // The result.
  await tabTo(page, /^group .*make_table/, "Shift+Tab");
  await page.keyboard.press("ArrowRight");
  await onCard(page, "data:csv");
  await page.keyboard.press("Enter");
  await tabTo(page, /^button Look$/);
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").getByText("4", { exact: true }).first().waitFor();
  await page.keyboard.press("Escape");
  await until(async () => (await here(page)).name === "Look", "the keyboard is where it was");
  // Two branches, written as text.
  await page.keyboard.press("Alt+6");
  await tabTo(page, /^textarea/);
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText(`sweep:\n  axes:\n    rows: [3, 9]\n${read().replace(/data\/(csv|json)\.\w+/g, '"data/$1_{rows}.$1"')}`);
  await ui.save();
  await page.keyboard.press("Control+Enter");
  await until(() => existsSync(join(path, "data/json_9.json")), "both have run");
  await ui.status(/Run 2: all well/);
  await page.keyboard.press("Alt+3");
  await page.getByRole("heading", { name: "Compare" }).waitFor();
  await page.getByRole("grid").waitFor();
  await tabTo(page, /^grid/);
  await page.keyboard.press("Home");
  await page.keyboard.press("Space");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Space");
  await page.getByText("2 chosen").waitFor();
  await tabTo(page, /^tab Parallel/);
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await page.getByRole("group", { name: "Outputs side by side" }).waitFor();
  await page.getByRole("group", { name: "Outputs side by side" }).getByText("36").waitFor();
  assert.deepEqual(page.troubles, []);
});

test("the example that an empty pipeline offers runs as it is, and undo takes it away", async (t) => {
  const { page, ui, read } = await begin(t);
  const before = read();
  await tabTo(page, /Begin with an example/);
  await page.keyboard.press("Enter");
  await ui.card("step:make_numbers").waitFor();
  await ui.save();
  await page.keyboard.press("Control+Enter");
  await ui.status(/all well/);
  assert.equal(read("data/numbers.txt").split("\n").length, 21);
  await ui.status("No problems");
  await page.keyboard.press("Control+z");
  await page.getByText("This pipeline is empty").waitFor();
  await ui.save();
  assert.equal(read(), before);
});

test("the focus is seen wherever the tabulator goes", async (t) => {
  const { page, ui } = await begin(t);
  await tabTo(page, /Begin with an example/);
  await page.keyboard.press("Enter");
  await ui.card("step:make_numbers").waitFor();
  for (const view of ["Graph", "Text", "Problems", "Runs"]) {
    await ui.view(view);
    const unseen = new Set();
    for (let n = 0; n < 30; n += 1) {
      await page.keyboard.press("Tab");
      const now = await here(page);
      if (now.role !== "body" && !now.ring) unseen.add(`${view}: ${now.role} ${now.name.slice(0, 40)}`);
    }
    assert.deepEqual([...unseen], []);
  }
});

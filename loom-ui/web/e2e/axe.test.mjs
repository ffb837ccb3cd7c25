// What axe-core finds on every view, in both themes, wide and narrow: nothing that is serious.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { open, Ui, tab, until } from "./support.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const WIDTHS = [1500, 1024];

/** What is over the page, and has it to itself. */
const OVER = "dialog[open], .popup, [role=menu]";

/** What is wrong with the page as it is, at every width; of a page below a dialog only the dialog, as the page was seen already. */
async function look(page, what, found) {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(AXE);
    const violations = await page.evaluate(async (over) => {
      // A frame is drawn with this width first.
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      const { violations } = await window.axe.run(document.querySelector(over) ?? document, { resultTypes: ["violations"], preload: false, elementRef: false });
      return violations
        .filter((one) => one.impact === "serious" || one.impact === "critical")
        .flatMap((one) => one.nodes.slice(0, 4).map((node) => `${one.id} (${one.impact}): ${node.target.join(" ")}: ${node.html.slice(0, 160)} ${(node.any[0] ?? node.all[0] ?? node.none[0])?.message ?? ""}`));
    }, OVER);
    for (const violation of violations) found.push(`${what}, ${width} px: ${violation}`);
  }
  await page.setViewportSize({ width: WIDTHS[0], height: 900 });
}

const MANY = `# Every kind of card.
parameters:
  rows: 20
  config: mid
  scale: 0.5
  unused: true

sweep:
  axes:
    config:
      low: {scale: 0.3}
      mid: {scale: 0.5}
      high: {scale: 0.7}

data:
  table: {type: csv, path: table.csv}
  score:
    type: json
    path: score_{config}.json
    metrics: {f1: max}
  note: {type: txt, path: note.txt}
  picture: {type: image, path: picture.svg}
  nothing: {type: csv, path: nothing.csv}

pipeline:
  - name: make
    command: 'printf "a,b\\n1,2\\n" > table.csv; echo made'
    outputs: {-o: $table}
    args: {--rows: $rows}
  - group: judged
    steps:
      - name: score
        command: 'printf "{\\"f1\\": %s}" "$5" > "$3"; echo done'
        inputs: {table: $table}
        outputs: {-o: $score}
        args: {--scale: $scale, --config: $config}
  - name: has_note
    kind: condition
    predicate: exists
    inputs: {data: $note}
  - name: on_note
    kind: switch
    condition: $has_note
    data: $note
  - name: read_note
    command: 'cat note.txt'
    inputs: {note: $on_note.then}
  - name: break
    command: 'printf "first\\n\\033[31mError: it is broken\\033[0m\\n" >&2; exit 3'
    inputs: {table: $table}
`;

async function dialog(page, id) {
  await page.keyboard.press("Control+k");
  await page.getByRole("dialog").getByRole("combobox").fill(id);
  await page.keyboard.press("Enter");
}
const shut = async (page) => {
  await page.keyboard.press("Escape");
  await until(async () => (await page.locator(OVER).count()) === 0, "the dialog is shut");
};

for (const scheme of ["light", "dark"]) {
  test(`every view, ${scheme}`, async (t) => {
    const { ui, page, file, path } = await open(t, { files: { "pipeline.yml": MANY, "note.txt": "one\ntwo\n", "picture.svg": '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"/>' }, scheme });
    const found = [];
    const see = (what) => look(page, what, found);
    t.after(() => found.forEach((one) => t.diagnostic(one)));
    await ui.card("param:rows").waitFor();
    await see("graph");
    await ui.runToEnd();
    await ui.select("step:make");
    await ui.field("Name").waitFor();
    await see("graph, a step that ran");
    await ui.card("data:table").click();
    await page.getByText("Made by").waitFor();
    await see("graph, data");
    await page.getByRole("button", { name: "Look", exact: true }).click();
    await page.getByRole("dialog").waitFor();
    await see("preview");
    await shut(page);
    await ui.select("step:make");
    await ui.field("Name").fill("break");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").getByText(/break/).first().waitFor();
    await see("graph, something refused");
    await page.keyboard.press("Escape");
    for (const part of ["Add", "Parameters"]) {
      await page.getByRole("tablist", { name: "Left rail" }).getByRole("tab", { name: part }).click();
      await see(`rail, ${part}`);
    }
    await ui.card("step:make").focus();
    await page.keyboard.press("/");
    await page.locator(".popup").waitFor();
    await see("what can be added");
    await shut(page);
    await ui.card("step:make").focus();
    await page.keyboard.press("c");
    await page.getByRole("dialog").waitFor();
    await see("connect");
    await shut(page);
    await ui.card("step:make").click({ button: "right" });
    await page.getByRole("menu").waitFor();
    await see("menu of a card");
    await shut(page);
    await ui.card("step:make").focus();
    await page.keyboard.press("Delete");
    await page.getByRole("dialog").getByText("--- ").or(page.getByRole("dialog").getByText("@@")).first().waitFor();
    await see("remove");
    await shut(page);
    await page.keyboard.press("Control+k");
    await see("all commands");
    await shut(page);
    for (const [command, words] of [["Find", /line 1/], ["Keys", /along the wires/], ["What would run", /up to date|● runs/], ["Run with other values", /For this run only/], ["Clean up", /Made by/], ["Open another", /steps/]]) {
      await dialog(page, command);
      await page.getByRole("dialog").getByText(words).first().waitFor();
      await see(`dialog: ${command}`);
      await shut(page);
    }
    await ui.select("param:rows");
    await ui.field("Value").fill("30");
    await page.keyboard.press("Enter");
    await ui.unsaved();
    await page.keyboard.press("Control+Enter");
    await page.getByRole("dialog").getByText("rows: 30").waitFor();
    await see("save before the run?");
    await shut(page);
    file.write(file.read().replace("rows: 20", "rows: 40"));
    await page.getByRole("button", { name: /Settle 1 conflict/ }).click();
    await page.getByRole("dialog").getByText("In the file").waitFor();
    await see("conflicts");
    await page.getByRole("radio", { name: "Here" }).check();
    await page.getByRole("button", { name: "Put together" }).click();
    await ui.save();
    await ui.view("Runs");
    await page.getByText(/it is broken/).first().waitFor();
    await see("runs");
    await ui.view("Compare");
    await page.getByRole("heading", { name: "Compare" }).or(page.getByText("Nothing to compare yet")).first().waitFor();
    for (const part of ["Scatter", "Outputs"]) {
      await see(`compare before ${part}`);
      const at = page.getByRole("tab", { name: part });
      if ((await at.count()) > 0) await at.click();
    }
    await see("compare");
    await ui.view("History");
    await page.getByText(/failed/).first().waitFor();
    await see("history");
    await ui.view("Problems");
    await page.getByRole("tabpanel").getByText(/line \d+/).first().waitFor();
    await see("problems");
    await ui.view("Text");
    await page.getByRole("textbox", { name: /text/i }).waitFor();
    await see("text");
    writeFileSync(join(path, "pipeline.yml"), "pipeline: [");
    await until(async () => (await page.getByRole("textbox", { name: /text/i }).inputValue()) === "pipeline: [", "the text is the new one");
    await ui.view("Graph");
    await page.getByRole("alert").waitFor();
    await see("broken");
    file.write("pipeline: []\n");
    await page.getByText("This pipeline is empty").waitFor();
    await see("an empty pipeline");
    for (const view of ["Runs", "Compare", "History", "Problems"]) {
      await ui.view(view);
      await page.locator(".message, .screen").first().waitFor();
      await see(`${view} of an empty pipeline`);
    }
    const other = await tab(t, new URL(page.url()).origin, { scheme });
    await other.getByText("This page needs its token").waitFor();
    await look(other, "without a token", found);
    assert.deepEqual([...new Set(found)], []);
  });
}

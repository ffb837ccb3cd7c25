// The pictures of the documentation, taken from the real editor. Anew, from this folder's parent, with what `cargo build` made:
//
//     LOOM_UI_SHOTS=../../docs/src/editor node --test e2e/screenshots.test.mjs
//
// Without the variable they go to a folder that is thrown away: then it is only seen that there is something on them.
import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { EXAMPLES, later, serve, tab, Ui } from "./support.mjs";

const SIZE = { width: 1500, height: 900 };
/** The largest that a picture may be, in bytes: whoever clones the repository has them all. */
const LIMIT = 250_000;

function shotsFolder(t) {
  const wanted = process.env.LOOM_UI_SHOTS;
  if (wanted !== undefined && wanted !== "") {
    mkdirSync(wanted, { recursive: true });
    return wanted;
  }
  const path = mkdtempSync(join(tmpdir(), "loom-ui-shots-"));
  later(t, () => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** An example without what runs left in it, under its own name. */
function copyOf(t, example) {
  const above = realpathSync(mkdtempSync(join(tmpdir(), "loom-ui-")));
  later(t, () => rmSync(above, { recursive: true, force: true, maxRetries: 5 }));
  const path = join(above, example);
  const made = /(^|\/)(\.loom|\.loom-ui|__pycache__|data)(\/|$)/;
  cpSync(join(EXAMPLES, example), path, { recursive: true, filter: (from) => !made.test(from.slice(EXAMPLES.length)) });
  return path;
}

/** Takes a picture, once the page has come to rest. */
async function shoot(t, page, name) {
  const path = join(shotsFolder(t), `${name}.png`);
  await page.mouse.move(SIZE.width / 2, SIZE.height - 4);
  await page.evaluate(async () => {
    // Where the copy lies is of no interest, and is another place each time.
    const place = document.querySelector(".statusbar .spring")?.parentElement?.querySelectorAll("span.clip") ?? [];
    for (const one of place) one.textContent = one.textContent.replace(/^.*\/loom-ui-[^/]+\//, "/home/me/examples/");
    await document.fonts.ready;
    await Promise.all([...document.images].map((image) => image.decode().catch(() => undefined)));
  });
  await page.screenshot({ path, animations: "disabled", caret: "hide" });
  await isPicture(page, path);
}

/** A picture of the whole window, on which there is something. */
async function isPicture(page, path) {
  const bytes = readFileSync(path);
  assert.ok(bytes.length <= LIMIT, `${path} has ${bytes.length} bytes`);
  const other = await page.context().newPage();
  const seen = await other.evaluate(async (data) => {
    const image = new Image();
    image.src = `data:image/png;base64,${data}`;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
    canvas.drawImage(image, 0, 0);
    const pixels = new Uint32Array(canvas.getImageData(0, 0, image.width, image.height).data.buffer);
    const counts = new Map();
    for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
    return { width: image.width, height: image.height, colours: counts.size, most: Math.max(...counts.values()) / pixels.length };
  }, bytes.toString("base64"));
  await other.close();
  assert.deepEqual({ width: seen.width, height: seen.height }, SIZE);
  assert.ok(seen.colours > 100 && seen.most < 0.95, `${path} is blank: ${JSON.stringify(seen)}`);
}

async function opened(t, server) {
  const page = await tab(t, server.url, SIZE);
  const ui = new Ui(page);
  await ui.ready();
  return { page, ui };
}

test("the parallel tutorial, light and dark", async (t) => {
  const server = await serve(t, join(copyOf(t, "parallel"), "pipeline.yml"));
  const { page, ui } = await opened(t, server);
  await ui.runToEnd();
  // All that the run changed has come, and the first lines of the data are there.
  await page.getByRole("treeitem", { name: /^compare_results.*up to date/ }).waitFor();
  for (const name of ["dataset", "comparison"]) await ui.card(`data:${name}`).getByText(/^[{]|id,score/).first().waitFor();
  await ui.select("step:process_config_mid");
  await ui.field("Name").waitFor();
  await shoot(t, page, "card");
  // The board alone, as large as it can be.
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Hide the left rail" }).click();
  await page.getByRole("button", { name: "Show everything" }).click();
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    await shoot(t, page, `parallel-${colorScheme}`);
  }
  await page.emulateMedia({ colorScheme: "light" });
  await ui.view("Runs");
  await page.getByRole("row", { name: /compare_results/ }).first().click();
  await page.getByText("best f1_score: mid").first().waitFor();
  await shoot(t, page, "run");
  assert.deepEqual(page.troubles, []);
});

test("a sweep and its configurations", async (t) => {
  const server = await serve(t, join(copyOf(t, "sweep"), "pipeline.yml"));
  const { page, ui } = await opened(t, server);
  await ui.runToEnd();
  await ui.view("Compare");
  await page.getByText("0.7176").first().waitFor();
  await shoot(t, page, "compare");
  assert.deepEqual(page.troubles, []);
});

// The real program, a real browser, and files in a folder that is thrown away.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { after } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

export const EXAMPLES = fileURLToPath(new URL("../../../examples", import.meta.url));
const program = process.env.LOOM_UI ?? fileURLToPath(new URL("../../../target/debug/loom-ui", import.meta.url));
/** The same for the terminal. It is built beside it. */
export const LOOM = join(dirname(program), "loom");
/** How long anything may take before a test gives up. No test waits as long as that for what goes well. */
export const PATIENCE = 20_000;

let browser;
/** The one browser of this file of tests. */
async function theBrowser() {
  browser ??= await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
  return browser;
}
after(async () => {
  await browser?.close();
});

const undoings = new WeakMap();
/** What is to be done after a test: the last thing first, as it was built up. */
export function later(t, undo) {
  if (!undoings.has(t)) {
    undoings.set(t, []);
    t.after(async () => {
      for (const one of undoings.get(t).reverse()) await one();
    });
  }
  undoings.get(t).push(undo);
}

/** A folder that is gone after the test; with the files of an example, and with these. With `at` it is one in such a folder. */
export function folder(t, { example, files = {}, at } = {}) {
  const path = at ?? realpathSync(mkdtempSync(join(tmpdir(), "loom-ui-")));
  if (at === undefined) later(t, () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }));
  if (example !== undefined) {
    cpSync(join(EXAMPLES, example), path, { recursive: true, filter: (from) => !/(^|\/)(\.loom|\.loom-ui|__pycache__|target)(\/|$)/.test(from) });
    rmSync(join(path, "data"), { recursive: true, force: true });
  }
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), text);
  }
  return path;
}

/** The program, listening. */
export async function serve(t, path, { args = [], env = {} } = {}) {
  const child = spawn(program, [path, "--json", "--no-browser", "--port", "0", ...args], { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...env } });
  let errors = "";
  child.stderr.on("data", (piece) => (errors += piece));
  const ended = once(child, "exit");
  later(t, async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
    await ended;
  });
  const lines = createInterface({ input: child.stdout });
  const first = await Promise.race([once(lines, "line"), ended.then(([code]) => Promise.reject(new Error(`loom-ui ended with ${code}: ${errors}`)))]);
  const { url, pid } = JSON.parse(first[0]);
  const base = url.slice(0, url.indexOf("/#") + 1);
  const token = url.slice(url.indexOf("token=") + 6);
  return {
    url,
    pid,
    base,
    token,
    child,
    ended,
    errors: () => errors,
    /** A request as a program makes it. */
    ask: (rest, init = {}) => fetch(`${base}api/v1/${rest}`, { ...init, headers: { authorization: `Bearer ${token}`, ...(init.body === undefined ? {} : { "content-type": "application/json" }), ...init.headers } }),
  };
}

/** A tab of a browser window of its own. */
export async function tab(t, url, { width = 1500, height = 900, scheme = "light", context: options = {} } = {}) {
  const context = await (await theBrowser()).newContext({ viewport: { width, height }, colorScheme: scheme, reducedMotion: "reduce", ...options });
  context.setDefaultTimeout(PATIENCE);
  later(t, () => context.close());
  if (process.env.LOOM_UI_PAGE !== undefined) await instead(context, process.env.LOOM_UI_PAGE);
  const page = await context.newPage();
  const troubles = [];
  page.on("pageerror", (error) => troubles.push(String(error)));
  page.on("dialog", (dialog) => {
    troubles.push(`a dialog of the browser: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(url);
  return Object.assign(page, { troubles, context2: context });
}

/** While one works at the page: the files of this folder (`npm run bundle` makes `dist`), and not those in the program. */
async function instead(context, dist) {
  await context.route(/^http:\/\/[^/]+\/($|index\.html|assets\/)/, async (route) => {
    const answer = await route.fetch();
    const path = join(dist, new URL(route.request().url()).pathname.replace(/\/$/, "/index.html"));
    const headers = { ...answer.headers(), "content-type": { html: "text/html", js: "text/javascript", css: "text/css", svg: "image/svg+xml" }[path.split(".").pop()] };
    await route.fulfill(existsSync(path) ? { status: 200, headers, body: readFileSync(path) } : { status: 404, body: "" });
  });
}

/** A pipeline in the editor, shown as a graph. */
export async function open(t, what = {}) {
  const { args, env, width, height, scheme, name = "pipeline.yml", ...of } = what;
  const path = folder(t, of);
  const server = await serve(t, join(path, name), { args, env });
  const page = await tab(t, server.url, { width, height, scheme });
  const ui = new Ui(page);
  await ui.ready();
  const at = join(path, name);
  return { path, server, page, ui, file: { path: at, read: () => readFileSync(at, "utf8"), write: (text) => writeFileSync(at, text) } };
}

/** The page in the words of the tests. */
export class Ui {
  constructor(page) {
    this.page = page;
  }
  /** All is there: the graph, and how its cards stand. */
  async ready() {
    await this.page.locator(".statusbar").waitFor();
    await this.page.getByText("Loading…").waitFor({ state: "detached" });
  }
  card(id) {
    return this.page.locator(`[data-card="${id}"]`);
  }
  async select(id) {
    await this.card(id).click();
    await this.inspector().waitFor();
  }
  inspector() {
    return this.page.getByRole("complementary", { name: "Inspector" });
  }
  field(name) {
    return this.inspector().getByLabel(name, { exact: true });
  }
  view(name) {
    return this.page.getByRole("tab", { name: new RegExp(`^${name}`) }).click();
  }
  /** Saves with the keys, and waits for the answer: the line at the foot may say the same before and after. */
  async save() {
    const answer = this.page.waitForResponse((one) => one.url().endsWith("/save"));
    await this.page.keyboard.press("Control+s");
    await answer;
    await this.saved();
  }
  async saved() {
    await this.page.locator(".statusbar").getByText("Saved", { exact: true }).waitFor();
  }
  async unsaved() {
    await this.page.locator(".statusbar").getByText("Not saved").waitFor();
  }
  status(text) {
    return this.page.locator(".statusbar").getByText(text).waitFor();
  }
  async runToEnd() {
    await this.page.keyboard.press("Control+Enter");
    await this.status(/Run \d+: /);
  }
}

/** Lines that are gone, with `-`, and that are new, with `+`. */
export function changedLines(before, after) {
  const [old, now] = [before.split("\n"), after.split("\n")];
  const out = [];
  // The longest common run of lines, by the usual table: the files of the tests are short.
  const table = Array.from({ length: old.length + 1 }, () => new Uint16Array(now.length + 1));
  for (let i = old.length - 1; i >= 0; i -= 1) for (let j = now.length - 1; j >= 0; j -= 1) table[i][j] = old[i] === now[j] ? table[i + 1][j + 1] + 1 : Math.max(table[i + 1][j], table[i][j + 1]);
  let [i, j] = [0, 0];
  while (i < old.length || j < now.length) {
    if (i < old.length && j < now.length && old[i] === now[j]) (i += 1), (j += 1);
    else if (j >= now.length || (i < old.length && table[i + 1][j] >= table[i][j + 1])) out.push(`-${old[i++]}`);
    else out.push(`+${now[j++]}`);
  }
  return out;
}

/** Whether a process is there no more. */
export function isGone(pid) {
  try {
    return /^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return true;
  }
}

/** Waits until something holds. */
export async function until(holds, what) {
  const end = Date.now() + PATIENCE;
  for (;;) {
    const value = await holds();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
    await new Promise((done) => setTimeout(done, 25));
  }
}

// The editor at scale, measured: `node bench/scale.mjs [what…]`, by hand; nothing here passes or fails.
//
// Each figure stands beside that of a loop of known work, run just before: figures of different machines, or of different
// hours of one, are compared by their ratio to it. The programs are `LOOM_UI` and `LOOM`, else those of a release build.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const built = (name) => fileURLToPath(new URL(`../../../target/release/${name}`, import.meta.url));
process.env.LOOM_UI ??= built("loom-ui");
process.env.LOOM ??= built("loom");
const { folder, serve, tab, until } = await import("../e2e/support.mjs");
const { calibrate, cpu, drag, frames, inside, median, quantile, resident, sorted, wheel } = await import("./meter.mjs");
const { chains, sweep, talker } = await import("./pipelines.mjs");

const wanted = process.argv.slice(2);
const asked = (name) => wanted.length === 0 || wanted.includes(name);
const out = [];
function told(of, what, value, unit) {
  const loop = calibrate();
  const row = [of, what, Number(value) >= 100 ? Math.round(value) : Number(value.toFixed?.(1) ?? value), unit, Math.round(loop)];
  out.push(row);
  console.log(`${row[0].padEnd(26)} ${row[1].padEnd(34)} ${String(row[2]).padStart(9)} ${row[3].padEnd(5)} loop ${row[4]} ms`);
}

/** Does something with what is cleaned away after it. */
async function scope(work) {
  const later = [];
  try {
    return await work({ after: (what) => later.push(what) });
  } finally {
    for (const what of later.reverse()) await what();
  }
}

/** Unfolds all that is folded, until nothing is. */
async function unfold(server, doc) {
  for (;;) {
    const state = await (await server.ask(`docs/${doc}`)).json();
    const folded = state.board.cards.filter((card) => card.foldable).map((card) => [card.id, false]);
    if (folded.length === 0) return state;
    const answer = await server.ask(`docs/${doc}/fold`, { method: "POST", body: JSON.stringify({ folds: folded }) });
    if (!answer.ok) throw new Error(await answer.text());
  }
}

async function look(page, of, what) {
  const times = await what();
  told(of[0], `${of[1]}, p50 of frames`, quantile(times, 0.5), "ms");
  told(of[0], `${of[1]}, p95 of frames`, quantile(times, 0.95), "ms");
}

/** A place of the canvas where there is nothing. */
function emptyPlace(page) {
  return page.evaluate(() => {
    const area = document.querySelector(".canvas").getBoundingClientRect();
    for (let y = area.bottom - 60; y > area.top + 60; y -= 9)
      for (let x = area.left + 120; x < area.right - 200; x += 9) if (document.elementFromPoint(x, y)?.classList.contains("react-flow__pane")) return { x, y };
    return null;
  });
}

/** A card in the middle, and a place on it. */
function somePlace(page, kind) {
  return page.evaluate((kind) => {
    const area = document.querySelector(".canvas").getBoundingClientRect();
    const middle = { x: area.left + area.width / 2, y: area.top + area.height / 2 };
    let best = null;
    for (const card of document.querySelectorAll(`.card.${kind}`)) {
      const box = card.getBoundingClientRect();
      const at = { x: box.x + box.width / 2, y: box.y + Math.min(14, box.height / 2) };
      if (document.elementFromPoint(at.x, at.y)?.closest("[data-card]") !== card) continue;
      const far = Math.hypot(at.x - middle.x, at.y - middle.y);
      if (best === null || far < best.far) best = { ...at, far, id: card.dataset.card };
    }
    return best;
  }, kind);
}

/** A tab that measures itself. With `LOOM_UI_PAGE`, a folder that Vite has built, it shows that page instead of the program's own. */
async function blank(t) {
  const page = await tab(t, "about:blank");
  await page.addInitScript(inside);
  const dist = process.env.LOOM_UI_PAGE;
  if (dist !== undefined) {
    await page.route("**/assets/*", (route) => route.fulfill({ path: join(dist, new URL(route.request().url()).pathname) }));
    await page.route(/:\d+\/(#.*)?$/, (route) => route.fulfill({ path: join(dist, "index.html") }));
  }
  return page;
}

/** All that is measured of an open pipeline. */
async function measure(t, name, path, { fold = true, kind = "step", param = null } = {}) {
  const server = await serve(t, path);
  const session = await (await server.ask("session")).json();
  if (!fold) await unfold(server, session.first);
  await server.ask(`docs/${session.first}/states`);
  const began = performance.now();
  const body = await (await server.ask(`docs/${session.first}`)).text();
  told(name, "the document, fetched", performance.now() - began, "ms");
  told(name, "the document, size", body.length / 1000, "kB");
  const state = JSON.parse(body);
  told(name, "cards", state.board.cards.length, "");
  told(name, "wires", state.board.wires.length, "");

  const page = await blank(t);
  const firsts = [];
  for (let time = 0; time < 5; time += 1) {
    await page.goto("about:blank");
    await page.goto(server.url);
    await page.waitForFunction(() => window.bench?.first != null, null, { polling: 50 });
    firsts.push(await page.evaluate(() => window.bench.first));
  }
  told(name, "first picture, median of 5", median(firsts), "ms");
  told(name, "first picture, least of 5", Math.min(...firsts), "ms");
  await page.waitForTimeout(800);
  const devtools = await page.context().newCDPSession(page);

  const pane = (await emptyPlace(page)) ?? { x: 700, y: 500 };
  await look(page, [name, "panning, all in view"], () => frames(page, () => drag(page, pane)));
  await look(page, [name, "zooming"], () => frames(page, () => wheel(page, { x: 700, y: 450 })));
  await page.locator(".canvas").getByLabel("back to full size").click();
  await page.waitForTimeout(400);
  const near = (await emptyPlace(page)) ?? pane;
  await look(page, [name, "panning, full size"], () => frames(page, () => drag(page, near)));
  await page.waitForTimeout(300);
  const card = (await somePlace(page, kind)) ?? (await somePlace(page, "data"));
  if (card !== null) {
    await look(page, [name, "dragging a card"], () => frames(page, () => drag(page, card, { reach: 120, time: 2000 })));
    await page.waitForTimeout(1500);
    await page.keyboard.press("Escape");
    const times = [];
    for (let time = 0; time < 5; time += 1) {
      const at = (await somePlace(page, kind)) ?? card;
      await page.evaluate(() => {
        window.bench.clicked = null;
        addEventListener("pointerdown", (event) => (window.bench.clicked = event.timeStamp), { capture: true, once: true });
        window.bench.shown = null;
        const look = () => {
          if (window.bench.clicked !== null && document.querySelector('[aria-label="Inspector"] input, [aria-label="Inspector"] h2') !== null && document.querySelector(".react-flow__node.selected, .card.selected") !== null)
            requestAnimationFrame(() => setTimeout(() => (window.bench.shown = performance.now())));
          else requestAnimationFrame(look);
        };
        look();
      });
      await page.mouse.click(at.x, at.y);
      await page.waitForFunction(() => window.bench.shown !== null, null, { polling: 30 });
      times.push(await page.evaluate(() => window.bench.shown - window.bench.clicked));
      await page.keyboard.press("Escape");
      await page.waitForTimeout(200);
    }
    told(name, "selecting, until the inspector", median(times), "ms");
  }
  if (param !== null) {
    const [edits, used, answers] = [[], [], []];
    for (let time = 0; time < 7; time += 1) {
      const { rev } = await (await server.ask(`docs/${session.first}`)).json();
      const value = String(900_000 + time);
      await page.evaluate((rev) => {
        window.bench.edited = null;
        const look = () => {
          if (document.querySelector(".statusbar")?.textContent.includes("Not saved") !== true || window.bench.rev === rev) return void requestAnimationFrame(look);
          requestAnimationFrame(() => setTimeout(() => (window.bench.edited = performance.now())));
        };
        look();
      }, rev);
      const before = cpu(server.pid);
      const sent = performance.now();
      const answer = await server.ask(`docs/${session.first}/edit`, { method: "POST", body: JSON.stringify({ base_rev: rev, ops: [{ op: "set", node: param, path: [], value: { text: value } }] }) });
      const text = await answer.text();
      if (!answer.ok) throw new Error(text);
      answers.push(performance.now() - sent);
      await page.waitForFunction(([param, value]) => JSON.stringify(document.querySelector(`[data-card="${param}"]`)?.textContent ?? document.body.dataset.far ?? "").includes(value) || document.querySelector(`[data-card="${param}"]`) === null, [param, value], { polling: "raf" });
      edits.push(performance.now() - sent);
      await page.waitForTimeout(1200);
      used.push(cpu(server.pid) - before);
    }
    told(name, "edit, answered", median(answers), "ms");
    told(name, "edit, until it is on the card", median(edits), "ms");
    told(name, "edit, processor time of the server", median(used), "ms");
  }
  const heap = (await devtools.send("Runtime.getHeapUsage")).usedSize;
  told(name, "memory of the page (JS heap)", heap / 1e6, "MB");
  told(name, "memory of the server", resident(server.pid), "MB");
  if (page.troubles.length > 0) console.log(`the page has said: ${page.troubles.join("; ")}`);
  return { server, page, doc: session.first };
}

function run(path, args = []) {
  return new Promise((done, fail) => {
    const began = performance.now();
    const child = spawn(process.env.LOOM, [path, ...args], { stdio: "ignore" });
    child.on("error", fail);
    child.on("exit", (code) => (code === 0 ? done(performance.now() - began) : fail(new Error(`loom ended with ${code}`))));
  });
}

const seed = { "seed.txt": "x\n" };

/** What the machine makes of a board with next to nothing on it. */
async function steps5(t) {
  const path = folder(t, { files: { ...seed, "p.yml": chains({ steps: 5, rows: 5 }) } });
  await measure(t, "5 steps", join(path, "p.yml"), { fold: false });
}

async function steps500(t) {
  const path = folder(t, { files: { ...seed, "p.yml": chains({ steps: 500, rows: 25 }) } });
  await measure(t, "500 steps, unfolded", join(path, "p.yml"), { fold: false, param: "param:p12_10" });
}

async function steps2000(t) {
  const path = folder(t, { files: { ...seed, "p.yml": chains({ steps: 2000, rows: 50, grouped: 50 }) } });
  await measure(t, "2,000 steps, folded", join(path, "p.yml"), { kind: "group", param: "param:p12_10" });
}

async function units10000(t) {
  const path = folder(t, { files: { ...seed, "p.yml": sweep(10_000) } });
  const took = await run(join(path, "p.yml"));
  told("10,000 units, run", "loom by itself", took / 1000, "s");
  const { server, page, doc } = await measure(t, "10,000 units, run", join(path, "p.yml"));
  const size = (await (await server.ask(`docs/${doc}/states`)).text()).length;
  told("10,000 units, run", "the states, size", size / 1000, "kB");
  const began = performance.now();
  await page.getByRole("tab", { name: /^Runs/ }).click();
  await page.locator(".units [role=row]").nth(3).waitFor();
  told("10,000 units, run", "to the view of runs", performance.now() - began, "ms");
}

async function atWork10000(t) {
  const name = "10,000 units, at work";
  const path = folder(t, { files: { ...seed, "p.yml": sweep(10_000, { sleep: "0.002" }) } });
  const file = join(path, "p.yml");
  const server = await serve(t, file);
  const session = await (await server.ask("session")).json();
  const page = await blank(t);
  const child = spawn(process.env.LOOM, [file], { stdio: "ignore" });
  const ended = once(child, "exit");
  t.after(() => (child.kill("SIGTERM"), ended));
  await until(async () => (await (await server.ask(`docs/${session.first}/runs`)).json()).length > 0, "a run");
  await page.goto(server.url);
  await page.waitForFunction(() => window.bench?.first != null, null, { polling: 50 });
  told(name, "first picture", await page.evaluate(() => window.bench.first), "ms");
  await page.waitForTimeout(1000);
  const before = [cpu(server.pid), performance.now()];
  const pane = (await emptyPlace(page)) ?? { x: 700, y: 600 };
  await look(page, [name, "panning"], () => frames(page, () => drag(page, pane)));
  await page.getByRole("tab", { name: /^Runs/ }).click();
  await page.locator(".units [role=row]").nth(3).waitFor();
  await look(page, [name, "the view of runs"], () => frames(page, () => page.waitForTimeout(4000)));
  told(name, "the server, of one processor", (100 * (cpu(server.pid) - before[0])) / (performance.now() - before[1]), "%");
  told(name, "memory of the server", resident(server.pid), "MB");
}

async function starts(t) {
  for (const [name, text] of [
    ["starting, 1 step", talker(1)],
    ["starting, 500 steps", chains({ steps: 500, rows: 25 })],
    ["starting, 2,000 steps", chains({ steps: 2000, rows: 50, grouped: 50 })],
  ]) {
    const path = folder(t, { files: { ...seed, "p.yml": text } });
    const times = [];
    for (let time = 0; time < 20; time += 1) {
      const began = performance.now();
      const child = spawn(process.env.LOOM_UI, [join(path, "p.yml"), "--json", "--no-browser", "--port", "0"], { stdio: ["ignore", "pipe", "ignore"] });
      const ended = once(child, "exit");
      await once(createInterface({ input: child.stdout }), "line");
      times.push(performance.now() - began);
      child.kill("SIGTERM");
      await ended;
    }
    told(name, "to listening, least of 20", Math.min(...times), "ms");
    told(name, "to listening, median of 20", median(times), "ms");
  }
}

async function output(t) {
  for (const megabytes of [10, 100]) {
    const name = `${megabytes} MB of output`;
    const path = folder(t, { files: { "p.yml": talker(megabytes) } });
    const file = join(path, "p.yml");
    const server = await serve(t, file);
    const page = await tab(t, server.url);
    await page.getByRole("tab", { name: /^Runs/ }).waitFor();
    const session = await (await server.ask("session")).json();
    const list = async () => (await server.ask(`docs/${session.first}/runs`)).json();
    const took = async (run) => (await (await server.ask(`docs/${session.first}/runs/${encodeURIComponent(run)}`)).json()).units[0].took_ms;
    /** A run, and how long its step took by its own record. */
    const once_ = async (watched) => {
      rmSync(join(path, "done.txt"), { force: true });
      if (watched) await page.goto(`${server.base}?${Math.random()}#doc=${session.first}&view=runs&token=${server.token}`);
      else await page.goto("about:blank");
      await new Promise((done) => setTimeout(done, 700));
      await run(file, ["--force"]).catch(() => run(file));
      await until(async () => (await list())[0]?.state === "ok", "the end of the run");
      return took((await list())[0].run);
    };
    const ratios = [];
    const [seen, unseen] = [[], []];
    await once_(false);
    for (let pair = 0; pair < 5; pair += 1) {
      // In turn first and second, so that a machine that slows down slows both.
      const order = pair % 2 === 0 ? [true, false] : [false, true];
      const took = {};
      for (const watched of order) took[watched] = await once_(watched);
      seen.push(took[true]);
      unseen.push(took[false]);
      ratios.push(took[true] / took[false]);
    }
    told(name, "unwatched, median of 5", median(unseen), "ms");
    told(name, "watched, median of 5", median(seen), "ms");
    told(name, "watched to unwatched, median", 100 * median(ratios), "%");
    told(name, "watched to unwatched, least", 100 * Math.min(...ratios), "%");
  }
}

const all = { starts, steps5, steps500, steps2000, units10000, atWork10000, output };
for (const [name, work] of Object.entries(all)) {
  if (!asked(name)) continue;
  try {
    await scope(work);
  } catch (error) {
    console.log(`${name}: ${error.stack}`);
  }
}
const loops = sorted(out.map((row) => row[4]));
console.log(`\n| of | what | figure | | loop, ms |\n|---|---|---|---|---|`);
for (const row of out) console.log(`| ${row.join(" | ")} |`);
console.log(`\nthe loop: least ${loops[0]} ms, median ${median(loops)} ms, most ${loops.at(-1)} ms`);

// A page of another origin, in the same browser, that knows where the editor listens: it gets nothing, changes nothing, runs nothing.
import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { test } from "node:test";
import { later, open } from "./support.mjs";

const PIPELINE = "parameters:\n  rows: 1\npipeline:\n  - {name: one, command: 'touch it-ran'}\n";

/** A site of somebody else's. */
async function site(t) {
  const server = createServer((_, answer) => {
    answer.setHeader("content-type", "text/html");
    answer.end("<!doctype html><title>somewhere else</title><p>welcome");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  later(t, () => server.close());
  return server.address().port;
}

for (const [name, host] of [["another port of the same address", "127.0.0.1"], ["another name", "localhost"]]) {
  test(`a page of another origin can do nothing: ${name}`, async (t) => {
    const { ui, page, server, file, path } = await open(t, { files: { "pipeline.yml": PIPELINE } });
    await ui.card("step:one").waitFor();
    const id = encodeURIComponent((await (await server.ask("session")).json()).first);
    const { rev, version } = await (await server.ask(`docs/${id}`)).json();
    const requests = [
      ["POST", `docs/${id}/runs`, { plan: { target: "all", include: [], set: [], only: [], force: false }, workers: null, rev }],
      ["POST", `docs/${id}/edit`, { base_rev: rev, label: null, coalesce: null, ops: [{ op: "remove", nodes: ["step:one"], refs: "detach" }] }],
      ["PUT", `docs/${id}/text`, { base_rev: rev, text: "" }],
      ["POST", `docs/${id}/save`, { version, force: true }],
      ["POST", "pipelines", { path: "evil.yml" }],
      ["GET", "session"],
      ["GET", `docs/${id}`],
      ["GET", `docs/${id}/text`],
    ];
    // In the same browser, where the editor is open as well.
    const other = await page.context().newPage();
    await other.goto(`http://${host}:${await site(t)}/`);
    const { got, sockets, seen, framed } = await other.evaluate(
      async ({ base, requests, token }) => {
        const got = [];
        for (const [method, path, body] of requests) {
          for (const mode of ["cors", "no-cors"]) {
            for (const headers of [{}, { "content-type": "text/plain" }, { "content-type": "application/json" }, { authorization: `Bearer ${token}`, "content-type": "application/json" }]) {
              const init = { method, mode, headers, credentials: "include" };
              if (body !== undefined) init.body = JSON.stringify(body);
              try {
                const answer = await fetch(`${base}api/v1/${path}`, init);
                if (answer.type !== "opaque" || (await answer.text()) !== "") got.push(`${method} ${path} ${mode}: ${answer.status}`);
              } catch {
                // That is how it should be.
              }
            }
          }
        }
        const sockets = [];
        for (const protocols of [["loom"], ["loom", `token.${token}`]]) {
          const socket = new WebSocket(`${base.replace("http", "ws")}api/v1/ws`, protocols);
          sockets.push(await new Promise((done) => ((socket.onopen = () => done("open")), (socket.onerror = () => done("refused")))));
        }
        const load = (element, source) => new Promise((done) => ((element.onload = () => done("loaded")), (element.onerror = () => done("refused")), (element.src = source), document.body.append(element)));
        const seen = [];
        for (const path of [`docs/${requests[6][1].split("/")[1]}/text`, `docs/${requests[6][1].split("/")[1]}/data/data:x/raw`]) {
          seen.push(await load(new Image(), `${base}api/v1/${path}`));
          seen.push(await load(document.createElement("script"), `${base}api/v1/${path}`));
        }
        // A form goes where a fetch may not, and into a frame, so that this page stays.
        const frame = Object.assign(document.createElement("iframe"), { name: "out" });
        document.body.append(frame);
        for (const enctype of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]) {
          for (const [method, path, body] of requests.filter(([method]) => method === "POST")) {
            const form = Object.assign(document.createElement("form"), { method, action: `${base}api/v1/${path}`, enctype, target: "out" });
            const json = JSON.stringify(body);
            // So that `name=value` is JSON again.
            form.append(Object.assign(document.createElement("input"), { name: `${json.slice(0, -1)},"x":"`, value: '"}' }));
            document.body.append(form);
            await new Promise((done) => {
              frame.onload = done;
              form.submit();
            });
          }
        }
        const page = document.createElement("iframe");
        await load(page, `${base}#token=${token}`);
        let framed = "no";
        try {
          if (page.contentDocument !== null && page.contentDocument.body.innerText !== "") framed = "read";
        } catch {
          // Of another origin, as it should be.
        }
        return { got, sockets, seen, framed };
      },
      { base: server.base, requests, token: server.token },
    );
    assert.deepEqual(got, []);
    assert.deepEqual(sockets, ["refused", "refused"]);
    assert.deepEqual([...new Set(seen)], ["refused"]);
    assert.equal(framed, "no");
    // The editor itself was not shown in a frame.
    const inner = other.frames().filter((one) => one.url().startsWith(server.base) && !one.url().includes("/api/"));
    for (const one of inner) assert.equal(await one.locator(".app").count(), 0);
    // Nothing has run, nothing has changed.
    assert.deepEqual(await (await server.ask(`docs/${id}/runs`)).json(), []);
    assert.equal(file.read(), PIPELINE);
    const now = await (await server.ask(`docs/${id}`)).json();
    assert.equal(now.rev, rev);
    assert.equal(now.dirty, false);
    assert.equal(existsSync(join(path, "it-ran")), false);
    assert.deepEqual(readdirSync(path).filter((name) => !name.startsWith(".")), ["pipeline.yml"]);
    // The page itself still works.
    await ui.select("param:rows");
    await ui.field("Value").fill("2");
    await page.keyboard.press("Enter");
    await ui.unsaved();
  });
}

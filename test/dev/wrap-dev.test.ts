import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, type TestContext, test } from "node:test";
import { wrapDev, wrapErrorPage, wrapLint, wrapReload } from "../../src/dev/index.ts";
import { html, text } from "../../src/response.ts";
import { type Handler, stack } from "../../src/ring.ts";
import { wrapSession } from "../../src/session/wrap-session.ts";
import { middlewareContract } from "../../src/testing/middleware-contract.ts";
import { viewsFolder } from "../render/views.ts";
import { requestMap } from "../support/request-map.ts";

const quiet = { onError: () => {} };
const lint = { keys: ["unknown", "mark"] };

describe("wrapDev keeps the middleware contract", () => {
  const open = () => ({ wrap: wrapDev({ errorPage: quiet, lint }), catches: true });
  for (const check of middlewareContract) test(check.name, () => check.run(open));
});

test("what lint finds is on the error page, which reloads when it is mended", async () => {
  const app = wrapDev({ errorPage: quiet })((() => ({ ...text(""), sesion: {} })) as Handler);
  const { status, body } = await app(requestMap("GET", "/", { headers: { accept: "text/html" } }));
  assert.equal(status, 500);
  assert.match(body as string, /SPEC 2\.2: no middleware outside takes response\.sesion: did you mean session\?/);
  assert.match(body as string, /<script src="\/__ringlight\/reload\.js" data-seen="[^"]+" async><\/script>/);
});

test("each part can be left out, and all of them", async () => {
  const handler = (() => ({ ...html("<body>"), sesion: {} })) as Handler;
  const noLint = await wrapDev({ lint: false, errorPage: quiet })(handler)(requestMap());
  assert.match(noLint.body as string, /reload\.js/);
  const noReload = await wrapDev({ lint: false, reload: false })(handler)(requestMap());
  assert.equal(noReload.body, "<body>");
  await assert.rejects(async () => wrapDev({ errorPage: false })(handler)(requestMap()), { code: "ERR_RESPONSE_KEY" });
  assert.equal(wrapDev({ reload: false, errorPage: false, lint: false })(handler), handler);
});

test("a middleware that may stand once is seen through it", () => {
  const inner = stack.use(wrapSession())(() => text(""));
  const inside = wrapDev()(inner);
  assert.throws(() => stack.use(wrapSession())(inside), { code: "ERR_STACK_TWICE" });
  assert.throws(() => stack.use(wrapDev()).use(wrapSession()).use(wrapDev())(() => text("")), {
    code: "ERR_STACK_TWICE",
  });
});

test("impossible options are told, of its parts too", () => {
  assert.throws(() => wrapDev({ reloads: {} } as never), { code: "ERR_OPTION", option: "reloads" });
  assert.throws(() => wrapDev({ reload: { path: 7 } } as never), { option: "path" });
  assert.throws(() => wrapDev({ lint: true } as never), { code: "ERR_OPTION" });
});

test("in production the handler itself comes out, and options are checked all the same", (t) => {
  const before = process.env.NODE_ENV;
  process.env.NODE_ENV = "production";
  t.after(() => {
    if (before === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = before;
  });
  const handler: Handler = () => text("");
  for (const wrap of [wrapDev(), wrapErrorPage(), wrapReload(), wrapLint()]) assert.equal(wrap(handler), handler);
  assert.throws(() => wrapDev({ lint: { keys: 7 } } as never), { option: "keys" });
});

/** A process of its own; its exit code and what it printed. */
async function run(t: TestContext, code: string, environment: Record<string, string> = {}) {
  const args = ["--conditions=ringlight-source", "--input-type=module", "-e", code];
  const child = spawn(process.execPath, args, { env: { ...process.env, ...environment } });
  t.after(() => child.kill("SIGKILL"));
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (printed += text));
  const exit = once(child, "exit");
  return { child, exit, printed: () => printed };
}

const REQUEST = `const request = {
  method: "GET", scheme: "http", host: "localhost", uri: "/", queryString: "", headers: { accept: "text/html" },
  body: null, remoteAddress: "127.0.0.1", signal: new AbortController().signal };`;

test("in production nothing is loaded and nothing watched", async (t) => {
  const code = `
    import { registerHooks } from "node:module";
    const loaded = [];
    registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context); } });
    const { wrapDev } = await import("ringlight/dev");
    const count = loaded.length;
    ${REQUEST}
    const app = wrapDev({ reload: { watch: ["."] } })(() => { throw new Error("x"); });
    try { app(request); } catch {}
    console.log(loaded.length - count, loaded.filter((url) => /youch|node:fs/.test(url)).length,
      process.getActiveResourcesInfo().filter((each) => /FSEvent/.test(each)).length);`;
  const { exit, printed } = await run(t, code, { NODE_ENV: "production" });
  assert.deepEqual([(await exit)[0], printed()], [0, "0 0 0\n"]);
});

test("watchers keep no process from ending", async (t) => {
  const folder = viewsFolder(t, { "a.txt": "1" });
  const code = `
    const { wrapDev } = await import("ringlight/dev");
    ${REQUEST}
    const { status } = await wrapDev({ reload: { watch: [${JSON.stringify(folder)}] } })(() => (
      { status: 200, headers: { "content-type": "text/html" }, body: "<body>" }))(request);
    console.log(status);`;
  const { exit, printed } = await run(t, code);
  assert.deepEqual([(await exit)[0], printed()], [0, "200\n"]);
});

test("a server stops at once, though pages listen for changes", async (t) => {
  const code = `
    const { serve } = await import("ringlight/node");
    const { wrapReload } = await import("ringlight/dev");
    const app = wrapReload({ watch: [] })(() => ({ status: 204, headers: {}, body: null }));
    const { url } = await serve(app, { port: 0, shutdownTimeout: 3600 });
    console.log(url);`;
  const { child, exit, printed } = await run(t, code);
  await once(child.stdout, "data");
  const stream = await fetch(`${printed().trim()}/__ringlight/reload`);
  const reader = stream.body!.getReader();
  await reader.read();
  child.kill("SIGTERM");
  assert.equal((await reader.read()).done, true);
  assert.deepEqual(await exit, [0, null]);
});

test("a server that listens for no signal ends by it as before", async (t) => {
  const code = `
    const { serve } = await import("ringlight/node");
    const { wrapReload } = await import("ringlight/dev");
    const app = wrapReload({ watch: [] })(() => ({ status: 204, headers: {}, body: null }));
    console.log((await serve(app, { port: 0, signals: [] })).url);`;
  const { child, exit, printed } = await run(t, code);
  await once(child.stdout, "data");
  const stream = await fetch(`${printed().trim()}/__ringlight/reload`);
  await stream.body!.getReader().read();
  child.kill("SIGTERM");
  assert.deepEqual(await exit, [null, "SIGTERM"]);
});

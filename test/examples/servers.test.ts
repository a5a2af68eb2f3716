/** The example of every server, over HTTP, with the package as it is published. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { resolve } from "node:path";
import { before, type TestContext, test } from "node:test";
import { WebSocket } from "ws";
import { programOf, RUNTIMES, without } from "../runtimes/runtime.ts";
import { wholeFile } from "../support/ending.ts";
import { packedExamples } from "../support/packed.ts";
import { type Program, started } from "../support/program.ts";
import { visitor } from "../support/visitor.ts";

const file = wholeFile();
let folder: string;
before(() => {
  folder = packedExamples(file);
});

/** Starts an example as its user does, without any option. */
function example(t: TestContext, program: string, args: readonly string[]): Promise<Program> {
  const env = { NODE_OPTIONS: "", NODE_TEST_CONTEXT: undefined, DENO_NO_UPDATE_CHECK: "1", DENO_NO_PROMPT: "1" };
  return started(t, [program, ...args], { cwd: folder, env: { ...env, DENO_DIR: folder } });
}

const onNode = (t: TestContext, server: string): Promise<Program> =>
  example(t, process.execPath, [`examples/${server}`]);

/** What the quickstart does. The cookie and `Vary` are ringlight's own; `isOurs` says whether it is that. */
async function visit(url: string, isOurs = true): Promise<void> {
  const bob = visitor(url);
  const get = async (path: string, headers: Record<string, string> = {}) => {
    const answer = await bob.get(path, headers);
    assert.equal(answer.status, 200);
    assert.match(answer.headers.get("content-type") ?? "", /^text\/plain; ?charset=utf-8$/i);
    if (isOurs) assert.match(answer.headers.get("vary") ?? "", /\bCookie\b/);
    return answer.body;
  };
  assert.equal(await get("/whoami"), "nobody");
  assert.equal(bob.cookie(), "", "who has no data has no session");
  assert.equal(await get("/login/bob"), "User set to: bob");
  assert.equal(await get("/whoami"), "bob");
  assert.equal(await get("/remove"), "User removed");
  assert.equal(await get("/whoami"), "nobody");
  assert.equal(await get("/login/%3CJ%C3%BCrgen%3E%20%2F%20Bob"), "User set to: <Jürgen> / Bob");
  assert.equal(await get("/whoami"), "<Jürgen> / Bob");
  const cookie = bob.cookie();
  assert.equal(await get("/logout"), "Session cleared");
  assert.equal(await get("/whoami", { cookie }), "nobody", "the old cookie, sent again, is nobody");
  if (isOurs) assert.equal(bob.cookie(), "");
}

for (const server of ["express", "connect", "fastify", "koa", "hono", "fetch", "node", "quickstart"]) {
  test(`examples/${server} does what the quickstart does`, { timeout: 60_000 }, async (t) => {
    const { url, stop } = await onNode(t, `${server}/main.ts`);
    await visit(url);
    assert.equal(await stop(), 0);
  });
}

test("examples/express/with-express-session.ts does it too", { timeout: 60_000 }, async (t) => {
  const { url, stop } = await onNode(t, "express/with-express-session.ts");
  await visit(url, false);
  assert.equal(await stop(), 0);
});

// Neither looks for a package anywhere but in the folder; and Deno is allowed the least that it needs.
const bun = ["run", "--no-install"];
const found = ["--node-modules-dir=manual", "--cached-only", "--no-remote", "--no-lock"];
const deno = [...found, "--unstable-no-legacy-abort", "--allow-net=127.0.0.1", "--allow-env=PORT,NODE_ENV"];
const elsewhere = [
  ["Bun", "hono", [...bun, "examples/hono/app.ts"]],
  ["Bun", "fetch", [...bun, "examples/fetch/main.ts"]],
  ["Deno", "hono", ["serve", ...deno, "--host=127.0.0.1", "--port=0", "examples/hono/app.ts"]],
  ["Deno", "fetch", ["run", ...deno, "examples/fetch/main.ts"]],
] as const;

for (const [name, server, args] of elsewhere) {
  const runtime = RUNTIMES.find((runtime) => runtime.name === name)!;
  const skip = without(`examples/${server}`, runtime);
  test(`examples/${server} does what the quickstart does on ${name}`, { skip, timeout: 60_000 }, async (t) => {
    const { url, stop } = await example(t, resolve(programOf(runtime)!), args);
    await visit(url);
    const code = await stop();
    if (server === "fetch") assert.equal(code, 0); // with hono the runtime serves, and ends, by itself
  });
}

test("examples/mounted: the application and its host have one session", { timeout: 60_000 }, async (t) => {
  const { url, stop } = await onNode(t, "mounted/main.ts");
  const bob = visitor(url);
  const get = async (path: string) => (await bob.get(path)).body;
  assert.equal(await get("/wiki/whoami"), "nobody");
  assert.equal(await get("/wiki/login/bob"), "User set to: bob");
  assert.equal(await get("/wiki/whoami"), "bob");
  assert.equal(await get("/whoami"), "bob");
  assert.equal(await get("/wiki/logout"), "Session cleared");
  assert.equal(await get("/whoami"), "nobody");
  assert.equal(await stop(), 0);
});

test("examples/websocket: a sign-out closes the sockets of its session", { timeout: 60_000 }, async (t) => {
  const { url, stop } = await onNode(t, "websocket/main.ts");
  const open = async (cookie: string) => {
    const socket = new WebSocket(url.replace("http", "ws"), { headers: { cookie, origin: url } });
    t.after(() => socket.terminate());
    const [message] = await once(socket, "message");
    return { user: String(message), closed: once(socket, "close") };
  };
  const bob = visitor(url);
  const stranger = await open(bob.cookie());
  assert.equal(stranger.user, "nobody");
  assert.equal((await bob.get("/login/bob")).body, "User set to: bob");
  const signedIn = await open(bob.cookie());
  assert.equal(signedIn.user, "bob");
  assert.equal((await bob.get("/logout")).body, "Session cleared");
  assert.equal((await signedIn.closed)[0], 4401);
  const stopped = stop();
  assert.equal((await stranger.closed)[0], 1001);
  assert.equal(await stopped, 0);
});

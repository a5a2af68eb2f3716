/** Every TypeScript block of docs/guide/from-luminus.md runs as it is printed, and does what the page's snippet is for. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { after, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { text } from "../../src/response.ts";
import type { Handler, RequestMap, ResponseMap } from "../../src/ring.ts";
import { appVisitor, form, setCookies } from "../support/app-visitor.ts";
import { noRedis, redisServer } from "../support/redis-server.ts";
import { requestMap } from "../support/request-map.ts";

const GUIDE = "docs/guide/from-luminus.md";

/** Section → its TypeScript blocks, in order. */
const blocks = new Map<string, readonly string[]>();
for (const section of readFileSync(GUIDE, "utf8").split(/^## /m).slice(1)) {
  const found = [...section.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map((match) => match[1]!);
  if (found.length > 0) blocks.set(section.slice(0, section.indexOf("\n")), found);
}

// Inside the project, so that "ringlight" is this checkout.
mkdirSync(".tmp", { recursive: true });
const folder = mkdtempSync(".tmp/from-luminus-");
after(() => rmSync(folder, { recursive: true }));
const ran = new Set<string>();
let files = 0;

// biome-ignore lint/suspicious/noExplicitAny: a module that is read from a document
async function run(section: string, index = 0): Promise<any> {
  const source = blocks.get(section)?.[index];
  assert.ok(source !== undefined, `${GUIDE} has no block ${index + 1} under "${section}"`);
  ran.add(`${section} ${index}`);
  const file = `${folder}/${++files}.ts`;
  writeFileSync(file, source);
  return import(pathToFileURL(file).href);
}

// biome-ignore lint/suspicious/noExplicitAny: of whatever the block adds
type Wrap = (handler: (request: any) => object) => Handler;
const signingIn = (wrap: Wrap): Handler =>
  wrap(({ method, session, flash }) =>
    method === "POST"
      ? { ...text("in"), session: { ...session, user: "bob" }, flash: "Welcome." }
      : { ...text(`${session.user ?? "nobody"} ${flash ?? ""}`), headers: { "content-type": "text/html" } },
  );

async function holdsSession(app: Handler, uri = "/", origin = "http://localhost"): Promise<readonly string[]> {
  const visitor = appVisitor(app, origin);
  const lines = setCookies(await visitor.post(uri, form({})));
  assert.equal((await visitor.get(uri)).body, "bob Welcome.");
  assert.equal((await visitor.get(uri)).body, "bob ");
  return lines;
}

describe("wrap-base", () => {
  for (const [index, name] of ["line for line", "as we would write it"].entries()) {
    test(`${name}, in at most 15 lines`, () => {
      const lines = blocks
        .get("`wrap-base`")!
        [index]!.split("\n")
        .filter((line) => !line.startsWith("import"));
      assert.ok(lines.filter((line) => line.trim() !== "").length <= 15);
    });

    test(name, async () => {
      const { wrapBase } = await run("`wrap-base`", index);
      const app = signingIn(wrapBase);
      await holdsSession(app, "/wiki");
      assert.equal((await app(requestMap("GET", "/elsewhere"))).status, 404);
      const asset = await app(requestMap("GET", "/wiki/assets/bulma/css/bulma.min.css"));
      assert.equal(asset.status, 200);
      assert.match(String(asset.headers["content-type"]), /^text\/css/);
      await (asset.body as ReadableStream).cancel();
    });

    test(`${name}: data is answered in the format that is asked for, and a failure says nothing of the inside`, async (t) => {
      t.mock.method(console, "error", () => {});
      const { wrapBase } = await run("`wrap-base`", index);
      const get = (app: Handler, headers: RequestMap["headers"] = {}): ResponseMap | Promise<ResponseMap> =>
        app(requestMap("GET", "/wiki", { remoteAddress: "192.0.2.1", headers }));
      const data = await get(wrapBase(() => ({ status: 200, headers: {}, body: null, data: { a: 1 } })));
      assert.deepEqual(await new Response(data.body as BodyInit).json(), { a: 1 });
      const failure = await get(
        wrapBase(() => {
          throw new Error("the inside");
        }),
      );
      assert.equal(failure.status, 500);
      assert.doesNotMatch(String(failure.body), /inside/);
    });
  }

  test("line for line: anti-forgery is off, as on the page; as we would write it: on", async () => {
    const crossSite = requestMap("POST", "/wiki", { headers: { "sec-fetch-site": "cross-site" } });
    const statusOf = async (index: number) =>
      (await signingIn((await run("`wrap-base`", index)).wrapBase)(crossSite)).status;
    assert.deepEqual([await statusOf(0), await statusOf(1)], [200, 403]);
  });
});

test("a cookie store, with a name", async (t) => {
  t.mock.method(console, "warn", () => {}); // of the random key
  const { wrapBase } = await run("A cookie store, with a name");
  const lines = await holdsSession(signingIn(wrapBase));
  assert.ok(lines.some((line) => line.startsWith("example-app-sessions=")));
});

test("sessions whose cookie lasts ten seconds", async (t) => {
  t.mock.method(console, "warn", () => {});
  const { wrapBase } = await run("Sessions whose cookie lasts ten seconds");
  const lines = await holdsSession(signingIn(wrapBase));
  const line = lines.find((each) => each.startsWith("session="))!;
  for (const attribute of ["Max-Age=10", "HttpOnly", "SameSite=Lax"])
    assert.ok(line.includes(`; ${attribute}`), attribute);
});

test("a key of one's own", async (t) => {
  const warned = t.mock.method(console, "warn", () => {});
  process.env.SESSION_KEY = randomBytes(32).toString("base64url");
  t.after(() => delete process.env.SESSION_KEY);
  const { wrapBase } = await run("A key of one's own");
  await holdsSession(signingIn(wrapBase));
  assert.equal(warned.mock.callCount(), 0);
});

test("Redis", { skip: noRedis }, async (t) => {
  const { url } = await redisServer(t);
  process.env.REDIS_URL = url;
  t.after(() => delete process.env.REDIS_URL);
  const { wrapBase, store } = await run("Redis");
  t.after(() => store.close());
  await holdsSession(signingIn(wrapBase));
});

test("accessing the session", async () => {
  const { app } = await run("Accessing the session");
  const visitor = appVisitor(app);
  const who = async () => (await visitor.get("/who")).body;
  assert.equal((await visitor.post("/login/bob", form({}))).body, "User set to: bob");
  assert.equal(await who(), "bob");
  assert.equal((await visitor.post("/remove", form({}))).body, "User removed");
  assert.equal(await who(), "nobody");
  await visitor.post("/login/bob", form({}));
  assert.equal((await visitor.post("/logout", form({}))).body, "Session cleared");
  assert.equal(await who(), "nobody");
  assert.equal(visitor.cookie(), "");
});

test("flash", async () => {
  const { app } = await run("Flash");
  const visitor = appVisitor(app);
  assert.equal((await visitor.post("/save", form({}))).status, 303);
  assert.equal((await visitor.get("/")).body, "Saved.");
  assert.equal((await visitor.get("/")).body, "nothing new");
});

test("cookies", async () => {
  const { app } = await run("Cookies");
  const visitor = appVisitor(app);
  assert.equal((await visitor.get("/")).body, "no cookie");
  assert.deepEqual(setCookies(await visitor.get("/set")), ["username=Alice; Path=/"]);
  assert.equal((await visitor.get("/")).body, "Alice");
  const [line] = setCookies(await visitor.get("/set-with-attributes"));
  for (const attribute of [
    "Path=/set-with-attributes",
    "Secure",
    "HttpOnly",
    "SameSite=Strict",
    "Max-Age=3600",
    "Expires=Thu, 01 Jan 2099 00:00:00 GMT",
  ]) {
    assert.ok(line!.includes(`; ${attribute}`), attribute);
  }
});

test("every block of the guide ran", () => {
  const all = [...blocks].flatMap(([section, found]) => found.map((_, index) => `${section} ${index}`));
  assert.deepEqual(
    all.filter((name) => !ran.has(name)),
    [],
  );
});

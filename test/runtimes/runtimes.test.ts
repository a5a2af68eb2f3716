/** The same application on Node, Bun, Deno and workerd, each a process of its own that is visited over HTTP. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { toFetch } from "../../src/adapters/fetch.ts";
import type { Store } from "../../src/session/store.ts";
import { request, visitor } from "../support/visitor.ts";
import { app, STORES, WHOLE } from "./app.ts";
import { type Result, sealing } from "./checks.ts";
import { NAME, PLAIN } from "./known-answers.ts";
import { LENT_VISITS } from "./lent-visits.ts";
import { RUNTIMES, serving, without } from "./runtime.ts";

const BOB = "Jürgen 🌙 Bob";
const NOTE = "note 🌙"; // the application keeps 500 of it: more than one cookie holds, unless they are compressed

for (const runtime of RUNTIMES) {
  const skip = without("the suite runtimes", runtime);
  test(`ringlight on ${runtime.name}`, { skip, timeout: 60_000 }, async (t) => {
    const url = await serving(t, runtime);

    const results = (await (await fetch(`${url}/checks`)).json()) as readonly Result[];
    assert.ok(results.length > 0);
    for (const { name, got, expected } of results) {
      await t.test(name, () => assert.deepEqual(got, expected));
    }

    await t.test("Node opens what was sealed there", async () => {
      const opened = sealing.open(NAME, (await request(`${url}/sealed`)).body);
      assert.deepEqual(opened, { plain: Buffer.from(PLAIN), old: false });
    });

    await t.test("a session of Node's is one there, and one from there is one on Node", async () => {
      const here: Fetch = (path, cookie) => toFetch(app)(new Request(`${url}${path}`, { headers: { cookie } }));
      const there: Fetch = (path, cookie) => fetch(`${url}${path}`, { headers: { cookie } });
      for (const store of ["cookie", "compressed"]) {
        await handOver(store, here, there);
        await handOver(store, there, here);
      }
    });

    for (const [name, store] of STORES) {
      await t.test(`a visit, from sign-in to sign-out, with the store ${name}`, () => visit(url, name, store));
    }

    for (const name of WHOLE.keys()) {
      await t.test(`a whole site, of wrapDefaults, with uploads ${name}`, () => visitWhole(`${url}/${name}`));
    }

    for (const host of runtime.program === undefined ? [] : ["fetch", "hono"]) {
      for (const [name, run] of LENT_VISITS) await t.test(`${host}: ${name}`, () => run(`${url}/lent-${host}`));
    }

    await t.test(runtime.hasFolders ? "static files are served" : "static files are the platform's", async () => {
      const { status, body, headers } = await request(`${url}/in-files/hello.txt`);
      assert.equal(status, 200);
      assert.equal(headers.has("etag"), runtime.hasFolders);
      assert.equal(body === "hello", runtime.hasFolders);
    });

    await t.test("static files in a folder that is not there: what to do is said", async () => {
      assert.match((await request(`${url}/folder`)).body, runtime.folderless);
    });

    await t.test(runtime.tellsPeer ? "the peer's address is known" : "the peer's address is not told", async () => {
      const { body } = await request(`${url}/memory/peer`);
      assert.equal(body, runtime.tellsPeer ? "127.0.0.1" : "undefined");
    });
  });
}

type Fetch = (path: string, cookie: string) => Promise<Response>;

/** Begins a session with one server and asks another about it. */
async function handOver(store: string, from: Fetch, to: Fetch): Promise<void> {
  const begun = await from(`/${store}/note?${encodeURIComponent(NOTE)}`, "");
  const pairs = begun.headers.getSetCookie().map((line) => line.split(";")[0]);
  const { notes } = (await (await to(`/${store}/whoami`, pairs.join("; "))).json()) as { notes?: string };
  assert.equal(notes, NOTE.repeat(500));
}

async function visit(url: string, name: string, { lacks = {} }: Store): Promise<void> {
  const whoami = async (cookie: string) => JSON.parse((await request(`${url}/${name}/whoami`, "GET", { cookie })).body);
  const inParts = name === "cookie" || name === "revoking";

  const bob = visitor(url);
  assert.deepEqual(await whoami(bob.cookie()), { status: { state: "none" } });
  assert.equal((await bob.post(`/${name}/sign-in?${encodeURIComponent(BOB)}`)).status, 200);
  const { user, status } = await whoami(bob.cookie());
  assert.equal(user, BOB);
  assert.equal(status.state, "live");
  assert.equal(typeof status.authenticatedAt, "number");

  await bob.post(`/${name}/note?${encodeURIComponent(NOTE)}`);
  assert.equal((await whoami(bob.cookie())).notes, NOTE.repeat(500));
  assert.equal(bob.cookie().split("; ").length, inParts ? 2 : 1);

  const reason = name === "memory" ? "unknown" : "forged";
  assert.deepEqual(await whoami(forged(bob.cookie())), { status: { state: "refused", reason } });
  assert.equal((await whoami(bob.cookie())).user, BOB);

  const visits = await Promise.all(Array.from({ length: 10 }, () => bob.post(`/${name}/visit`)));
  assert.deepEqual(new Set(visits.map(({ status }) => status)), new Set([200]));
  assert.equal((await bob.get(`/${name}/visits`)).body, lacks.G4 ? "1" : "10");

  const before = bob.cookie();
  await bob.post(`/${name}/sign-out`);
  assert.equal(bob.cookie(), "");
  assert.deepEqual(await whoami(""), { status: { state: "none" } });
  assert.equal((await whoami(before)).status.state, lacks.G3 ? "live" : "refused");
}

async function visitWhole(site: string): Promise<void> {
  let cookie = "";
  const send = async (path: string, init: RequestInit = {}, more: Record<string, string> = {}): Promise<Response> => {
    const headers = { cookie, "sec-fetch-site": "same-origin", ...more };
    const response = await fetch(site + path, { redirect: "manual", ...init, headers });
    for (const line of response.headers.getSetCookie()) cookie = line.split(";")[0]!;
    return response;
  };
  const shown = async () => (await send("?q=1")).json();
  const fields = { user: "bob", "a[b]": "c" };
  const upload = new FormData();
  for (const [name, value] of Object.entries(fields)) upload.append(name, value);
  const octets = Buffer.from(Array.from({ length: 50_000 }, (_, i) => `${i} `).join("")); // in many chunks
  upload.append("file", new Blob([octets]), "a.txt");
  for (const [body, digest] of [
    [new URLSearchParams(fields), ""],
    [upload, createHash("sha256").update(octets).digest("hex")],
  ] as const) {
    assert.equal((await send("", { method: "POST", body })).status, 303);
    assert.deepEqual(await shown(), { user: "bob", flash: `{"b":"c"} ${digest}`, query: "1" });
    assert.deepEqual(await shown(), { user: "bob", query: "1" });
  }
  assert.equal((await send("", { method: "POST" }, { "sec-fetch-site": "cross-site" })).status, 403);
  const { status, headers } = await send("", { method: "HEAD" });
  assert.deepEqual([status, headers.get("x-content-type-options")], [200, "nosniff"]);
  const broken = await send("/broken");
  assert.equal(broken.status, 500);
  assert.doesNotMatch(await broken.text(), /inside/);
}

/** The cookie with one character in its middle changed. */
function forged(cookie: string): string {
  const middle = Math.floor(cookie.split("; ")[0]!.length / 2);
  return `${cookie.slice(0, middle)}${cookie[middle] === "A" ? "B" : "A"}${cookie.slice(middle + 1)}`;
}

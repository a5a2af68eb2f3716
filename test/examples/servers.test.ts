/** The example of every server, over HTTP, with the package as it is published. */
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { wholeFile } from "../support/ending.ts";
import { example, packedExamples } from "../support/packed.ts";
import { visitor } from "../support/visitor.ts";

const file = wholeFile();
let folder: string;
before(() => {
  folder = packedExamples(file);
});

const SERVERS = ["express", "connect", "fastify", "koa", "hono", "fetch", "node", "quickstart"];

for (const server of [...SERVERS.map((name) => `${name}/main.ts`), "express/with-express-session.ts"]) {
  const isOurs = !server.includes("with-express-session");
  test(`examples/${server} does what the quickstart does`, { timeout: 60_000 }, async (t) => {
    const { url, stop } = await example(t, folder, server);
    const bob = visitor(url);
    const get = async (path: string, cookie?: string) => {
      const { status, body, headers } = await bob.get(path, cookie === undefined ? {} : { cookie });
      assert.equal(status, 200);
      if (isOurs) assert.match(headers.get("vary") ?? "", /\bCookie\b/);
      return body;
    };
    assert.equal(await get("/whoami"), "nobody");
    assert.equal(bob.cookie(), "", "who has no data has no session");
    assert.equal(await get("/login/bob"), "User set to: bob");
    assert.equal(await get("/whoami"), "bob");
    assert.equal(await get("/remove"), "User removed");
    assert.equal(await get("/whoami"), "nobody");
    assert.equal(await get("/login/J%C3%BCrgen%20%2F%20Bob"), "User set to: Jürgen / Bob");
    const signedIn = bob.cookie();
    assert.equal(await get("/logout"), "Session cleared");
    assert.equal(await get("/whoami", signedIn), "nobody", "the old cookie, sent again, is nobody");
    if (isOurs) assert.equal(bob.cookie(), "");
    assert.equal(await stop(), 0);
  });
}

test("examples/mounted/main.ts: the application and its host have one session", { timeout: 60_000 }, async (t) => {
  const { url, stop } = await example(t, folder, "mounted/main.ts");
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

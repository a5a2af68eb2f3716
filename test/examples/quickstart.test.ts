import assert from "node:assert/strict";
import { test } from "node:test";
import { program } from "../support/program.ts";
import { visitor } from "../support/visitor.ts";

test("the page's routes answer as on the page, and after /logout the user is really gone", async (t) => {
  const { url, stop } = await program(t, "quickstart");
  const bob = visitor(url);
  const get = async (path: string) => {
    const { status, body, headers } = await bob.get(path);
    assert.deepEqual([status, headers.get("content-type")], [200, "text/plain; charset=utf-8"]);
    return body;
  };
  assert.equal(await get("/whoami"), "nobody");
  assert.equal(await get("/login/bob"), "User set to: bob");
  assert.equal(await get("/whoami"), "bob");
  assert.equal(await get("/remove"), "User removed");
  assert.equal(await get("/whoami"), "nobody");
  assert.equal(await get("/login/J%C3%BCrgen%20%2F%20Bob"), "User set to: Jürgen / Bob");
  const signedIn = bob.cookie();
  assert.equal(await get("/logout"), "Session cleared");
  assert.equal(bob.cookie(), "");
  assert.equal(await get("/whoami"), "nobody");
  const replay = await fetch(`${url}/whoami`, { headers: { cookie: signedIn } });
  assert.equal(await replay.text(), "nobody", "the old cookie, sent again, is nobody");
  assert.equal(await stop(), 0);
});

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { program } from "../support/program.ts";
import { visitor } from "../support/visitor.ts";

test("STORE=sqlite:… npm start: two guestbooks on one file share their visitors", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "guestbook-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const environment = { STORE: `sqlite:${join(folder, "guestbook.db")}` };
  const [one, two] = [await program(t, "start", environment), await program(t, "start", environment)];
  const bob = visitor(one.url);
  const form = { "content-type": "application/x-www-form-urlencoded" };
  const signedIn = await fetch(`${one.url}/sign-in`, {
    method: "POST",
    redirect: "manual",
    headers: form,
    body: "name=Bob",
  });
  const cookie = signedIn.headers.getSetCookie()[0]!.split(";")[0]!;
  assert.doesNotMatch((await bob.get("/")).body, /Signed in as/);
  for (const { url } of [two, one]) {
    assert.match(await (await fetch(url, { headers: { cookie } })).text(), /Signed in as <strong>Bob/);
  }
  await fetch(`${two.url}/sign-out`, { method: "POST", redirect: "manual", headers: { cookie } });
  assert.doesNotMatch(await (await fetch(one.url, { headers: { cookie } })).text(), /Signed in as/);
  for (const each of [one, two]) assert.equal(await each.stop(), 0);
});

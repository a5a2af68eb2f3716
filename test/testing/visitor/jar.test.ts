import assert from "node:assert/strict";
import { test } from "node:test";
import { movableClock } from "../../../src/testing/index.ts";
import { openJar } from "../../../src/testing/visitor/jar.ts";

const URL = "https://example.com/a/b";

async function jarAt(start = Date.UTC(2001, 0, 1)) {
  const clock = movableClock(start);
  const jar = await openJar(clock);
  return {
    clock,
    jar,
    send: () => jar.header(URL, "strict"),
    store: (...lines: string[]) => jar.store(lines, URL, "strict"),
  };
}

// In the past and in the future of the machine's clock, by which tough-cookie would go.
for (const [when, start] of [
  ["2001", Date.UTC(2001, 0, 1)],
  ["2900", Date.UTC(2900, 0, 1)],
] as const) {
  test(`in ${when} a cookie with Max-Age goes at its moment, however often it was used`, async () => {
    const { clock, send, store } = await jarAt(start);
    store("a=1; Max-Age=60; Path=/");
    for (let i = 0; i < 6; i++) {
      assert.equal(send(), "a=1");
      clock.advance(i < 5 ? 10 : 9.999);
    }
    assert.equal(send(), "a=1");
    clock.advance(0.001);
    assert.equal(send(), "");
    clock.advance(-30);
    assert.equal(send(), "", "what went does not come back");
  });

  test(`in ${when} a cookie with Expires goes at its moment`, async () => {
    const { clock, send, store } = await jarAt(start);
    store(
      `a=1; Path=/; Expires=${new Date(start + 60_000).toUTCString()}`,
      `b=1; Expires=${new Date(start).toUTCString()}`,
    );
    assert.equal(send(), "a=1");
    clock.advance(60);
    assert.equal(send(), "");
  });
}

test("Max-Age goes before Expires, and none lives longer than 400 days", async () => {
  const { clock, jar, send, store } = await jarAt();
  store("a=1; Path=/; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "b=1; Path=/; Max-Age=999999999");
  assert.equal(send(), "a=1; b=1");
  clock.advance(60);
  assert.equal(send(), "b=1");
  assert.equal(jar.list(URL)[0]?.expires, Date.UTC(2001, 0, 1) + 34_560_000_000);
});

test("a cookie is replaced in its place and deleted by Max-Age=0", async () => {
  const { send, store } = await jarAt();
  store("a=1; Path=/", "b=2; Path=/", "c=3; Path=/a", "a=4; Path=/");
  assert.equal(send(), "c=3; a=4; b=2");
  store("a=; Path=/; Max-Age=0");
  assert.equal(send(), "c=3; b=2");
});

test("what a browser ignores is ignored", async () => {
  const { jar, send, store } = await jarAt();
  store(
    "__Host-a=1; Secure; Path=/a",
    "__Secure-a=1",
    "b=1; Domain=other.example",
    "c=1; Domain=com",
    `d=${"x".repeat(4096)}`,
  );
  assert.equal(send(), "");
  jar.store(["s=1; Secure; Path=/"], "http://example.com/", "strict");
  assert.equal(send(), "");
});

test("Secure cookies go to https and to this machine", async () => {
  const { jar, store } = await jarAt();
  store("a=1; Secure; Path=/");
  assert.equal(jar.header("http://example.com/", "strict"), "");
  jar.store(["b=1; Secure"], "http://127.0.0.1:3000/", "strict");
  assert.equal(jar.header("http://127.0.0.1:3000/", "strict"), "b=1");
});

test("SameSite is obeyed for requests of other sites", async () => {
  const { jar, store } = await jarAt();
  store("s=1; SameSite=Strict; Path=/", "l=1; SameSite=Lax; Path=/", "n=1; SameSite=None; Secure; Path=/");
  assert.equal(jar.header(URL, "strict"), "s=1; l=1; n=1");
  assert.equal(jar.header(URL, "lax"), "l=1; n=1");
  assert.equal(jar.header(URL, "none"), "n=1");
});

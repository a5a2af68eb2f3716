import assert from "node:assert/strict";
import { test } from "node:test";
import { cookieWarnings } from "../../src/cookies/undelivered.ts";
import { wrapCookies } from "../../src/cookies/wrap-cookies.ts";
import { text } from "../../src/response.ts";
import { stack } from "../../src/ring.ts";
import { requestMap } from "../support/request-map.ts";

test("a cookie that a browser will drop is told once, with its name and the remedy", (t) => {
  const warned = t.mock.method(console, "warn", () => {});
  const secure = stack.use(wrapCookies())(() => ({
    ...text("ok"),
    cookies: { a: { value: "1", secure: true }, b: { value: "2", secure: true, partitioned: true } },
  }));
  const send = (more: Parameters<typeof requestMap>[2]) => secure(requestMap("GET", "/", more));
  return (async () => {
    for (const host of ["localhost:3000", "127.0.0.1", "app.localhost", "[::1]:80"]) await send({ host });
    await send({ scheme: "https", host: "example.com" });
    const words = () => warned.mock.calls.map(({ arguments: [line] }) => String(line));
    assert.deepEqual(
      words().map((line) => line.includes("Partitioned without")),
      [true],
      "b, once",
    );
    for (let i = 0; i < 3; i++) await send({ host: "example.com" });
    assert.equal(words().length, 2);
    assert.match(words()[1]!, /the cookie a is Secure and was sent over plain http.*name the proxy/);
  })();
});

test("a visitor who steers a cookie's name cannot fill the log or the memory", () => {
  const lines: string[] = [];
  const warn = cookieWarnings((line) => void lines.push(line));
  for (let i = 0; i < 1000; i++) warn(`name${i}`, { secure: true }, { scheme: "http", host: "example.com" });
  assert.equal(lines.length, 100);
});

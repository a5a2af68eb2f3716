/** SPEC 2.3 and 5.2, 11: what is no response is refused before anything is stored. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Handler, stack } from "../../src/ring.ts";
import { recreate } from "../../src/session/next.ts";
import { type AnySession, wrapSession } from "../../src/session/wrap-session.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { commonPages, listen, type Pages, site } from "../support/site.ts";
import { request, sessionCookie } from "../support/visitor.ts";
import { counting } from "../support/watched-store.ts";

const wishes: Record<string, (session: AnySession) => unknown> = {
  "a value": (session) => ({ ...session, n: 1 }),
  "a function": () => (current: AnySession) => ({ ...current, n: 1 }),
  recreate: (session) => recreate({ ...session, n: 1 }),
  "a sign-in": (session) => ({ ...session, user: "alice" }),
  null: () => null,
};

/** Each answer with each wish, with a session and without: 500, and everything as it was. */
async function refusedWhole(t: Parameters<typeof site>[0], answer: object, code: string): Promise<void> {
  const { store, calls } = counting(memoryStore());
  const page: Pages[string] = ({ session, queryString }) => ({
    ...answer,
    session: wishes[decodeURIComponent(queryString)]!(session as AnySession),
  });
  const { url, errors, events } = await site(t, { ...commonPages, "/bad": page }, { store });
  const cookie = `session=${sessionCookie(await request(`${url}/login`))}`;
  for (const wish of Object.keys(wishes)) {
    for (const headers of [{ cookie }, {}] as Record<string, string>[]) {
      calls.length = events.length = 0;
      const got = await request(`${url}/bad?${encodeURIComponent(wish)}`, "GET", headers);
      assert.deepEqual([got.status, got.setCookies, got.body], [500, [], "Internal Server Error"], wish);
      assert.equal((errors.at(-1) as { code: string }).code, code, wish);
      assert.deepEqual([calls, events], ["cookie" in headers ? ["read"] : [], []], wish);
    }
  }
  assert.equal((await request(`${url}/show`, "GET", { cookie })).body, '{"user":"bob"}');
}

const shapes: Array<[what: string, answer: object]> = [
  ["a status of 999", { status: 999 }],
  ["a status of 101", { status: 101 }],
  ["a status that is text", { status: "200" }],
  ["no status", { status: undefined }],
  ["headers that are a Headers", { headers: new Headers({ "x-a": "1" }) }],
  ["headers that are a Map", { headers: new Map([["x-a", "1"]]) }],
  ["no headers", { headers: undefined }],
  ["a line break in a header", { headers: { "x-a": "1\r\nset-cookie: session=x" } }],
  ["a header that is a number", { headers: { "x-a": 1 } }],
  ["a header in two spellings", { headers: { "X-A": "1", "x-a": "2" } }],
  ["a body that is an object", { body: { json: true } }],
  ["a length that is not the body's", { headers: { "content-length": "1" }, body: "four" }],
];

for (const [what, answer] of shapes) {
  test(`a response with ${what} is refused before the session is touched`, (t) =>
    refusedWhole(t, answer, "ERR_RESPONSE_SHAPE"));
}

for (const value of [undefined, null, "text", new Response("x"), [1]]) {
  test(`a handler that answers ${value instanceof Response ? "a Response" : JSON.stringify(value)} stores nothing`, async (t) => {
    const { store, calls } = counting(memoryStore());
    const { url, errors } = await listen(t, stack.use(wrapSession({ store }))((() => value) as unknown as Handler));
    assert.equal((await request(url)).status, 500);
    assert.equal((errors[0] as { code: string }).code, "ERR_RESPONSE_SHAPE");
    assert.deepEqual(calls, []);
  });
}

for (const headers of [
  { "set-cookie": "session=mine" },
  { "Set-Cookie": "session=mine; Path=/" },
  { "SET-COOKIE": ["theme=dark", " session = mine"] },
  { "set-cookie": ["session"] },
  { "set-cookie": "session.1=mine" },
  { "Set-Cookie": ["session.used=mine"] },
]) {
  test(`${JSON.stringify(headers)} is refused as the session's own cookie, before the session is touched`, (t) =>
    refusedWhole(t, { headers }, "ERR_COOKIE_NAME"));
}

test("cookies of other names go out beside the session's, however their header is spelt", async (t) => {
  const { url } = await site(t, {
    "/set": () => ({ session: { n: 1 }, headers: { "Set-Cookie": ["theme=dark", "session2=x", "SESSION=y"] } }),
  });
  const names = (await request(`${url}/set`)).setCookies.map((line) => line.split("=")[0]);
  assert.deepEqual(names, ["theme", "session2", "SESSION", "session"]);
});

test("sessionCookieAttrs that cannot be sent are refused before the session is touched", async (t) => {
  await refusedWhole(t, { sessionCookieAttrs: { domain: "no domain" } }, "ERR_COOKIE_ATTRIBUTE");
});

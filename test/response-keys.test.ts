import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type WithCookies, wrapCookies } from "../src/cookies/wrap-cookies.ts";
import { sessionToken, wrapAntiForgery } from "../src/middleware/anti-forgery.ts";
import { wrapContentSecurityPolicy } from "../src/middleware/content-security-policy.ts";
import { wrapContext } from "../src/middleware/context.ts";
import { type WithFlash, wrapFlash } from "../src/middleware/flash.ts";
import { type WithFormats, wrapFormats } from "../src/middleware/formats.ts";
import { wrapFrameOptions } from "../src/middleware/frame-options.ts";
import { wrapMultipartParams } from "../src/middleware/multipart-params.ts";
import { wrapNestedParams } from "../src/middleware/nested-params.ts";
import { wrapParams } from "../src/middleware/params.ts";
import { wrapWebjars } from "../src/middleware/webjars.ts";
import { type WithWebSocket, wrapWebSocket } from "../src/middleware/websocket.ts";
import { ADDED_BY } from "../src/request-keys.ts";
import { SENT, TAKEN, takerOf } from "../src/response-keys.ts";
import type { Layer, ResponseMap } from "../src/ring.ts";
import { type WithSession, wrapSession } from "../src/session/wrap-session.ts";
import type { AnyHandler } from "../src/testing/middleware-contract.ts";
import { requestMap } from "./support/request-map.ts";

type Wrap = (handler: AnyHandler) => AnyHandler;
const each = (...wraps: readonly unknown[]): readonly Wrap[] => wraps as readonly Wrap[];

/** Every middleware that adds keys, last, inside of those that it needs. */
const ADDERS: Readonly<Record<string, readonly Wrap[]>> = {
  "wrapCookies()": each(wrapCookies()),
  "wrapSession()": each(wrapSession()),
  "wrapFlash()": each(wrapSession(), wrapFlash()),
  "wrapAntiForgery()": each(wrapSession(), wrapAntiForgery({ strategy: sessionToken() })),
  "wrapParams()": each(wrapParams()),
  "wrapNestedParams()": each(wrapParams(), wrapNestedParams()),
  "wrapMultipartParams()": each(wrapMultipartParams()),
  "wrapFormats()": each(wrapFormats()),
  "wrapWebSocket()": each(wrapWebSocket()),
  "wrapContext()": each(wrapContext("/a")),
  "wrapContentSecurityPolicy()": each(wrapContentSecurityPolicy({ directives: { scriptSrc: ["nonce"] } })),
  "wrapFrameOptions()": each(wrapFrameOptions()),
  "wrapWebjars()": each(wrapWebjars({ packages: ["bulma"] })),
};

const around = (wraps: readonly Wrap[], handler: AnyHandler): AnyHandler =>
  wraps.reduceRight((inner, outer) => outer(inner), handler);

const asked = () => requestMap("GET", "/a", { headers: { upgrade: "websocket", connection: "upgrade" } });

async function keysWithin(wraps: readonly Wrap[]): Promise<readonly string[]> {
  let seen: object = {};
  await around(wraps, (request) => {
    seen = request;
    return { status: 204, headers: {}, body: null };
  })(asked());
  return Object.keys(seen);
}

describe("ADDED_BY names who adds each key of a request, and nobody else", () => {
  for (const [name, wraps] of Object.entries(ADDERS)) {
    test(name, async () => {
      const before = await keysWithin(wraps.slice(0, -1));
      const added = (await keysWithin(wraps)).filter((key) => !before.includes(key));
      const said = Object.entries(ADDED_BY).filter(([, middleware]) => middleware === name);
      assert.deepEqual(added.sort(), said.map(([key]) => key).sort());
    });
  }
  test("every row is of one of these", () => {
    assert.deepEqual(new Set(Object.values(ADDED_BY)), new Set(Object.keys(ADDERS)));
  });
});

type KeysOf<L extends Layer> = L extends unknown ? keyof L["response"] : never;
/** A new key of a layer does not compile here until it is in TAKEN, and stands below. */
type Taken = KeysOf<WithSession | WithCookies | WithFlash | WithFormats | WithWebSocket>;

const ANSWERS: Readonly<Record<Taken, Partial<ResponseMap> & Readonly<Record<string, unknown>>>> = {
  session: { session: { a: 1 } },
  sessionCookieAttrs: { sessionCookieAttrs: { path: "/" } },
  sessionSlots: { sessionSlots: {} },
  flash: { flash: "x" },
  keepFlash: { keepFlash: true },
  cookies: { cookies: { a: "1" } },
  data: { data: 1 },
  websocket: { status: 101, websocket: {} },
};

test("TAKEN has the response keys of all layers", () => {
  assert.deepEqual(Object.keys(TAKEN).sort(), Object.keys(ANSWERS).sort());
});

for (const [key, answer] of Object.entries(ANSWERS)) {
  test(`response.${key} is taken by the middleware that gives its request key, and is not sent`, async () => {
    const { requestKey, middleware } = takerOf(key)!;
    assert.ok((await keysWithin(ADDERS[middleware]!)).includes(requestKey));
    const answered = await around(ADDERS[middleware]!, () => ({ status: 200, headers: {}, body: null, ...answer }))(
      asked(),
    );
    assert.equal(key in answered, false);
    assert.equal(SENT.includes(key), false);
  });
}

test("nobody takes what is on no layer", () => {
  for (const key of ["sesion", "constructor", "toString", "__proto__"]) assert.equal(takerOf(key), undefined);
});

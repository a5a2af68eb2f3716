import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { wrapCookies } from "../../src/cookies/wrap-cookies.ts";
import { wrapFlash } from "../../src/middleware/flash.ts";
import { stack } from "../../src/ring.ts";
import { wrapSession } from "../../src/session/wrap-session.ts";
import { type AnyHandler, middlewareContract, type OpenMiddleware } from "../../src/testing/middleware-contract.ts";

const sound: Readonly<Record<string, OpenMiddleware>> = {
  wrapCookies: () => ({ wrap: wrapCookies() }),
  wrapSession: () => ({ wrap: wrapSession() }),
  "wrapFlash in wrapSession": () => ({
    wrap: stack.use(wrapSession()).use(wrapFlash()) as (handler: AnyHandler) => AnyHandler,
  }),
};

for (const [name, open] of Object.entries(sound)) {
  describe(name, () => {
    for (const check of middlewareContract) test(check.name, () => check.run(open));
  });
}

/** Wrong middleware, each with the checks that catch it. */
const broken: ReadonlyArray<readonly [name: string, wrap: (handler: AnyHandler) => AnyHandler, caughtBy: RegExp]> = [
  [
    "rebuilds the request",
    (handler) =>
      ({ method, uri, headers }) =>
        handler({ method, uri, headers }),
    /request keys/,
  ],
  [
    "rebuilds the response",
    (handler) => async (request) => {
      const { status, headers, body } = (await handler(request)) ?? {};
      return { status, headers, body };
    },
    /response keys/,
  ],
  [
    "replaces headers",
    (handler) => async (request) => {
      const answered = await handler(request);
      return answered && { ...answered, headers: { "content-type": "text/plain" } };
    },
    /response headers/,
  ],
  [
    "knows one spelling of a header",
    (handler) => async (request) => {
      const answered = await handler(request);
      return answered && { ...answered, headers: { ...answered.headers, "cache-control": "no-store" } };
    },
    /another spelling/,
  ],
  [
    "takes a header away in one spelling",
    (handler) => async (request) => {
      const answered = await handler(request);
      const { etag: _, ...headers } = answered?.headers ?? {};
      return answered && { ...answered, headers };
    },
    /another spelling/,
  ],
  [
    "writes into the request",
    (handler) => (request) => {
      request.own = 1;
      return handler(request);
    },
    /in place/,
  ],
  [
    "knows only sync handlers",
    (handler) => (request) => {
      const answered = handler(request);
      if (answered instanceof Promise) answered.catch(() => {});
      return answered && { ...answered, headers: { ...answered.headers } };
    },
    /sync and an async/,
  ],
  [
    "calls the handler twice",
    (handler) => async (request) => {
      await handler(request).catch?.(() => {});
      return handler(request);
    },
    /once/,
  ],
  [
    "swallows errors",
    (handler) => async (request) => {
      try {
        return await handler(request);
      } catch {
        return { status: 500, headers: {}, body: null };
      }
    },
    /throws or rejects/,
  ],
  [
    "reads the body",
    (handler) => async (request) => {
      const answered = await handler(request);
      if (answered?.body instanceof ReadableStream) await new Response(answered.body).text();
      return answered;
    },
    /streamed body/,
  ],
  [
    "makes something of nothing",
    (handler) => async (request) => (await handler(request)) ?? { status: 404, headers: {}, body: null },
    /no response/,
  ],
  [
    "keeps the request between calls",
    (handler) => {
      let last: unknown;
      return async (request) => {
        last = request;
        const answered = await handler(request);
        return answered && { ...answered, mark: (last as { mark?: unknown }).mark };
      };
    },
    /in flight/,
  ],
  ["rejects everything", () => async () => Promise.reject(new Error("no")), /in flight/],
  ["answers everything itself", () => () => ({ status: 200, headers: {}, body: "no" }), /in flight/],
  [
    "keeps the handler between calls",
    (() => {
      let last: AnyHandler;
      return (handler: AnyHandler) => {
        last = handler;
        return (request: unknown) => last(request);
      };
    })(),
    /two handlers/,
  ],
];

describe("a wrong middleware is caught", () => {
  for (const [name, wrap, caughtBy] of broken) {
    test(`that ${name}`, async () => {
      const failed: string[] = [];
      for (const check of middlewareContract) await check.run(() => ({ wrap })).catch(() => failed.push(check.name));
      assert.ok(
        failed.some((each) => caughtBy.test(each)),
        `caught by ${failed.join(", ") || "nothing"}`,
      );
    });
  }
});

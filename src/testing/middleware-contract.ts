/**
 * The middleware contract as data: what every middleware of a stack owes the others, for any test runner.
 *
 * ```ts
 * for (const check of middlewareContract) test(check.name, () => check.run(() => ({ wrap: wrapCookies() })));
 * ```
 */
import assert from "node:assert/strict";
import type { Awaitable, RequestMap, ResponseMap } from "../ring.ts";

/** A request, or an answer, of layers that are not known here. */
// biome-ignore lint/suspicious/noExplicitAny: a middleware's own types must fit, whatever they are
export type OfAnyLayer = any;
/** A handler as a middleware sees it whose layers are not known here. */
export type AnyHandler = (request: OfAnyLayer) => OfAnyLayer;

/** A middleware under test. */
export interface MiddlewareSubject {
  /** The middleware itself: `wrapCookies()`. */
  readonly wrap: (handler: AnyHandler) => AnyHandler;
  /** A request that it lets through to the handler. Default: `GET /` on http://localhost without a body. */
  readonly request?: () => RequestMap;
  /** What the handler answers. Default: 200 with a short text. */
  readonly response?: () => ResponseMap;
  /** It answers errors itself, as `wrapInternalError` does: then a failure is a 500, not a rejection. */
  readonly catches?: boolean;
  /** It replaces the body on purpose (a format, a page around it): what it sends then may differ from what it got. */
  readonly rewritesBody?: boolean;
}

/** Makes the middleware anew for every check. */
export type OpenMiddleware = () => Awaitable<MiddlewareSubject>;

export interface MiddlewareCheck {
  readonly name: string;
  /** Rejects where the middleware does not hold it. */
  run(open: OpenMiddleware): Promise<void>;
}

/** Every check, in order. */
export const middlewareContract: readonly MiddlewareCheck[] = [
  check("lets the request of this test through", async ({ wrap, request, response }) => {
    let called = false;
    const answered = await wrap(() => {
      called = true;
      return response();
    })(request());
    const instead = `it answered ${String(answered?.status)}: give a request that it lets through, and what stands outside it`;
    assert.ok(called, `the handler was not called, so no other check can hold; ${instead}`);
  }),
  check("keeps request keys that it does not know", async ({ wrap, request, response }) => {
    const symbol = Symbol("mark");
    const unknown = { own: 1 };
    let seen: OfAnyLayer;
    await wrap((given) => {
      seen = given;
      return response();
    })({ ...request(), [symbol]: unknown, unknown });
    assert.equal(seen?.unknown, unknown, "request.unknown did not reach the handler");
    assert.equal(seen[symbol], unknown, "a key that is a symbol did not reach the handler");
  }),
  check("keeps response keys that it does not know", async ({ wrap, request, response }) => {
    const unknown = { own: 1 };
    const answered = await wrap(() => ({ ...response(), unknown }))(request());
    assert.equal(answered?.unknown, unknown, "response.unknown did not come out");
    assert.equal(answered.status, response().status, "the status changed");
  }),
  check("keeps response headers that it does not know", async ({ wrap, request, response }) => {
    const headers = { "x-unknown": "1", "set-cookie": ["a=1", "b=2"] };
    const answered = await wrap(() => ({ ...response(), headers: { ...response().headers, ...headers } }))(request());
    assert.equal(answered?.headers["x-unknown"], "1");
    const lines: readonly string[] = [answered.headers["set-cookie"]].flat();
    for (const line of headers["set-cookie"]) assert.ok(lines.includes(line), `set-cookie ${line} was lost`);
  }),
  check("finds headers in another spelling, or says so", async ({ wrap, request, response, catches }) => {
    const headers = { ...USUAL, ...response().headers };
    const names = async (spell: (name: string) => string): Promise<readonly string[] | "said"> => {
      const given = Object.entries(headers).map(([name, value]) => [spell(name), value]);
      const answered = await wrap(() => ({ ...response(), headers: Object.fromEntries(given) }))(request());
      if (catches && answered?.status === 500) return "said";
      return Object.keys(answered.headers).map(lowered).sort();
    };
    const spelt = await names(capitals).catch((error: unknown) => {
      if (error instanceof Error && "code" in error && error.code === "ERR_LINT") return "said";
      throw error;
    });
    if (spelt === "said") return;
    const same = "Content-Type and content-type are one header: it stands twice, or was not found";
    assert.deepEqual(spelt, await names(lowered), same);
  }),
  check("changes neither request nor response in place", async ({ wrap, request, response }) => {
    const given = Object.freeze({ ...request(), headers: Object.freeze({ ...request().headers }) });
    const answer = Object.freeze({ ...response(), headers: Object.freeze({ ...response().headers }) });
    const answered = await wrap(() => answer)(given);
    assert.equal(answered?.status, answer.status);
  }),
  check("works with a sync and an async handler alike", async ({ wrap, request, response }) => {
    const sync = await wrap(() => response())(request());
    const later = await wrap(async () => {
      await Promise.resolve();
      return response();
    })(request());
    assert.equal(sync?.status, response().status);
    assert.equal(later?.status, sync.status);
    assert.deepEqual(Object.keys(later.headers).sort(), Object.keys(sync.headers).sort());
  }),
  check("calls the handler once", async ({ wrap, request, response }) => {
    let calls = 0;
    await wrap(() => {
      calls++;
      return response();
    })(request());
    assert.equal(calls, 1);
  }),
  check("passes on what the handler throws or rejects with", async ({ wrap, request, catches }) => {
    const failures: ReadonlyArray<(error: unknown) => unknown> = [
      (error) => {
        throw error;
      },
      (error) => Promise.reject(error),
    ];
    for (const fail of failures) {
      const error = new Error("the handler's own");
      const run = async (): Promise<OfAnyLayer> => wrap(() => fail(error))(request());
      if (catches) assert.equal((await run())?.status, 500, "the failure is no 500");
      else await assert.rejects(run, (thrown) => thrown === error, "the handler's error did not come out");
    }
  }),
  check("sends a streamed body once, and whole", async ({ wrap, request, response, rewritesBody }) => {
    let pulls = 0;
    const chunks = ["one ", "two ", "three"].map((part) => new TextEncoder().encode(part));
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          const chunk = chunks[pulls++];
          if (chunk) controller.enqueue(chunk);
          else controller.close();
        },
      },
      { highWaterMark: 0 },
    );
    const answered = await wrap(() => ({ ...response(), body }))(request());
    if (!(answered?.body instanceof ReadableStream)) {
      assert.ok(rewritesBody, "the stream did not come out");
      return;
    }
    assert.ok(!answered.body.locked, "somebody else reads the stream");
    assert.equal(await new Response(answered.body).text(), "one two three");
  }),
  check("hands on what is no response, or says so", async ({ wrap, request, catches }) => {
    const run = async (): Promise<OfAnyLayer> => wrap(() => undefined)(request());
    const answered = await run().catch((error: unknown) => error);
    const said = answered instanceof Error && "code" in answered && answered.code === "ERR_RESPONSE_SHAPE";
    assert.ok(
      answered === undefined || said || (catches && answered?.status === 500),
      "undefined became something else",
    );
  }),
  check("keeps two requests in flight apart", async ({ wrap, request, response }) => {
    const gates: Array<() => void> = [];
    let opened = false;
    const app = wrap(async (given) => {
      if (!opened) await new Promise<void>((open) => gates.push(open));
      return { ...response(), mark: given.mark };
    });
    const answers = Promise.all([1, 2].map(async (mark) => app({ ...request(), mark })));
    answers.catch(() => {}); // it is told where it is waited for, below
    for (let turn = 0; gates.length < 2 && turn < TURNS; turn++) await new Promise(setImmediate);
    assert.equal(gates.length, 2, "two requests at once did not both reach the handler");
    opened = true;
    for (const open of gates.toReversed()) open();
    assert.deepEqual(
      (await answers).map((answered) => answered?.mark),
      [1, 2],
    );
  }),
  check("wraps two handlers without mixing them", async ({ wrap, request, response }) => {
    const [first, second] = [1, 2].map((mark) => wrap(() => ({ ...response(), mark })));
    assert.equal((await first!(request()))?.mark, 1);
    assert.equal((await second!(request()))?.mark, 2);
    assert.equal((await first!(request()))?.mark, 1);
  }),
];

/** Headers that middleware look for, replace or take away. */
const USUAL: ResponseMap["headers"] = {
  "cache-control": "public, max-age=60",
  etag: '"a"',
  "last-modified": "Thu, 01 Jan 2026 00:00:00 GMT",
  "set-cookie": ["a=1"],
  vary: "Origin",
};

function lowered(name: string): string {
  return name.toLowerCase();
}

function capitals(name: string): string {
  return name.replace(/\b[a-z]/g, (letter) => letter.toUpperCase());
}

/** How often the event loop goes round until a middleware must have let a request through. */
const TURNS = 100_000;

type Complete = Required<MiddlewareSubject>;

function check(name: string, run: (subject: Complete) => Promise<void>): MiddlewareCheck {
  return {
    name,
    async run(open) {
      const {
        wrap,
        request = plainRequest,
        response = plainResponse,
        catches = false,
        rewritesBody = false,
      } = await open();
      await run({ wrap, request, response, catches, rewritesBody });
    },
  };
}

function plainRequest(): RequestMap {
  return {
    method: "GET",
    scheme: "http",
    host: "localhost",
    uri: "/",
    queryString: "",
    headers: Object.create(null),
    body: null,
    remoteAddress: "127.0.0.1",
    signal: new AbortController().signal,
  };
}

function plainResponse(): ResponseMap {
  return { status: 200, headers: { "content-type": "text/plain; charset=utf-8" }, body: "ok" };
}

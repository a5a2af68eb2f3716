/** Every limit that a middleware has where none is given: just inside it a request is answered, just outside refused. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { describe, type TestContext, test } from "node:test";
import { wrapReload } from "../src/dev/index.ts";
import { readForm } from "../src/form.ts";
import { wrapFormats } from "../src/middleware/formats.ts";
import { byteArrayStore, type MultipartOptions, wrapMultipartParams } from "../src/middleware/multipart-params.ts";
import { wrapNestedParams } from "../src/middleware/nested-params.ts";
import { wrapParams } from "../src/middleware/params.ts";
import { html, text } from "../src/response.ts";
import { type Handler, type RequestMap, stack } from "../src/ring.ts";
import { END, field, file, MULTIPART, multipart } from "./support/multipart.ts";
import { endless, FORM, postedForm } from "./support/posted.ts";
import { requestMap } from "./support/request-map.ts";

const ok = () => text("ok");
const params = stack.use(wrapParams())(ok);
const nested = stack.use(wrapParams()).use(wrapNestedParams())(ok);
const formats = stack.use(wrapFormats())(ok);
const uploads = (options: MultipartOptions = {}) =>
  stack.use(wrapMultipartParams({ ...options, store: byteArrayStore() }))(ok);

const many = (count: number, part: string) => multipart(part.repeat(count) + END);
const headers = (count: number) => Array.from({ length: count }, (_, i) => `X-${i}: 1`);
const asJson = (length: number) => postedForm(`"${"x".repeat(length - 2)}"`, { type: "application/json" });
const query = (queryString: string) => requestMap("GET", "/", { queryString });

type Row = readonly [what: string, limit: number, app: Handler, sized: (n: number) => RequestMap, status: number];

const SIZES: readonly Row[] = [
  [
    "wrapMultipartParams limit",
    33_554_432,
    uploads(),
    (n) => multipart(END, { headers: { "content-length": `${n}` } }),
    413,
  ],
  ["wrapMultipartParams fieldLimit", 1_048_576, uploads(), (n) => multipart(field("a", "x".repeat(n - 1)) + END), 413],
  ["wrapMultipartParams maxFields", 1000, uploads({ maxParts: 2000 }), (n) => many(n, field("a", "")), 400],
  ["wrapMultipartParams maxFiles", 20, uploads(), (n) => many(n, file("f", "f.txt")), 400],
  ["wrapMultipartParams maxParts", 1000, uploads({ maxFields: 2000 }), (n) => many(n, field("a", "")), 400],
  ["wrapMultipartParams maxHeaders", 20, uploads(), (n) => multipart(field("a", "", ...headers(n - 1)) + END), 400],
  ["wrapParams limit of a form", 1_048_576, params, (n) => postedForm(`a=${"x".repeat(n - 2)}`), 413],
  ["wrapParams limit of a query", 1_048_576, params, (n) => query(`a=${"x".repeat(n - 2)}`), 400],
  ["wrapParams maxParams", 1000, params, (n) => query("&".repeat(n - 1)), 400],
  ["wrapNestedParams depth", 8, nested, (n) => query(`a${"[b]".repeat(n)}=1`), 400],
  ["wrapNestedParams arrayLimit", 100, nested, (n) => query("a[]=1&".repeat(n - 1).concat("a[]=1")), 400],
  ["wrapNestedParams arrayLimit, as an index", 100, nested, (n) => query(`a[${n - 1}]=1`), 400],
  ["wrapFormats limit", 1_048_576, formats, asJson, 413],
];

describe("sizes and counts", () => {
  for (const [what, limit, app, sized, status] of SIZES) {
    test(`${what}: ${limit}`, async () => {
      assert.equal((await app(sized(limit))).status, 200);
      assert.equal((await app(sized(limit + 1))).status, status);
    });
  }
});

const silent = (type: string) => postedForm(endless(1, 0).body, { type });
const TIMES: readonly (readonly [what: string, seconds: number, begin: () => unknown])[] = [
  ["wrapMultipartParams", 300, () => uploads()(silent(MULTIPART))],
  ["wrapParams", 30, () => params(silent(FORM))],
  ["wrapFormats", 30, () => formats(silent("application/json"))],
  ["readForm", 30, () => readForm(silent(FORM)).catch((error: unknown) => error)],
];

/** Lets everything run that waits for no timer. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
}

describe("times", () => {
  for (const [what, seconds, begin] of TIMES) {
    test(`${what} timeout: ${seconds}`, async (t) => {
      await import("@fastify/busboy"); // its loading is no timer
      t.mock.timers.enable({ apis: ["setTimeout", "Date"] });
      const answers: { readonly status: number }[] = [];
      Promise.resolve(begin()).then((answer) => answers.push(answer as { readonly status: number }));
      await settled();
      t.mock.timers.tick(seconds * 1000 - 1);
      await settled();
      assert.deepEqual(answers, [], "too early");
      t.mock.timers.tick(1);
      await settled();
      assert.deepEqual(
        answers.map(({ status }) => status),
        [408],
      );
    });
  }

  test("wrapReload settle: 0.1", async (t: TestContext) => {
    let changed = (): void => {};
    const watcher = { on: () => watcher, unref: () => watcher };
    t.mock.method(fs, "watch", (_path: string, _options: object, listener: () => void) => {
      changed = listener;
      return watcher;
    });
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const app = stack.use(wrapReload({ watch: [import.meta.dirname] }))(() => html("<body>page</body>"));
    const seen = async () => /data-seen="[^"]+\.(\d+)"/.exec(String((await app(requestMap())).body))?.[1];
    assert.equal(await seen(), "0");
    changed();
    t.mock.timers.tick(99);
    assert.equal(await seen(), "0");
    t.mock.timers.tick(1);
    assert.equal(await seen(), "1");
  });
});

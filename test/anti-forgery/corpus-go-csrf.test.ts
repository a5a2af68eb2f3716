import assert from "node:assert/strict";
import { test } from "node:test";
import { wrapAntiForgery } from "../../src/middleware/anti-forgery.ts";
import { text } from "../../src/response.ts";
import { stack } from "../../src/ring.ts";
import { type Loose, type Row, refusal, rowsOf, runCorpus } from "../cookies/corpus.ts";
import { requestMap } from "../support/request-map.ts";
import { listen } from "../support/site.ts";
import { request } from "../support/visitor.ts";

const NEITHER = "S93: a bypass matches exactly what it names";

/** The rows that need an answer, which comes later than `runCorpus` looks. */
const answered = (row: Row) => row.op !== "addTrustedOrigin";

runCorpus({
  file: "go-csrf",
  outside: answered,
  outsideCount: 32,
  contradicted: {},
  run: ({ input, expected }) => {
    const code = refusal(() => wrapAntiForgery({ trustedOrigins: [input] }));
    assert.equal(code, expected.error ? "ERR_OPTION" : undefined);
  },
});

/** By name, and which decision each contradicts. */
const contradicted: Readonly<Record<string, string>> = {
  "redirect to bypass path without ..": NEITHER,
  "redirect to bypass path with trailing slash": NEITHER,
  "wildcard bypass": NEITHER,
};

const rows = rowsOf("go-csrf").filter(answered);

test("every contradicted row exists, once", () => {
  for (const name of Object.keys(contradicted)) assert.equal(rows.filter((row) => row.name === name).length, 1, name);
});

/** Go's patterns as exact paths; one with a wildcard is none. */
function options({ trustedOrigins = [], bypassPatterns = [] }: Loose = {}) {
  return { trustedOrigins, bypass: bypassPatterns.filter((pattern: string) => !pattern.includes("{")) };
}

for (const { id, name, input, expected, config } of rows as ReadonlyArray<Loose>) {
  const reason = contradicted[name];
  test(`go-csrf ${id} ${name} ${reason === undefined ? "holds" : `differs still: ${reason}`}`, async (t) => {
    const app = stack.use(wrapAntiForgery(options(config)))(() => text("ok"));
    let status: number;
    if (input.url.startsWith("$SELF")) {
      const { url } = await listen(t, app);
      const own = (value: string) => value.replace("$SELF", url);
      const headers = Object.fromEntries(
        Object.entries(input.headers as Record<string, string>).map(([key, value]) => [key, own(value)]),
      );
      ({ status } = await request(own(input.url), input.method, headers));
    } else {
      const [, scheme, host, uri] = /^(https?):\/\/([^/]+)(.*)$/.exec(input.url)!;
      const headers = Object.fromEntries(
        Object.entries(input.headers as Record<string, string>).map(([key, value]) => [key.toLowerCase(), value]),
      );
      ({ status } = await app(requestMap(input.method, uri!, { scheme: scheme as "https", host: host!, headers })));
    }
    if (reason === undefined) assert.equal(status, expected.status);
    else {
      assert.notEqual(status, expected.status, "the row holds: take it off the list");
      assert.equal(status, 403);
    }
  });
}

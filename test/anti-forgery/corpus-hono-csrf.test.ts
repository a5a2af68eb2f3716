import assert from "node:assert/strict";
import { test } from "node:test";
import { type WithoutHeaders, wrapAntiForgery } from "../../src/middleware/anti-forgery.ts";
import { text } from "../../src/response.ts";
import { stack } from "../../src/ring.ts";
import { type Loose, rowsOf } from "../cookies/corpus.ts";
import { requestMap } from "../support/request-map.ts";

const BYPASS = "S93: a bypass is one exact path, no function";
const FUNCTION = "S91: trusted origins are listed; here the origin is the target's own";
const OTHER_POLICY =
  "S89: with neither header and no cookie the default lets it through; withoutHeaders: refuse does not";

/** By place, and which decision each contradicts: names repeat in this file. */
const contradicted: Readonly<Record<string, string>> = {
  "#7": OTHER_POLICY,
  "#8": "S94: a Content-Type exempts nothing",
  "#9": OTHER_POLICY,
  "#10": OTHER_POLICY,
  "#12": `${FUNCTION}, and passes`,
  "#15": `${FUNCTION}, and passes`,
  "#19": `${FUNCTION}, and passes`,
  "#23": `${FUNCTION}, and passes`,
  "#31": BYPASS,
  "#34": BYPASS,
};

const rows: ReadonlyArray<Loose> = rowsOf("hono-csrf");

test("hono-csrf: there are 36 rows, and every contradicted one is among them", () => {
  assert.equal(rows.length, 36);
  for (const id of Object.keys(contradicted))
    assert.ok(
      rows.some((row) => row.id === id),
      id,
    );
});

async function statusOf(
  { config, input }: Loose,
  more: { readonly withoutHeaders?: WithoutHeaders } = {},
): Promise<number> {
  const listed = [config?.origin ?? []].flat().filter((origin: unknown) => typeof origin === "string");
  const app = stack.use(wrapAntiForgery({ trustedOrigins: listed, ...more }))(() => text("ok"));
  const [, scheme, host, uri] = /^(https?):\/\/([^/]+)(.*)$/.exec(input.url)!;
  const { status } = await app(
    requestMap(input.method, uri!, { scheme: scheme as "http", host: host!, headers: input.headers }),
  );
  return status;
}

for (const row of rows) {
  const reason = contradicted[row.id];
  test(`hono-csrf ${row.id} ${row.name} ${reason === undefined ? "holds" : `differs still: ${reason}`}`, async () => {
    const status = await statusOf(row);
    if (reason === undefined) assert.equal(status, row.expected.status);
    else assert.notEqual(status, row.expected.status, "the row holds: take it off the list");
    if (reason === OTHER_POLICY) assert.equal(await statusOf(row, { withoutHeaders: "refuse" }), row.expected.status);
  });
}

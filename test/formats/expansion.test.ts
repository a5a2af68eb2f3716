/** What a body stands for may be more than its octets: bounded, whatever the format. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { edn } from "../../src/formats/edn.ts";
import { transit } from "../../src/formats/transit.ts";
import { json, wrapFormats } from "../../src/middleware/formats.ts";
import { text } from "../../src/response.ts";
import { stack } from "../../src/ring.ts";
import { requestMap } from "../support/request-map.ts";

async function answerTo(type: string, body: string, limit?: number): Promise<{ status: number; body: unknown }> {
  const app = stack.use(
    wrapFormats({ formats: [json(), edn(), transit()], ...(limit === undefined ? {} : { limit }) }),
  )(({ bodyParams }) => text(String((bodyParams as unknown[]).length)));
  const headers = { "content-type": type };
  return app(requestMap("POST", "/", { headers, body: new Blob([body]).stream() }));
}

const cached = (length: number, times: number) =>
  `["~:${"a".repeat(length)}",${Array.from({ length: times }, () => '"^0"').join(",")}]`;

test("cache codes of Transit stand for at most four characters per octet of the limit", async () => {
  const bomb = cached(5000, 20_000); // 110 KB for 100 million characters
  const { status, body } = await answerTo("application/transit+json", bomb);
  assert.equal(status, 400);
  assert.match(String(body), /ERR_PARAMS_LIMIT/);
});

test("a document that shortens its keywords as Transit does is read", async () => {
  assert.equal((await answerTo("application/transit+json", cached(30, 10_000))).body, "10001");
});

test("the bound is that of the limit, exactly", async () => {
  const limit = 1000;
  const standsFor = (characters: number) => cached(100, characters / 100 - 1);
  assert.equal((await answerTo("application/transit+json", standsFor(4 * limit), limit)).status, 200);
  assert.equal((await answerTo("application/transit+json", standsFor(4 * limit + 100), limit)).status, 400);
});

test("a long namespace of EDN is not written out for every key without bound", async () => {
  const keys = Array.from({ length: 40_000 }, (_, index) => `:k${index} 1`).join(" ");
  assert.equal((await answerTo("application/edn", `[#:${"n".repeat(240)}{${keys}}]`)).status, 400);
});

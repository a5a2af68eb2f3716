import assert from "node:assert/strict";
import { test } from "node:test";
import { bodyChunks, joined } from "../src/body.ts";
import { endless, postedForm, streamed } from "./support/posted.ts";
import { requestMap } from "./support/request-map.ts";

const limits = { limit: 10_000, timeout: 30 };
const settled = () => new Promise((resolve) => setImmediate(resolve));

test("a body arrives whole, whatever its chunks", async () => {
  assert.equal((await joined(bodyChunks(requestMap(), limits))).length, 0, "no body");
  const parts = Array.from({ length: 9000 }, (_, i) => new Uint8Array([i]));
  const all = await joined(bodyChunks(postedForm(streamed(parts)), limits));
  assert.equal(all.length, 9000);
  assert.equal(all.buffer.byteLength, 9000, "nothing around it");
  assert.deepEqual(all, new Uint8Array(parts.map(([octet]) => octet!)));
});

test("past the limit it is a 413, and the rest is let go", async () => {
  const { body, seen } = endless();
  await assert.rejects(joined(bodyChunks(postedForm(body), limits)), { code: "ERR_BODY_SIZE", status: 413 });
  assert.deepEqual(seen, { pulled: 11, cancelled: true });
  const exact = streamed([new Uint8Array(10_000)]);
  assert.equal((await joined(bodyChunks(postedForm(exact), limits))).length, 10_000);
});

test("a Content-Length past the limit is refused before anything is read", async () => {
  const { body, seen } = endless();
  const request = postedForm(body, { headers: { "content-length": "10001" } });
  await assert.rejects(joined(bodyChunks(request, limits)), { code: "ERR_BODY_SIZE" });
  assert.deepEqual(seen, { pulled: 0, cancelled: true });
});

test("a silent client is a 408 after the time, and the body is let go", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  const { body, seen } = endless(10, 3);
  const read = assert.rejects(joined(bodyChunks(postedForm(body), limits)), { code: "ERR_BODY_TIMEOUT", status: 408 });
  await settled();
  t.mock.timers.tick(29_999);
  await settled();
  assert.equal(seen.cancelled, false);
  t.mock.timers.tick(1);
  await read;
  assert.equal(seen.cancelled, true);
});

test("a client that trickles is a 408 too: the time is for the whole body", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  let give: ReadableStreamDefaultController<Uint8Array>;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      give = controller;
    },
  });
  let failed: unknown;
  const read = joined(bodyChunks(postedForm(body), limits)).catch((error: unknown) => {
    failed = error;
  });
  let octets = 0;
  for (; failed === undefined && octets < 100; octets++) {
    give!.enqueue(new Uint8Array(1));
    await settled();
    t.mock.timers.tick(1000);
    await settled();
  }
  await read;
  assert.equal((failed as { code?: string }).code, "ERR_BODY_TIMEOUT");
  assert.equal(octets, 30);
});

test("a client that trickles without a pause is a 408 as well", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  let octets = 0;
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        t.mock.timers.tick(100);
        octets++;
        controller.enqueue(new Uint8Array(1));
      },
    },
    { highWaterMark: 0 },
  );
  await assert.rejects(joined(bodyChunks(postedForm(body), limits)), { code: "ERR_BODY_TIMEOUT", status: 408 });
  assert.equal(octets, 300);
});

test("what the reader takes is not the client's time", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  let chunks = 0;
  for await (const _ of bodyChunks(postedForm(streamed(["a", "b", "c"])), limits)) {
    chunks++;
    t.mock.timers.tick(60_000);
  }
  assert.equal(chunks, 3);
});

test("a body that breaks off, or whose client leaves, is cut off: 400", async () => {
  const broken = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.error(new Error("aborted")),
  });
  await assert.rejects(joined(bodyChunks(postedForm(broken), limits)), { code: "ERR_BODY_SYNTAX", status: 400 });
  for (const early of [true, false]) {
    const client = new AbortController();
    if (early) client.abort();
    const { body, seen } = endless(10, 2);
    const read = joined(bodyChunks(postedForm(body, { signal: client.signal }), limits));
    if (!early) setImmediate(() => client.abort());
    await assert.rejects(read, { code: "ERR_BODY_SYNTAX" });
    assert.equal(seen.cancelled, true);
  }
});

test("a second reading is an error, never an empty body", async () => {
  const request = postedForm("a=1");
  await joined(bodyChunks(request, limits));
  await assert.rejects(joined(bodyChunks(request, limits)), { name: "TypeError", message: /read already/ });
});

test("who stops early lets go of the rest", async () => {
  const { body, seen } = endless();
  for await (const _ of bodyChunks(postedForm(body), limits)) break;
  assert.deepEqual(seen, { pulled: 1, cancelled: true });
});

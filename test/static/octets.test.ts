import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { appendFileSync, truncateSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { octetsOf } from "../../src/static/octets.ts";
import { publicFolder } from "../support/public-folder.ts";

const LONG = 300_000;

async function file(t: TestContext, size: number) {
  const folder = publicFolder(t);
  const path = join(folder.root, "some.bin");
  const content = randomBytes(size);
  writeFileSync(path, content);
  return { path, content, open: folder.open, handle: await open(path) };
}

async function whole(octets: Awaited<ReturnType<typeof octetsOf>>): Promise<Buffer> {
  return Buffer.from(await new Response(octets).arrayBuffer());
}

for (const [start, length, size] of [
  [0, 0, 0],
  [0, 1, 1],
  [0, 65_536, 65_536],
  [0, 65_537, 65_537],
  [10, 20, LONG],
  [1, LONG - 2, LONG],
  [LONG - 1, 1, LONG],
  [65_536, 131_072, LONG],
] as const) {
  test(`${length} octets from ${start} of ${size}`, async (t) => {
    const { handle, content, open } = await file(t, size);
    assert.deepEqual(await whole(await octetsOf(handle, { start, length })), content.subarray(start, start + length));
    assert.deepEqual(open(), []);
  });
}

test("what fits into one chunk holds no descriptor, read or not", async (t) => {
  const { handle, open } = await file(t, 65_536);
  await octetsOf(handle, { start: 0, length: 65_536 });
  assert.deepEqual(open(), []);
});

test("a stream reads nothing before it is asked, and a chunk at a time", async (t) => {
  const { handle, content, open } = await file(t, LONG);
  let reads = 0;
  const counted = new Proxy(handle, {
    get(target, key) {
      if (key === "read") reads++;
      const value: unknown = Reflect.get(target, key);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const stream = (await octetsOf(counted, { start: 0, length: LONG })) as ReadableStream<Uint8Array>;
  const reader = stream.getReader();
  await new Promise(setImmediate);
  assert.equal(reads, 0);
  const { value } = await reader.read();
  assert.deepEqual(Buffer.from(value!), content.subarray(0, 65_536));
  await new Promise(setImmediate);
  assert.equal(reads, 1);
  assert.equal(open().length, 1);
  await reader.cancel();
  assert.deepEqual(open(), []);
});

test("cancelling closes the file, before the first octet and while one is read", async (t) => {
  const first = await file(t, LONG);
  await ((await octetsOf(first.handle, { start: 0, length: LONG })) as ReadableStream).cancel();
  assert.deepEqual(first.open(), []);
  const second = await file(t, LONG);
  const reader = ((await octetsOf(second.handle, { start: 0, length: LONG })) as ReadableStream).getReader();
  const reading = reader.read();
  await reader.cancel();
  assert.equal((await reading).done, true);
  assert.deepEqual(second.open(), []);
});

test("a file that grows gives as many octets as it had", async (t) => {
  const { handle, content, path, open } = await file(t, LONG);
  const stream = await octetsOf(handle, { start: 0, length: LONG });
  appendFileSync(path, "more");
  assert.deepEqual(await whole(stream), content);
  assert.deepEqual(open(), []);
});

test("a file that shrinks fails, long or short, and is closed", async (t) => {
  const long = await file(t, LONG);
  const stream = await octetsOf(long.handle, { start: 0, length: LONG });
  truncateSync(long.path, 100_000);
  await assert.rejects(whole(stream), /became shorter/);
  assert.deepEqual(long.open(), []);
  const short = await file(t, 100);
  truncateSync(short.path, 50);
  await assert.rejects(octetsOf(short.handle, { start: 0, length: 100 }), /became shorter/);
  assert.deepEqual(short.open(), []);
});

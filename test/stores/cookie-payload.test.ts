import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateRawSync } from "node:zlib";
import fc from "fast-check";
import type { SessionRecord } from "../../src/session/record.ts";
import { type Payload, pack, packClock, unpack, unpackClock } from "../../src/stores/cookie-payload.ts";

const text = fc.string({ unit: "grapheme" });
const json = fc.jsonValue().map((value) => JSON.stringify(value));
const instant = fc.integer({ min: 0, max: 2 ** 48 - 1 });
const fields = fc
  .array(
    fc.tuple(
      text.map((key) => JSON.stringify(key)),
      json,
    ),
  )
  .map((pairs) => new Map(pairs));
const slots = fc
  .array(fc.tuple(text, fc.record({ json, keep: fc.boolean(), version: fc.nat() }, { noNullPrototype: true })), {
    maxLength: 3,
  })
  .map((pairs) => new Map(pairs));
const record: fc.Arbitrary<SessionRecord> = fc.record(
  {
    data: fields,
    slots,
    subject: fc.option(text, { nil: undefined }),
    createdAt: instant,
    usedAt: instant,
    authenticatedAt: fc.option(instant, { nil: undefined }),
    persist: fc.option(fc.integer({ min: 1, max: 34_560_000 }), { nil: undefined }),
    version: fc.integer({ min: 1, max: 2 ** 40 }),
  },
  { noNullPrototype: true },
);
const id = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((octets) => Buffer.from(octets).toString("base64url"));
const payload: fc.Arbitrary<Payload> = fc.record(
  { id, record, expiresAt: instant, endsAt: instant, epoch: instant },
  { noNullPrototype: true },
);

test("every payload comes back as it was, compressed and not", () => {
  fc.assert(
    fc.property(payload, fc.boolean(), (given, compress) => {
      assert.deepEqual(unpack(pack(given, compress)), given);
    }),
    { numRuns: 500 },
  );
});

test("octets that pack did not make are no payload, and never a throw", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (octets) => void unpack(Buffer.from(octets))),
    { numRuns: 5000 },
  );
  fc.assert(
    fc.property(payload, fc.nat(), (given, at) => {
      const octets = pack(given, false);
      assert.equal(unpack(octets.subarray(0, Math.min(40, at % octets.length))), undefined);
      void unpack(octets.subarray(0, at % octets.length));
    }),
  );
});

test("a holder of the key can neither exhaust memory by inflating nor the stack by nesting", () => {
  const [sample] = fc.sample(payload, { numRuns: 1, seed: 1 });
  const plain = { ...sample!, record: { ...sample!.record, data: new Map(), slots: new Map(), subject: undefined } };
  const head = pack(plain, false).subarray(0, -2); // without the tail's two counts
  const bomb = Buffer.concat([head, deflateRawSync(Buffer.alloc(50_000_000))]);
  bomb[0]! |= 1;
  assert.equal(unpack(bomb), undefined);
  const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
  const data = (depth: number) => ({ ...plain, record: { ...plain.record, data: new Map([['"a"', nested(depth)]]) } });
  assert.ok(unpack(pack(data(200), false)));
  assert.equal(unpack(pack(data(20_000), false)), undefined);
  const brackets = new Map([['"a"', JSON.stringify('[{\\"'.repeat(500))]]);
  assert.ok(
    unpack(pack({ ...plain, record: { ...plain.record, data: brackets } }, false)),
    "brackets in text are text",
  );
});

test("the idle clock comes back as it was, and nothing else is one", () => {
  const clock = { id: Buffer.alloc(16, 7).toString("base64url"), usedAt: 1, expiresAt: 2 ** 47 };
  assert.deepEqual(unpackClock(packClock(clock)), clock);
  for (const length of [0, 27, 29]) assert.equal(unpackClock(Buffer.alloc(length)), undefined);
});

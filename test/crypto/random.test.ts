import assert from "node:assert/strict";
import { test } from "node:test";
import { randomOctets } from "../../src/crypto/random.ts";

test("every draw is its own octets, past the pool's end too, and none is handed out twice", () => {
  const drawn = Array.from({ length: 3000 }, () => randomOctets(12));
  assert.equal(new Set(drawn.map((octets) => octets.toString("hex"))).size, 3000);
  drawn[0]!.fill(0);
  assert.ok(drawn[1]!.some((octet) => octet !== 0));
});

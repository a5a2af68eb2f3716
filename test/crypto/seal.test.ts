import assert from "node:assert/strict";
import { createSecretKey, hkdfSync, randomBytes } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { keyRing } from "../../src/crypto/keys.ts";
import { OVERHEAD, sealer } from "../../src/crypto/seal.ts";
import { decrypt, derivation } from "../../src/crypto/xaes.ts";

const key = randomBytes(32);
const session = sealer(keyRing(key), "session");
const refused = (name: string, sealed: string, with_ = session) => {
  const opened = with_.open(name, sealed);
  return "refused" in opened ? opened.refused : undefined;
};

test("what was sealed opens under its name, whatever the octets and the name", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 3000 }), fc.string({ unit: "binary" }), (octets, name) => {
      const opened = session.open(name, session.seal(name, octets));
      assert.ok("plain" in opened && opened.plain.equals(octets) && !opened.old);
    }),
    { numRuns: 500 },
  );
});

test("the wire format is the documented one, octet by octet", () => {
  const octets = Buffer.from(session.seal("sid", Buffer.from("hello")), "base64url");
  assert.equal(octets.length, OVERHEAD + 5);
  assert.equal(octets[0], 1, "version");
  const keyId = Buffer.from(hkdfSync("sha256", key, "", "ringlight/1/key id", 4));
  assert.deepEqual(octets.subarray(1, 5), keyId, "key id");
  const subkey = createSecretKey(Buffer.from(hkdfSync("sha256", key, "", "ringlight/1/session", 32)));
  const nonce = octets.subarray(5, 29);
  const additional = Buffer.concat([octets.subarray(0, 5), Buffer.from("sid")]);
  const derived = derivation(subkey)(nonce.subarray(0, 12));
  const plain = decrypt(derived, nonce.subarray(12), octets.subarray(29, -16), octets.subarray(-16), additional);
  assert.equal(plain?.toString(), "hello");
});

test("one bit changed anywhere, and it does not open", () => {
  const sealed = session.seal("sid", Buffer.from("a session of some octets"));
  const octets = Buffer.from(sealed, "base64url");
  const reasons = new Set<string | undefined>();
  for (let bit = 0; bit < octets.length * 8; bit++) {
    const changed = Buffer.from(octets);
    changed[bit >> 3]! ^= 1 << (bit & 7);
    reasons.add(refused("sid", changed.toString("base64url")));
  }
  assert.deepEqual([...reasons].sort(), ["forged", "malformed", "unknown"], "version, key id, and all the rest");
});

test("truncated at every length, or longer, it does not open", () => {
  const sealed = session.seal("sid", Buffer.from("a session"));
  for (let length = 0; length < sealed.length; length++) assert.ok(refused("sid", sealed.slice(0, length)));
  for (const more of ["A", "AA", "AAAA", "=", " ", "\n", ".", sealed]) assert.ok(refused("sid", sealed + more));
});

test("a value has one spelling: none with padding, another alphabet, spaces or spare bits opens", () => {
  for (let length = 0; length < 12; length++) {
    const sealed = session.seal("sid", randomBytes(length));
    const padded = Buffer.from(sealed, "base64url").toString("base64");
    if (padded !== sealed) assert.equal(refused("sid", padded), "malformed");
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (const last of alphabet) {
      const other = sealed.slice(0, -1) + last;
      if (other !== sealed) assert.ok(refused("sid", other), other);
    }
    assert.equal(refused("sid", `${sealed.slice(0, 9)} ${sealed.slice(9)}`), "malformed");
  }
});

test("bound to name, purpose and key: none of them exchanged opens", () => {
  const sealed = session.seal("a", Buffer.from("x"));
  assert.equal(refused("b", sealed), "forged");
  assert.equal(refused("", sealed), "forged");
  assert.equal(refused("a", sealed, sealer(keyRing(key), "cookie")), "forged");
  assert.equal(refused("a", sealed, sealer(keyRing(randomBytes(32)), "session")), "unknown");
});

test("junk of any kind is refused, and never throws", () => {
  for (const junk of ["", "--", "----", "null", "\0", "ü".repeat(99), "A".repeat(1_000_000), "AQ".repeat(100)]) {
    assert.ok(refused("sid", junk), junk.slice(0, 9));
  }
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 400 }), (text) => refused("sid", text) !== undefined),
    { numRuns: 2000 },
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (octets) => {
      const version = Buffer.concat([Buffer.of(1), octets]).toString("base64url");
      return refused("sid", version) !== undefined;
    }),
    { numRuns: 2000 },
  );
});

test("no nonce comes twice", () => {
  const nonces = Array.from({ length: 5000 }, () =>
    Buffer.from(session.seal("sid", Buffer.alloc(1)), "base64url").toString("hex", 5, 29),
  );
  assert.equal(new Set(nonces).size, 5000);
  assert.equal(new Set(nonces.map((nonce) => nonce.slice(0, 24))).size, 5000, "in its first half");
  assert.equal(new Set(nonces.map((nonce) => nonce.slice(24))).size, 5000, "and in its second");
});

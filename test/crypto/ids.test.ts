import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { drawKey, drawToken, parseToken, sameHash } from "../../src/crypto/ids.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const sha256 = (octets: Uint8Array) => createHash("sha256").update(octets).digest("base64url");

test("the key is the first 16 octets, and what is stored is SHA-256 of the last 16, drawn or parsed", () => {
  const { token, ...drawn } = drawToken();
  const octets = Buffer.from(token, "base64url");
  assert.equal(octets.length, 32);
  const parts = { key: octets.toString("base64url", 0, 16), hash: sha256(octets.subarray(16)) };
  assert.deepEqual(drawn, parts);
  assert.deepEqual(parseToken(token), parts);
});

test("nothing that is stored holds the secret, in any spelling", () => {
  const { token, key, hash } = drawToken();
  const secret = Buffer.from(token, "base64url").subarray(16);
  for (const spelling of ["base64url", "base64", "hex", "latin1"] as const) {
    assert.equal(`${key} ${hash}`.includes(secret.toString(spelling)), false, spelling);
  }
  assert.equal(`${key} ${hash}`.includes(token.slice(22)), false);
});

test("a secret drawn for a key is a new one under the same key; without a key both are new", () => {
  const key = drawKey();
  const [a, b, c] = [drawToken(key), drawToken(key), drawToken()];
  assert.deepEqual([a.key, b.key], [key, key]);
  assert.notEqual(a.token, b.token);
  assert.notEqual(a.hash, b.hash);
  assert.equal(new Set([key, c.key, drawToken().key]).size, 3);
  assert.equal(new Set(Array.from({ length: 1000 }, drawKey)).size, 1000);
});

test("a token has one spelling: 16 of the 64 last characters are taken, and they are 16 different tokens", () => {
  const { token } = drawToken();
  const taken = [...ALPHABET].filter((last) => parseToken(token.slice(0, -1) + last) !== undefined);
  assert.deepEqual(
    taken,
    [...ALPHABET].filter((_, value) => value % 4 === 0),
    "the two bits that 32 octets leave over must be 0",
  );
  assert.equal(new Set(taken.map((last) => parseToken(token.slice(0, -1) + last)!.hash)).size, 16);
});

test("every character before the last counts: the one beside it is another token", () => {
  const { token, key, hash } = drawToken();
  for (let i = 0; i < 42; i++) {
    const other = token.slice(0, i) + (token[i] === "A" ? "B" : "A") + token.slice(i + 1);
    const parts = parseToken(other)!;
    assert.notEqual(`${parts.key} ${parts.hash}`, `${key} ${hash}`, `character ${i}`);
  }
});

test("whatever is no token is none: too short, too long, padded, in the other alphabet, with a line after it", () => {
  const { token } = drawToken();
  const spoiled = ["", token.slice(1), `${token}A`, `A${token}`, `${token}=`, `${token}\n`, ` ${token}`, `${token}\0`];
  for (const wrong of [...spoiled, `+${token.slice(1)}`, `/${token.slice(1)}`, `é${token.slice(1)}`]) {
    assert.equal(parseToken(wrong), undefined, JSON.stringify(wrong));
  }
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (junk) => {
      const parts = parseToken(junk);
      if (parts) assert.equal(Buffer.from(junk, "base64url").toString("base64url"), junk);
    }),
  );
});

test("hashes are the same when every character is; of different lengths they are not, and nothing throws", () => {
  const { hash } = drawToken();
  assert.equal(sameHash(hash, `${hash}`), true);
  for (const other of ["", hash.slice(1), hash.slice(0, -1), `${hash}A`, hash + hash]) {
    assert.equal(sameHash(hash, other), false);
    assert.equal(sameHash(other, hash), false);
  }
  for (let i = 0; i < hash.length; i++) {
    const other = hash.slice(0, i) + (hash[i] === "A" ? "B" : "A") + hash.slice(i + 1);
    assert.equal(sameHash(hash, other), false, `character ${i}`);
  }
  assert.equal(sameHash("", ""), true);
});

import assert from "node:assert/strict";
import { createHmac, randomBytes } from "node:crypto";
import { test } from "node:test";
import { sessionToken, signedToken, TokenStrategy } from "../../src/anti-forgery/strategies.ts";
import { holds, lengthPrefixed, mintToken } from "../../src/anti-forgery/token.ts";
import { keyRing, newKey } from "../../src/crypto/keys.ts";

const [a, b] = [randomBytes(32), randomBytes(32)];
const form = { action: "/do", method: "POST" };
const provers = TokenStrategy.proversOf(sessionToken())!;

test("a token holds for a secret that it proves, and for no other", () => {
  const token = mintToken(provers, [a]);
  assert.equal(token.length, 64);
  assert.equal(holds(token, provers, [a], form), true);
  assert.equal(holds(token, provers, [b, a], form), true);
  assert.equal(holds(token, provers, [b], form), false);
  const both = mintToken(provers, [a, b]);
  assert.equal(both.length, 107);
  assert.equal(holds(both, provers, [a], form), true);
  assert.equal(holds(both, provers, [b], form), true);
});

test("S100: without a secret nothing holds, and a token without a proof is none", () => {
  assert.equal(holds(mintToken(provers, [a]), provers, [], form), false);
  const bare = mintToken(provers, []);
  assert.equal(holds(bare, provers, [], form), false);
  assert.equal(holds(bare, provers, [a], form), false);
  assert.equal(holds("", provers, [new Uint8Array()], form), false);
});

test("S85: every other spelling, and every token with one bit changed, is refused", () => {
  for (const secrets of [[a], [a, b]]) {
    const token = mintToken(provers, secrets);
    const octets = Buffer.from(token, "base64url");
    for (let bit = 0; bit < octets.length * 8; bit++) {
      const bent = Buffer.from(octets);
      bent[bit >> 3]! ^= 1 << (bit & 7);
      const proofs = secrets.length === 2 && bit >= 128; // the other proof holds still
      assert.equal(holds(bent.toString("base64url"), provers, secrets, form), proofs, `bit ${bit}`);
    }
    const spellings = [
      `${token}=`,
      `${token} `,
      ` ${token}`,
      token.slice(0, -1),
      `${token}A`,
      octets.toString("hex"),
      `${token}\n`,
    ];
    if (token.length === 107) spellings.push(token.slice(0, -1) + String.fromCharCode(token.charCodeAt(106) + 1));
    for (const spelling of spellings) assert.equal(holds(spelling, provers, secrets, form), false, spelling);
    if (/[-_]/.test(token))
      assert.equal(holds(octets.toString("base64").replace(/=+$/, ""), provers, secrets, form), false);
  }
});

test("S98: a token for one form and one for all are over other octets", () => {
  const one = mintToken(provers, [a], form);
  const all = mintToken(provers, [a]);
  assert.equal(holds(one, provers, [a], form), true);
  assert.equal(holds(one, provers, [a], { ...form, action: "/other" }), false);
  assert.equal(holds(one, provers, [a], { ...form, method: "PUT" }), false);
  assert.equal(holds(all, provers, [a], { action: "/other", method: "PUT" }), true);
  assert.equal(holds(one, provers, [a], { action: "OST/do", method: "P" }), false);
});

test("S96, F27: the parts of what is signed have their lengths in front: no two lists are the same octets", () => {
  const lists = [["ab", "c"], ["a", "bc"], ["abc"], ["", "abc"], ["abc", ""], [], ["\0\0\0\x01a", "b"]];
  const seen = new Set(lists.map((list) => lengthPrefixed(list).toString("hex")));
  assert.equal(seen.size, lists.length);
  assert.equal(lengthPrefixed(["é"]).toString("hex"), "00000002c3a9");
});

test("the format is what the file says, octet by octet", () => {
  const octets = Buffer.from(mintToken(provers, [a]), "base64url");
  const nonce = octets.subarray(0, 16);
  const length = (n: number) => Buffer.of(0, 0, 0, n);
  const said = Buffer.concat([length(16), nonce, length(9), Buffer.from("all forms")]);
  assert.deepEqual(octets.subarray(16), createHmac("sha256", a).update(said).digest());
});

test("signedToken: another application's keys do not sign, an older key of the ring still holds", () => {
  const [old, fresh, foreign] = [newKey(), newKey(), newKey()];
  const before = TokenStrategy.proversOf(signedToken({ keys: old }))!;
  const token = mintToken(before, [a]);
  assert.equal(holds(token, TokenStrategy.proversOf(signedToken({ keys: keyRing([fresh, old]) }))!, [a], form), true);
  assert.equal(holds(token, TokenStrategy.proversOf(signedToken({ keys: fresh }))!, [a], form), false);
  assert.equal(holds(token, TokenStrategy.proversOf(signedToken({ keys: foreign }))!, [a], form), false);
  assert.equal(holds(token, provers, [a], form), false, "and a keyless one is another token");
  assert.equal(holds(mintToken(provers, [a]), before, [a], form), false);
});

test("signedToken without a key does not start in production", (t) => {
  const before = process.env.NODE_ENV;
  process.env.NODE_ENV = "production";
  t.after(() => {
    if (before === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = before;
  });
  assert.throws(() => signedToken({ keys: undefined }), { code: "ERR_OPTION", option: "keys" });
});

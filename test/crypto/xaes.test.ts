import assert from "node:assert/strict";
import { createHash, createSecretKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { decrypt, derivation, encrypt, PREFIX } from "../../src/crypto/xaes.ts";

const corpus = (file: string) => JSON.parse(readFileSync(new URL(`../corpora/${file}.json`, import.meta.url), "utf8"));
const hex = (text: string) => Buffer.from(text, "hex");

function seal(key: Buffer, nonce: Buffer, plain: Buffer, additional: Buffer): Buffer {
  const derived = derivation(createSecretKey(key))(nonce.subarray(0, PREFIX));
  const sealed = Buffer.concat(encrypt(derived, nonce.subarray(PREFIX), plain, additional));
  const end = sealed.length - 16;
  const opened = decrypt(derived, nonce.subarray(PREFIX), sealed.subarray(0, end), sealed.subarray(end), additional);
  assert.deepEqual(opened, plain);
  return sealed;
}

const [first, second, accumulated] = corpus("xaes-256-gcm");
for (const { name, input, expected } of [first, second]) {
  test(`${name}: the derived key and the ciphertext are those of the specification`, () => {
    const key = hex(input.keyHex);
    const nonce = Buffer.from(input.nonce);
    const derived = derivation(createSecretKey(key))(nonce.subarray(0, PREFIX));
    assert.equal(derived.export().toString("hex"), expected.Kx);
    const sealed = seal(key, nonce, Buffer.from(input.plaintext), Buffer.from(input.aad));
    assert.equal(sealed.toString("hex"), expected.ciphertextHex);
  });
}

test(`${accumulated.name}: all of them`, () => {
  const random = createHash("shake128", { outputLength: 5_000_000 }).digest();
  const result = createHash("shake128", { outputLength: 32 });
  let at = 0;
  const take = (length: number) => {
    at += length;
    return random.subarray(at - length, at);
  };
  for (let i = 0; i < accumulated.input.iterations; i++) {
    const [key, nonce] = [take(32), take(24)];
    const plain = take(take(1)[0]!);
    result.update(seal(key, nonce, plain, take(take(1)[0]!)));
  }
  assert.equal(result.digest("hex"), accumulated.expected);
});

test("wycheproof: AES-256-GCM with nonces of 96 bits, valid and tampered with", () => {
  const { rows } = corpus("wycheproof-aes-256-gcm");
  assert.equal(rows.length, 66);
  for (const { tcId, key, iv, aad, msg, ct, tag, result } of rows) {
    const secret = createSecretKey(hex(key));
    const opened = decrypt(secret, hex(iv), hex(ct), hex(tag), hex(aad));
    assert.equal(opened?.toString("hex"), result === "valid" ? msg : undefined, `row ${tcId}`);
    if (result !== "valid") continue;
    assert.equal(Buffer.concat(encrypt(secret, hex(iv), hex(msg), hex(aad))).toString("hex"), ct + tag, `row ${tcId}`);
  }
});

test("a tag that is shorter or longer than 16 octets is refused before anything is decrypted", () => {
  const key = createSecretKey(Buffer.alloc(32, 1));
  const nonce = Buffer.alloc(12);
  const [text, tag] = encrypt(key, nonce, Buffer.from("hello"), Buffer.alloc(0)) as [Buffer, Buffer];
  for (const length of [0, 4, 8, 12, 15]) {
    assert.throws(
      () => decrypt(key, nonce, text, tag.subarray(0, length), Buffer.alloc(0)),
      /Invalid authentication tag/,
    );
  }
  assert.throws(
    () => decrypt(key, nonce, text, Buffer.concat([tag, tag]), Buffer.alloc(0)),
    /Invalid authentication tag/,
  );
});

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { randomBytes, scryptSync } from "node:crypto";
import { test } from "node:test";
import { keyRing, newKey, ringOf, scryptKey } from "../../src/crypto/keys.ts";
import { sealer } from "../../src/crypto/seal.ts";
import type { RinglightError } from "../../src/errors.ts";

const plain = Buffer.from("hello");
const opens = (sealed: string, keys: Parameters<typeof keyRing>[0]) =>
  "plain" in sealer(keyRing(keys), "test").open("n", sealed);

test("a key is 32 octets as bytes, base64url, base64 or hex, and each spelling is the same key", () => {
  const octets = randomBytes(32);
  const sealed = sealer(keyRing(octets), "test").seal("n", plain);
  for (const key of ["base64url", "base64", "hex"] as const) assert.ok(opens(sealed, octets.toString(key)), key);
  assert.ok(opens(sealed, new Uint8Array(octets)));
  assert.equal(opens(sealed, randomBytes(32)), false);
});

test("the first key of a ring seals, all open, and what an older one sealed is told", () => {
  const [newest, older, removed] = [newKey(), newKey(), newKey()];
  const ring = sealer(keyRing([newest, older]), "test");
  const own = ring.open("n", ring.seal("n", plain));
  assert.ok("plain" in own && !own.old);
  assert.ok(opens(ring.seal("n", plain), newest) && !opens(ring.seal("n", plain), older), "only the newest seals");
  const before = ring.open("n", sealer(keyRing(older), "test").seal("n", plain));
  assert.ok("plain" in before && before.old && before.plain.equals(plain));
  const gone = ring.open("n", sealer(keyRing(removed), "test").seal("n", plain));
  assert.deepEqual(gone, { refused: "unknown" });
});

test("what is no key throws with the option, the remedy, and never the key", () => {
  const bad: Array<[unknown, RegExp]> = [
    [
      "BuD3KgDAXhDhrJX",
      /15 characters.*Characters are not octets: Ring's 16-character key.*scryptKey.*ringCookieReader/,
    ],
    ["BuD3KgdAXhDHrJXu", /16 characters.*npx ringlight key/],
    ["correct horse battery staple", /scryptKey/],
    ["", /is empty; is the variable set/],
    [`${"A".repeat(9)},${"B".repeat(9)}`, /give several keys as a list/],
    [Buffer.from("correct horse battery staple 123"), /is text.*scryptKey/],
    [randomBytes(16), /16 octets/],
    [randomBytes(33), /33 octets/],
    [Buffer.alloc(32), /repeats itself/],
    ["A".repeat(43), /repeats itself/],
    ["a1".repeat(32), /repeats itself/],
    [undefined, /is no key/],
    [42, /is no key/],
    [newKey().replace(/.$/, "!"), /43 characters/],
  ];
  for (const [key, words] of bad) {
    assert.throws(
      () => keyRing([newKey(), key as string]),
      (error: RinglightError) => {
        assert.deepEqual([error.code, error.option], ["ERR_OPTION", "keys[1]"]);
        assert.match(error.message, words);
        assert.match(error.message, /npx ringlight key/);
        if (typeof key === "string" && key.length > 8) assert.equal(error.message.includes(key), false);
        return true;
      },
    );
  }
  const twice = newKey();
  assert.throws(() => keyRing([twice, ` ${twice}\n`]), { option: "keys[1]", message: /twice/ });
  for (const none of [[], Array.from({ length: 17 }, newKey)]) {
    assert.throws(() => keyRing(none), { code: "ERR_OPTION", option: "keys" });
  }
});

test("a passphrase becomes a key through scrypt alone, asked for by name, with a salt", () => {
  const given = { passphrase: "correct horse battery staple", salt: "my-app 7f3a" };
  const key = scryptKey(given);
  assert.equal(key.length, 32);
  assert.deepEqual(scryptKey(given), key, "the same on every node");
  assert.notDeepEqual(scryptKey({ ...given, salt: "another app" }), key);
  assert.throws(() => scryptKey({ ...given, passphrase: "short" }), { code: "ERR_OPTION", option: "passphrase" });
  assert.throws(() => scryptKey({ ...given, salt: "x" }), { code: "ERR_OPTION", option: "salt" });
});

test("without keys: one random ring per process, and a warning that names the consequence, once", (t) => {
  const warned = t.mock.method(console, "warn", () => {});
  assert.equal(ringOf(undefined), ringOf(undefined), "the process's stores read each other");
  assert.equal(warned.mock.callCount(), 1);
  assert.match(
    String(warned.mock.calls[0]!.arguments[0]),
    /lost when this process ends, and no other process can read it/,
  );
});

test("without keys in production: an error that says how to make one", () => {
  const before = process.env.NODE_ENV;
  process.env.NODE_ENV = "production";
  try {
    assert.throws(() => ringOf(undefined), { code: "ERR_OPTION", option: "keys", message: /npx ringlight key/ });
  } finally {
    if (before === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = before;
  }
});

test("ringlight key prints a key, another each time; anything else prints the usage", () => {
  const run = (...args: string[]) => spawnSync(process.execPath, ["src/cli.ts", ...args], { encoding: "utf8" });
  const [first, second] = [run("key").stdout.trim(), run("key").stdout.trim()];
  assert.match(first, /^[\w-]{43}$/);
  assert.notEqual(first, second);
  keyRing([first, second]);
  const wrong = run("kye");
  assert.deepEqual([wrong.status, wrong.stdout], [2, ""]);
  assert.match(wrong.stderr, /usage: ringlight key/);
});

test("sixteen keys are a ring, and what a caller does to his octets afterwards changes nothing", () => {
  assert.equal(keyRing(Array.from({ length: 16 }, newKey)).all.length, 16);
  const octets = randomBytes(32);
  const ring = sealer(keyRing(octets), "test");
  const sealed = sealer(keyRing(Buffer.from(octets)), "test").seal("n", plain);
  octets.fill(0);
  assert.ok("plain" in ring.open("n", sealed));
});

test("scryptKey is scrypt with N = 2^17, r = 8, p = 1, over text in one Unicode form", () => {
  const [passphrase, salt] = ["pässword of sixteen", "sält of eight"];
  const expected = scryptSync(passphrase.normalize("NFC"), salt.normalize("NFC"), 32, { N: 2 ** 17, maxmem: 2 ** 28 });
  for (const form of ["NFC", "NFD"]) {
    assert.deepEqual(scryptKey({ passphrase: passphrase.normalize(form), salt: salt.normalize(form) }), expected);
  }
  assert.throws(() => scryptKey({ passphrase: "x".repeat(15), salt }), { option: "passphrase" });
  assert.throws(() => scryptKey({ passphrase, salt: "x".repeat(7) }), { option: "salt" });
});

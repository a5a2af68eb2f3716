/**
 * Sealing and opening a session of 150 octets, beside raw AES-256-GCM of the same octets (cached KeyObject, random nonce,
 * no encoding: the limit is 3 times that) and beside iron-session (to be at least 20 times faster, and no longer).
 */
import assert from "node:assert/strict";
import { createCipheriv, createDecipheriv, createSecretKey, randomBytes } from "node:crypto";
import { sealData, unsealData } from "iron-session";
import { keyRing } from "../src/crypto/keys.ts";
import { sealer } from "../src/crypto/seal.ts";
import { cost, costSync, row } from "./measure.ts";

const NAME = "__Host-session";
const data = {
  user: "bob",
  cart: ["tea", "milk", "bread"],
  theme: "dark",
  at: 1_767_225_600_000,
  note: "x".repeat(62),
};
const plain = Buffer.from(JSON.stringify(data));
assert.equal(plain.length, 150);
const key = randomBytes(32);

const secret = createSecretKey(key);
function rawSeal() {
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", secret, nonce);
  const sealed = cipher.update(plain);
  cipher.final();
  return { nonce, sealed, tag: cipher.getAuthTag() };
}
function rawOpen({ nonce, sealed, tag }: ReturnType<typeof rawSeal>) {
  const decipher = createDecipheriv("aes-256-gcm", secret, nonce);
  decipher.setAuthTag(tag);
  const opened = decipher.update(sealed);
  decipher.final();
  return opened;
}

const ours = sealer(keyRing(key), "session");
const iron = { password: "a password of at least thirty-two characters" };

// Right before fast.
const [raw, sealed] = [rawSeal(), ours.seal(NAME, plain)];
const ironSealed = await sealData(data, iron);
assert.deepEqual(rawOpen(raw), plain);
assert.deepEqual(ours.open(NAME, sealed), { plain, old: false });
assert.deepEqual(await unsealData(ironSealed, iron), data);

const rawSealCost = costSync(20_000, rawSeal);
const sealCost = costSync(20_000, () => ours.seal(NAME, plain));
row("raw AES-256-GCM, seal 150 octets", rawSealCost, rawSealCost, "µs", "itself");
row("seal", sealCost, rawSealCost, "µs", "raw (limit 3)");
const rawOpenCost = costSync(20_000, () => rawOpen(raw));
const openCost = costSync(20_000, () => ours.open(NAME, sealed));
row("raw AES-256-GCM, open 150 octets", rawOpenCost, rawOpenCost, "µs", "itself");
row("open", openCost, rawOpenCost, "µs", "raw (limit 3)");
const both = sealCost + openCost;
row("seal and open", both, rawSealCost + rawOpenCost, "µs", "raw (limit 3)");

const ironSeal = await cost(300, () => sealData(data, iron));
const ironOpen = await cost(300, () => unsealData(ironSealed, iron));
row("iron-session, seal", ironSeal, sealCost, "µs", "ours");
row("iron-session, open", ironOpen, openCost, "µs", "ours");
row("iron-session, seal and open", ironSeal + ironOpen, both, "µs", "ours (at least 20)");
row("length of the sealed value", sealed.length, ironSealed.length, "ch", `iron-session's (${ironSealed.length})`);

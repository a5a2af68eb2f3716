/** What is checked inside each runtime: plain functions that say what they got and what was expected. */
import { createSecretKey } from "node:crypto";
import { keyRing } from "../../src/crypto/keys.ts";
import { sealer } from "../../src/crypto/seal.ts";
import { decrypt, derivation, encrypt, NONCE, PREFIX, TAG } from "../../src/crypto/xaes.ts";
import * as known from "./known-answers.ts";

/** A check's outcome, as JSON: it holds where `got` equals `expected`. */
export interface Result {
  readonly name: string;
  readonly got: unknown;
  readonly expected: unknown;
}

interface Check {
  readonly name: string;
  readonly run: () => unknown;
  readonly expected: unknown;
}

const { NAME, PLAIN, PURPOSE, SEALED_BY_OLDER, SEALED_ON_NODE } = known;

/** Seals under the name and purpose of the known answers. */
export const sealing: ReturnType<typeof sealer> = sealer(keyRing([known.KEY, known.OLDER_KEY]), PURPOSE);

/** Runs all checks. Never throws: what a check threw is what it got. */
export function results(): readonly Result[] {
  return [...known.XAES.flatMap(xaesChecks), ...SEAL_CHECKS].map(({ name, run, expected }) => {
    try {
      return { name, got: run(), expected };
    } catch (error) {
      return { name, got: `threw ${String(error)}`, expected };
    }
  });
}

function xaesChecks(vector: known.XaesVector): readonly Check[] {
  const [nonce, plain, additional] = [vector.nonce, vector.plain, vector.additional].map((text) => Buffer.from(text));
  const [prefix, rest] = [nonce!.subarray(0, PREFIX), nonce!.subarray(PREFIX, NONCE)];
  const derived = () => derivation(createSecretKey(Buffer.from(vector.key, "hex")))(prefix);
  const sealed = Buffer.from(vector.sealed, "hex");
  const [text, tag] = [sealed.subarray(0, -TAG), sealed.subarray(-TAG)];
  const opened = (given: Uint8Array, proof: Uint8Array) => decrypt(derived(), rest, given, proof, additional!) ?? "no";
  return [
    { name: `${vector.name}: derives`, run: () => derived().export().toString("hex"), expected: vector.derived },
    {
      name: `${vector.name}: encrypts`,
      run: () => Buffer.concat(encrypt(derived(), rest, plain!, additional!)).toString("hex"),
      expected: vector.sealed,
    },
    { name: `${vector.name}: decrypts`, run: () => opened(text, tag).toString(), expected: vector.plain },
    {
      name: `${vector.name}: refuses each of its octets changed`,
      run: () => flips(sealed).map((flipped) => opened(flipped.subarray(0, -TAG), flipped.subarray(-TAG))),
      expected: Array.from(sealed, () => "no"),
    },
  ];
}

const SEAL_CHECKS: readonly Check[] = [
  {
    name: "a value that Node sealed opens",
    run: () => outcome(NAME, SEALED_ON_NODE),
    expected: { plain: PLAIN, old: false },
  },
  {
    name: "a value that Node sealed by the older key opens, and is known as old",
    run: () => outcome(NAME, SEALED_BY_OLDER),
    expected: { plain: PLAIN, old: true },
  },
  {
    name: "what is sealed here opens here, whatever octets it is",
    run: () => ["", "\0", "é".repeat(5000)].map((plain) => outcome("n", sealing.seal("n", Buffer.from(plain)))),
    expected: ["", "\0", "é".repeat(5000)].map((plain) => ({ plain, old: false })),
  },
  {
    name: "under another name nothing opens",
    run: () => [outcome("sessioN", SEALED_ON_NODE), outcome("", SEALED_ON_NODE)],
    expected: [{ refused: "forged" }, { refused: "forged" }],
  },
  {
    name: "for another purpose nothing opens",
    run: () => sealer(keyRing(known.KEY), "another").open(NAME, SEALED_ON_NODE),
    expected: { refused: "forged" },
  },
  {
    name: "by a key that is not on the ring nothing opens",
    run: () => sealer(keyRing(known.KEY), PURPOSE).open(NAME, SEALED_BY_OLDER),
    expected: { refused: "unknown" },
  },
  {
    name: "with any octet changed nothing opens",
    run: () => flips(octets(SEALED_ON_NODE)).map((flipped) => outcome(NAME, flipped.toString("base64url"))),
    expected: Array.from(octets(SEALED_ON_NODE), (_, i) => ({
      refused: i === 0 ? "malformed" : i < 5 ? "unknown" : "forged",
    })),
  },
  {
    name: "cut short, or in another spelling of base64, nothing opens",
    run: () => ["", SEALED_ON_NODE.slice(0, 40), `${SEALED_ON_NODE}=`, "*"].map((text) => outcome(NAME, text)),
    expected: Array.from({ length: 4 }, () => ({ refused: "malformed" })),
  },
  {
    name: "no two values are sealed alike",
    run: () => new Set(Array.from({ length: 2000 }, () => sealing.seal(NAME, Buffer.from(PLAIN)))).size,
    expected: 2000,
  },
];

function outcome(name: string, sealed: string): unknown {
  const opened = sealing.open(name, sealed);
  return "plain" in opened ? { plain: opened.plain.toString(), old: opened.old } : opened;
}

function octets(base64url: string): Buffer {
  return Buffer.from(base64url, "base64url");
}

/** Copies, each with the lowest bit of another octet changed. */
function flips(given: Buffer): readonly Buffer[] {
  return Array.from(given, (octet, i) => {
    const copy = Buffer.from(given);
    copy[i] = octet ^ 1;
    return copy;
  });
}

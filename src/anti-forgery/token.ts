/**
 * Tokens: what a page carries to show that this server made it for this visitor.
 *
 *     base64url( nonce, 16 random octets ‖ proof, 32 octets [ ‖ proof, 32 octets ] ), in its one canonical spelling
 *
 * A proof is an HMAC-SHA256, under a secret that token and visitor share (`secrets.ts`), over the nonce and what the token
 * is for, each with its length in front. Each token has a nonce of its own, so no two are alike and compression finds
 * nothing to compare (BREACH). A token for one form is over other octets than one for all: neither can be made of the
 * other (compare CVE-2020-8166).
 */
import { timingSafeEqual } from "node:crypto";
import { randomOctets } from "../crypto/random.ts";

/** The form that a token is for: its path, and its method. */
export interface TokenForm {
  /** The path that the form is sent to, as it is sent, under a context by `contextPath`: `"/account/delete"`; a query does not count. */
  readonly action: string;
  /** Default `"POST"`. */
  readonly method?: string | undefined;
}

/** A form as a request names it. */
export interface NamedForm {
  readonly action: string;
  readonly method: string;
}

/** A proof of knowing a secret, over octets. */
export type Prove = (secret: Uint8Array, octets: Uint8Array) => Buffer;

/** Makes proofs with the first, takes those of all. */
export type Provers = readonly [Prove, ...Prove[]];

const NONCE = 16;
const PROOF = 32;
const FORM = /^(?:[\w-]{64}|[\w-]{107})$/; // 48 or 80 octets

/** A fresh token, with a proof for each of the one or two secrets. */
export function mintToken([prove]: Provers, secrets: readonly Uint8Array[], form?: NamedForm | undefined): string {
  const nonce = randomOctets(NONCE);
  const octets = provenOctets(nonce, form);
  return Buffer.concat([nonce, ...secrets.map((secret) => prove(secret, octets))]).toString("base64url");
}

/** Whether one of the token's proofs is over one of the secrets, for all forms or for this one. Without secrets never. */
export function holds(token: string, provers: Provers, secrets: readonly Uint8Array[], form: NamedForm): boolean {
  if (!FORM.test(token)) return false;
  const octets = Buffer.from(token, "base64url");
  if (octets.toString("base64url") !== token) return false; // one spelling per token
  const nonce = octets.subarray(0, NONCE);
  const given = [octets.subarray(NONCE, NONCE + PROOF), octets.subarray(NONCE + PROOF)];
  const proofs = given.filter((proof) => proof.length === PROOF);
  for (const proven of [provenOctets(nonce), provenOctets(nonce, form)]) {
    for (const prove of provers) {
      for (const secret of secrets) {
        const right = prove(secret, proven);
        if (proofs.some((proof) => timingSafeEqual(proof, right))) return true;
      }
    }
  }
  return false;
}

function provenOctets(nonce: Uint8Array, form?: NamedForm): Buffer {
  return lengthPrefixed(form ? [nonce, "one form", form.method, form.action] : [nonce, "all forms"]);
}

/** The parts one after the other, each with its length in front, so that no two lists give the same octets. */
export function lengthPrefixed(parts: ReadonlyArray<string | Uint8Array>): Buffer {
  return Buffer.concat(
    parts.flatMap((part) => {
      const octets = typeof part === "string" ? Buffer.from(part, "utf8") : part;
      const length = Buffer.alloc(4);
      length.writeUInt32BE(octets.length);
      return [length, octets];
    }),
  );
}

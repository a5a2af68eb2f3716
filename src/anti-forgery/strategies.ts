/** The kinds of token: under the session's own key, or under keys of the application's too. */
import { createHmac } from "node:crypto";
import { type Keys, type RingKey, ringOf } from "../crypto/keys.ts";
import { checkNames, checkNone } from "../errors.ts";
import { lengthPrefixed, type Prove, type Provers } from "./token.ts";

/**
 * Made by `sessionToken` and `signedToken` alone. A strategy is the function that makes a proof of 32 octets, HMAC-SHA256
 * under the session's key or a pre-session's; all else of a token is the same (`token.ts`). One that stores its tokens, or
 * that knows no session, would be none of these.
 */
export class TokenStrategy {
  readonly #provers: Provers;

  constructor(provers: Provers) {
    this.#provers = provers;
  }

  /** How a strategy proves; `undefined` for what is none. */
  static proversOf(strategy: unknown): Provers | undefined {
    return typeof strategy === "object" && strategy !== null && #provers in strategy ? strategy.#provers : undefined;
  }
}

/**
 * A token of the session's own: nothing to configure, and nothing stored. Its key comes of the session's secret, so a
 * token lives exactly as long as the session keeps that: until sign-in, `recreate` or sign-out.
 */
export function sessionToken(...none: []): TokenStrategy {
  checkNone(none, "sessionToken");
  return new TokenStrategy([(secret, octets) => createHmac("sha256", secret).update(octets).digest()]);
}

/** The options of `signedToken`. */
export interface SignedTokenOptions {
  /**
   * `keyRing([newest, …older])`, or one key or a list: the first signs, all are taken. Given but `undefined`, as an
   * environment variable that is not set: a random key of this process, with a warning; with NODE_ENV=production
   * `ERR_OPTION`.
   */
  readonly keys: Keys | undefined;
}

/**
 * As `sessionToken`, and signed by this application's keys: HMAC-SHA256 over what binds it to the session and over a
 * random value, each with its length in front. All tokens die when the key is taken off the ring. Throws `ERR_OPTION` for
 * what is no key.
 */
export function signedToken(options: SignedTokenOptions): TokenStrategy {
  checkNames(options, ["keys"], "signedToken");
  const { newest, all } = ringOf(options.keys);
  const older = all.filter((key) => key !== newest);
  return new TokenStrategy([signedBy(newest), ...older.map(signedBy)]);
}

function signedBy({ subkey }: RingKey): Prove {
  const key = subkey("anti-forgery token");
  return (secret, octets) =>
    createHmac("sha256", key)
      .update(lengthPrefixed([secret]))
      .update(octets)
      .digest();
}

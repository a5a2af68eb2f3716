/** `cookieStore`: the whole session in the browser, sealed; on the server nothing, or only what was revoked. */
import { MAX_LIFETIME } from "../cookies/grammar.ts";
import { type Keys, ringOf } from "../crypto/keys.ts";
import { randomOctets } from "../crypto/random.ts";
import { SKEW } from "../crypto/seal.ts";
import { badOption, checkNames } from "../errors.ts";
import { applyChange, type Change } from "../session/change.ts";
import { newRecord, type SessionRecord } from "../session/record.ts";
import type { ReadResult, Store, StoreContext, UpdateResult } from "../session/store.ts";
import { newPayload, resealed } from "./cookie-payload.ts";
import type { Revocations } from "./revocations.ts";
import { endAll, known, lastsUntil, NOTHING_KNOWN, revoked, revokedNow, whyEnded } from "./revoking.ts";
import { type Found, sealedSessions } from "./sealed-session.ts";

/** The options of `cookieStore`. */
export interface CookieStoreOptions {
  /**
   * What seals and opens: `keyRing([newest, …older])`, or one key or a list. Without it a random key of this process,
   * with a warning; with NODE_ENV=production `ERR_OPTION`.
   */
  readonly keys?: Keys | undefined;
  /**
   * How many octets a session may take in the Cookie header, names included: 512 to 8000, default 7168. Over 3900 it
   * travels in several cookies. Servers and proxies take about 8 KiB of cookies in all. Past it: `ERR_SESSION_SIZE`.
   */
  readonly maxSize?: number | undefined;
  /**
   * Compresses the data where that makes them smaller. Default false: the length of what was compressed tells how much
   * of it repeats, so whoever can put text of his own into a session and see the cookie's length can guess at secrets
   * beside it (compare CRIME, CVE-2012-4929).
   */
  readonly compress?: boolean | undefined;
  /**
   * Remembers which sessions ended before their time, so that a copied cookie dies with its session: G3, for one look-up
   * per reading and one per change. Default: none. See `memoryRevocations`.
   */
  readonly revocation?: Revocations | undefined;
}

const OWN_STATE =
  "the browser keeps the session, and of two responses under way the one that arrives last is kept whole";
const LACKS: NonNullable<Store["lacks"]> = {
  G1: `${OWN_STATE}: a change that the other one made is lost`,
  G4: `${OWN_STATE}: there is no newest value that a function could be applied to`,
  G5: `${OWN_STATE}, on every key and without an event`,
};
const WITHOUT_REVOCATION: NonNullable<Store["lacks"]> = {
  ...LACKS,
  G3: "nothing on the server knows that a session ended: a copy of its cookie opens until its limits, and readers adopt one cookie again and again until their until. The option revocation mends that",
};

/**
 * Keeps each session in its visitor's cookie, sealed with XAES-256-GCM: nobody else can read, make or change it, and its
 * limits hold on the server's clock whatever the browser does. It is sealed anew when it changed, when the key is no
 * longer the newest, and, in a small cookie of its own, when the idle clock restarts.
 *
 * What a cookie cannot do is declared in `lacks`: of two parallel changes the later response wins (G1, G4, G5), and
 * without `revocation` a copied cookie outlives its session's end (G3). Choose a server store where that matters.
 *
 * Throws `ERR_OPTION` when made with an impossible option. Rejects with `ERR_SESSION_SIZE` for a session over `maxSize`;
 * the one before it stays.
 */
export function cookieStore(options: CookieStoreOptions = {}): Store {
  const { revocation, ...how } = checked(options);
  const { open, seal, answer } = sealedSessions(how);
  const revocations = revocation ?? NOTHING_KNOWN;

  async function read(found: Found, context: StoreContext): Promise<ReadResult> {
    const refused = await revokedNow(revocations, found, context);
    return refused ? { refused } : answer(found, context);
  }

  /** The epoch under which a subject signs in now. */
  async function epochOf(subject: string | undefined, { now }: StoreContext): Promise<number> {
    return subject === undefined ? 0 : (await known(revocations, undefined, subject, now)).epoch;
  }

  async function rotate(
    found: Found,
    record: SessionRecord,
    rotation: NonNullable<Change["rotation"]>,
    context: StoreContext,
  ): Promise<UpdateResult> {
    const sameSubject = rotation.subject === found.record.subject;
    const epoch = sameSubject ? found.epoch : await epochOf(rotation.subject, context);
    const payload = newPayload(newId(), record, epoch, context.limits);
    const token = seal(payload, context); // before the old one ends: it may be too large
    const ended = { at: context.now, next: payload.id, nextUntil: payload.endsAt + SKEW, sameSubject };
    const before = await revocations.end(found.id, ended, lastsUntil(found, context));
    return before ? { gone: whyEnded(before, context) } : { token, overwritten: 0 };
  }

  const store: Store = {
    clock: true,
    lacks: revocation ? LACKS : WITHOUT_REVOCATION,

    read(token, context) {
      const found = open(token, context);
      if ("refused" in found) return found;
      return revocation ? read(found, context) : answer(found, context);
    },

    async create(draft, context) {
      const epoch = await epochOf(draft.subject, context);
      return seal(newPayload(newId(), newRecord(draft, context.now), epoch, context.limits), context);
    },

    async update(token, change, context) {
      const found = open(token, context);
      if ("refused" in found) return { gone: found.refused };
      const refused = await revokedNow(revocations, found, context);
      if (refused) return { gone: refused };
      if (change.serial && found.record.version !== change.base.version) return { conflict: found.record };
      const changed = applyChange(found.record, change, context.now, context.limits);
      const record = { ...changed.record, usedAt: context.now };
      if (change.rotation) return rotate(found, record, change.rotation, context);
      return { token: seal(resealed(found, record, context.limits), context), overwritten: changed.overwritten };
    },

    async delete(token, context) {
      const found = open(token, context);
      if ("refused" in found) return false;
      const state = await known(revocations, found.id, found.record.subject, context.now);
      if (!state.ended && revoked(state, found, context)) return false;
      return endAll(revocations, found, context);
    },

    async adopt(seed, draft, until, context) {
      const id = Buffer.from(seed.subarray(0, 16)).toString("base64url");
      const { now, limits } = context;
      const epoch = await epochOf(draft.subject, context);
      const first = newPayload(id, newRecord(draft, now), epoch, limits);
      const token = seal(first, context); // before anything is spent: it may be too large
      const before = await revocations.end(`adopted ${id}`, { at: now, epoch }, until);
      if (!before) return { record: first.record, restarted: false, token, binding: id };
      const again = newPayload(id, newRecord(draft, before.at), before.epoch ?? 0, limits);
      const state = await known(revocations, id, draft.subject, now);
      const spent = now >= before.at + limits.grace * 1000 || now >= again.expiresAt;
      if (spent || state.ended || again.epoch < state.epoch) return { refused: "adopted" };
      return { record: again.record, restarted: false, token: seal(again, context), binding: id };
    },
  };

  async function deleteAll(
    subject: string,
    but: string | undefined,
    context: StoreContext,
  ): Promise<string | undefined> {
    const found = but === undefined ? undefined : open(but, context);
    if (found && ("refused" in found || (await revokedNow(revocations, found, context)))) return undefined; // itself ended
    const kept = found?.record.subject === subject ? found : undefined;
    const keep = (session: Found, epoch: number) => {
      const record = { ...session.record, usedAt: context.now };
      return seal({ ...resealed(session, record, context.limits), epoch }, context);
    };
    if (kept) keep(kept, context.now); // before anybody is signed out: it may be too large
    const until = context.now + MAX_LIFETIME * 1000 + SKEW; // no session lives longer
    const { before, epoch } = await revocations.raise(subject, context.now, until, kept?.epoch);
    return kept && kept.epoch >= before ? keep(kept, epoch) : undefined;
  }

  if (!revocation) return store;
  return { ...store, deleteAll: (subject, { but }, context) => deleteAll(subject, but, context) };
}

function newId(): string {
  return randomOctets(16).toString("base64url");
}

const KNOWN = ["keys", "maxSize", "compress", "revocation"] as const;

function checked(options: CookieStoreOptions) {
  checkNames(options, KNOWN, "cookieStore");
  const { keys, maxSize = 7168, compress = false, revocation } = options;
  if (!(Number.isInteger(maxSize) && maxSize >= 512 && maxSize <= 8000))
    throw badOption("maxSize", "must be a whole number of octets from 512 to 8000");
  if (typeof compress !== "boolean") throw badOption("compress", "must be true or false");
  for (const step of ["look", "end", "raise"] as const) {
    if (revocation !== undefined && typeof revocation?.[step] !== "function")
      throw badOption("revocation", `has no ${step}(): give memoryRevocations() or another Revocations`);
  }
  return { keys: ringOf(keys), maxSize, compress, revocation };
}

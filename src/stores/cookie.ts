/** `cookieStore`: the whole session in the browser, sealed; on the server nothing, or only what was revoked. */
import { type Keys, ringOf } from "../crypto/keys.ts";
import { randomOctets } from "../crypto/random.ts";
import { sealer } from "../crypto/seal.ts";
import { badOption, checkNames, RinglightError } from "../errors.ts";
import { applyChange, type Change } from "../session/change.ts";
import { deadline, expired, restartDue } from "../session/expiry.ts";
import { newRecord, type SessionRecord } from "../session/record.ts";
import type { RefusedToken } from "../session/refused.ts";
import type { ReadResult, Store, StoreContext, UpdateResult } from "../session/store.ts";
import { cookiesSize, partsOf } from "../session/token-cookies.ts";
import { MAX_TEXT, type Payload, pack, packClock, payloadOf, unpack, unpackClock } from "./cookie-payload.ts";
import type { Ended, Known, Revocations } from "./revocations.ts";

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
   * Remembers which sessions ended before their time, so that a copied cookie dies with its session: G3, for one store
   * read per request. Default: none. See `memoryRevocations`.
   */
  readonly revocation?: Revocations | undefined;
}

/** How far another node's clock may be ahead, in milliseconds (as Fernet has it). */
const SKEW = 60_000;
const OWN_STATE =
  "the browser keeps the session, and of two responses under way the one that arrives last is kept whole";
const LACKS: Store["lacks"] = {
  G1: `${OWN_STATE}: a change that the other one made is lost`,
  G4: `${OWN_STATE}: there is no newest value that a function could be applied to`,
  G5: `${OWN_STATE}, on every key and without an event`,
};
const WITHOUT_REVOCATION: Store["lacks"] = {
  ...LACKS,
  G3: "nothing on the server knows that a session ended: a copy of its cookie opens until its limits. The option revocation mends that",
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
  const { keys, maxSize, compress, revocation } = checked(options);
  const data = sealer(keys, "session");
  const clocks = sealer(keys, "session clock");

  function open(token: string, { cookieName, now, limits }: StoreContext): Found | { readonly refused: RefusedToken } {
    const parts = partsOf(token);
    const opened = data.open(cookieName, parts.data);
    if ("refused" in opened) return opened;
    const sealed = unpack(opened.plain);
    if (!sealed) return { refused: "malformed" };
    const payload = parts.used === undefined ? sealed : moved(sealed, clocks.open(cookieName, parts.used));
    const { record, expiresAt } = payload;
    if (Math.max(record.createdAt, record.usedAt) > now + SKEW) return { refused: "future" };
    const dead = expired(record, now, limits) ?? (now >= expiresAt ? "expired-idle" : undefined);
    return dead ? { refused: dead } : { ...payload, old: opened.old, data: parts.data };
  }

  function sealed(payload: Payload, { cookieName }: StoreContext): string {
    const plain = pack(payload, compress);
    const token = data.seal(cookieName, plain);
    const size = cookiesSize(cookieName, token);
    if (size > maxSize || textLength(payload.record) > MAX_TEXT) throw tooLarge(payload.record, size, maxSize);
    return token;
  }

  function answer(found: Found, context: StoreContext): ReadResult {
    const { now, limits, cookieName } = context;
    const due = restartDue(found.record, now, limits);
    const record = due ? { ...found.record, usedAt: now } : found.record;
    if (found.old) {
      const payload = payloadOf(found.id, record, found.epoch, limits);
      return { record, restarted: due, token: sealed(payload, context) };
    }
    if (!due) return { record, restarted: false };
    const clock = packClock({ id: found.id, usedAt: now, expiresAt: deadline(record, limits) });
    return { record, restarted: true, token: `${found.data}~${clocks.seal(cookieName, clock)}` };
  }

  /** Why the session is dead by what was revoked, if it is. */
  function revoked({ ended, epoch }: Known, found: Found, context: StoreContext): RefusedToken | undefined {
    if (ended) return isFresh(ended, context) ? "recreated" : "revoked";
    return found.epoch < epoch ? "revoked" : undefined;
  }

  async function look(
    revocations: Revocations,
    found: Found,
    context: StoreContext,
  ): Promise<RefusedToken | undefined> {
    return revoked(await revocations.look(found.id, found.record.subject, context.now), found, context);
  }

  async function read(revocations: Revocations, found: Found, context: StoreContext): Promise<ReadResult> {
    const refused = await look(revocations, found, context);
    return refused ? { refused } : answer(found, context);
  }

  /** The epoch under which a subject signs in now. */
  async function epochOf(subject: string | undefined, { now }: StoreContext): Promise<number> {
    return revocation && subject !== undefined ? (await revocation.look(undefined, subject, now)).epoch : 0;
  }

  async function rotate(
    found: Found,
    record: SessionRecord,
    { rotation }: Change,
    context: StoreContext,
  ): Promise<UpdateResult> {
    const sameSubject = rotation!.subject === found.record.subject;
    const epoch = sameSubject ? found.epoch : await epochOf(rotation!.subject, context);
    const id = newId();
    const token = sealed(payloadOf(id, record, epoch, context.limits), context);
    const ended = { at: context.now, next: id, sameSubject };
    const before = await revocation?.end(found.id, ended, reviveBefore(found, context));
    return before ? { gone: isFresh(before, context) ? "recreated" : "revoked" } : { token, overwritten: 0 };
  }

  return {
    lacks: revocation ? LACKS! : WITHOUT_REVOCATION!,

    read(token, context) {
      const found = open(token, context);
      if ("refused" in found) return found;
      return revocation ? read(revocation, found, context) : answer(found, context);
    },

    async create(draft, context) {
      const epoch = await epochOf(draft.subject, context);
      return sealed(payloadOf(newId(), newRecord(draft, context.now), epoch, context.limits), context);
    },

    async update(token, change, context) {
      const found = open(token, context);
      if ("refused" in found) return { gone: found.refused };
      const refused = revocation && (await look(revocation, found, context));
      if (refused) return { gone: refused };
      if (change.serial && found.record.version !== change.base.version) return { conflict: found.record };
      const changed = applyChange(found.record, change, context.now, context.limits);
      const record = { ...changed.record, usedAt: context.now };
      if (change.rotation) return rotate(found, record, change, context);
      const payload = payloadOf(found.id, record, found.epoch, context.limits);
      return { token: sealed(payload, context), overwritten: changed.overwritten };
    },

    async delete(token, context) {
      const found = open(token, context);
      if ("refused" in found) return false;
      if (!revocation) return true;
      const known = await revocation.look(found.id, found.record.subject, context.now);
      if (!known.ended && revoked(known, found, context)) return false;
      return endAll(revocation, found, context);
    },

    async adopt(seed, draft, until, context) {
      const id = Buffer.from(seed.subarray(0, 16)).toString("base64url");
      const { now, limits } = context;
      const before = await revocation?.end(`adopted ${id}`, { at: now }, until);
      if (before && now >= before.at + limits.grace * 1000) return { refused: "adopted" };
      if (before && (await revocation!.look(id, undefined, now)).ended) return { refused: "adopted" };
      const epoch = await epochOf(draft.subject, context);
      const payload = payloadOf(id, newRecord(draft, before?.at ?? now), epoch, limits);
      return { record: payload.record, restarted: false, token: sealed(payload, context) };
    },

    deleteAll:
      revocation &&
      (async (subject, { but }, context) => {
        const found = but === undefined ? undefined : open(but, context);
        const kept = found && !("refused" in found) && !(await look(revocation, found, context)) ? found : undefined;
        const epoch = await revocation.raise(subject, context.now, context.now + LONGEST);
        if (kept?.record.subject !== subject) return undefined;
        const record = { ...kept.record, usedAt: context.now };
        return sealed(payloadOf(kept.id, record, epoch, context.limits), context);
      }),
  };
}

/** No session lives longer: 400 days, the most that `persist` may say, in milliseconds. */
const LONGEST = 34_560_000_000;

interface Found extends Payload {
  /** Sealed by a key that is no longer the newest. */
  readonly old: boolean;
  /** The sealed text as it came, without the idle clock. */
  readonly data: string;
}

/** Ends a session; one that was just recreated under the same subject, what it was recreated to. */
async function endAll(revocations: Revocations, found: Found, context: StoreContext): Promise<boolean> {
  const until = reviveBefore(found, context);
  for (let id = found.id, steps = 0; steps < 8; steps++) {
    const before = await revocations.end(id, { at: context.now }, until);
    if (!before) return true;
    if (before.next === undefined || !before.sameSubject || !isFresh(before, context)) return false;
    id = before.next;
  }
  return false;
}

function isFresh({ at, next }: Ended, { now, limits }: StoreContext): boolean {
  return next !== undefined && now < at + limits.grace * 1000;
}

/** When no copy of a session that ends now can be alive any more, whichever node's limits sealed it. */
function reviveBefore({ record, expiresAt }: Found, { now, limits }: StoreContext): number {
  return Math.max(expiresAt, deadline({ ...record, usedAt: now }, limits), now + limits.grace * 1000) + SKEW;
}

/** The payload with a later idle clock, where that is of this session. */
function moved(payload: Payload, opened: ReturnType<ReturnType<typeof sealer>["open"]>): Payload {
  const clock = "plain" in opened ? unpackClock(opened.plain) : undefined;
  if (clock?.id !== payload.id || clock.usedAt <= payload.record.usedAt) return payload;
  return { ...payload, record: { ...payload.record, usedAt: clock.usedAt }, expiresAt: clock.expiresAt };
}

function newId(): string {
  return randomOctets(16).toString("base64url");
}

function textLength({ data, slots }: SessionRecord): number {
  let length = 0;
  for (const [key, json] of data) length += key.length + json.length;
  for (const [name, { json }] of slots) length += name.length + json.length;
  return length;
}

function tooLarge({ data, slots }: SessionRecord, size: number, maxSize: number): RinglightError {
  const sizes = [...data].map(([key, json]) => [JSON.parse(key) as string, json.length] as const);
  for (const [name, { json }] of slots) sizes.push([`the slot ${name}`, json.length]);
  const largest = sizes.sort(([, a], [, b]) => b - a).slice(0, 3);
  const named = largest.map(([key, length]) => `${key.slice(0, 64)} (${length})`).join(", ");
  return new RinglightError(
    "ERR_SESSION_SIZE",
    `the session takes ${size} octets of cookies, ${maxSize} are allowed; its largest keys: ${named}. ` +
      "Store less, raise maxSize, or keep sessions on the server. Nothing was stored.",
  );
}

const KNOWN = ["keys", "maxSize", "compress", "revocation"];

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

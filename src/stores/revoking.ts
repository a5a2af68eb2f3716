/** What `cookieStore` asks of its revocations, and what follows from the answers. */
import { SKEW } from "../crypto/seal.ts";
import type { RefusedToken } from "../session/refused.ts";
import type { StoreContext } from "../session/store.ts";
import type { Ended, Known, Revocations } from "./revocations.ts";
import type { Found } from "./sealed-session.ts";

/** Without revocations nothing is known, and nothing is remembered. */
export const NOTHING_KNOWN: Revocations = {
  look: () => ({ ended: undefined, epoch: 0 }),
  end: () => undefined,
  raise: (_subject, now) => ({ before: 0, epoch: now }),
};

/** How many renewals within `grace` a sign-out by an old token follows, as server stores keep tombstones. */
const MAX_RENEWALS = 32;

/** What is known, or an error: what is no answer must not pass for "not revoked". */
export async function known(
  revocations: Revocations,
  id: string | undefined,
  subject: string | undefined,
  now: number,
): Promise<Known> {
  const answer: Known | undefined = await revocations.look(id, subject, now);
  const ended = answer?.ended;
  const sound = ended === undefined || (typeof ended === "object" && ended !== null && Number.isFinite(ended.at));
  if (answer && sound && Number.isFinite(answer.epoch)) return answer;
  throw new TypeError("the revocations' look() must give { ended, epoch }: an Ended or undefined, and a number");
}

/** Why the session is dead by what is known of it, if it is. */
export function revoked({ ended, epoch }: Known, found: Found, context: StoreContext): RefusedToken | undefined {
  if (ended) return whyEnded(ended, context);
  return found.epoch < epoch ? "revoked" : undefined;
}

/** The same, asked. */
export async function revokedNow(
  revocations: Revocations,
  found: Found,
  context: StoreContext,
): Promise<RefusedToken | undefined> {
  return revoked(await known(revocations, found.id, found.record.subject, context.now), found, context);
}

export function whyEnded({ at, next }: Ended, { now, limits }: StoreContext): RefusedToken {
  return next !== undefined && now < at + limits.grace * 1000 ? "recreated" : "revoked";
}

/** Ends a session; one that was just recreated under the same subject, what it was recreated to. Whether one was ended. */
export async function endAll(revocations: Revocations, found: Found, context: StoreContext): Promise<boolean> {
  let [id, until] = [found.id, lastsUntil(found, context)];
  for (let steps = 0; steps <= MAX_RENEWALS; steps++) {
    const before = await revocations.end(id, { at: context.now }, until);
    if (!before) return true;
    if (before.next === undefined || !before.sameSubject || whyEnded(before, context) !== "recreated") return false;
    id = before.next;
    until = Math.max(before.nextUntil ?? 0, until);
  }
  return false;
}

/** When no copy of a session that ends now can be alive any more, whichever stack's limits sealed it. */
export function lastsUntil({ endsAt }: Found, { now, limits }: StoreContext): number {
  return Math.max(endsAt, now + limits.grace * 1000) + SKEW;
}

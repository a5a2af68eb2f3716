/** Sessions on Redis, between the store's operations and the server's steps: how they are found, begun and replaced. */
import type { Change } from "../session/change.ts";
import { absoluteDeadline, expired } from "../session/expiry.ts";
import type { StoreContext } from "../session/store.ts";
import { contended, MAX_TRIES } from "./contended.ts";
import { collectableAt, type Entry, TOLD } from "./entry.ts";
import { clockHead, entryHead } from "./entry-text.ts";
import { ENDED } from "./redis-scripts.ts";
import type { Binding, Bound, RedisSteps, Write, Written } from "./redis-steps.ts";
import { type Commit, type Found, foundOf, hasCommit, newCommit, storedText } from "./redis-value.ts";
import { crowdedOut, type SubjectLimit } from "./subject-limit.ts";

export interface RedisSessions {
  /** The session under a key; `undefined` where there is none, and with `store.unreadable` where what is there is none. */
  find(key: string, context: StoreContext): Promise<Found | undefined>;
  /** The same of a value that a step gave. */
  understood(key: string, value: unknown, context: StoreContext): Found | undefined;
  /** What is in a subject's index and there, whoever's it is. Keys of what is gone are taken out. */
  ofSubject(subject: string, context: StoreContext): Promise<readonly Found[]>;
  /** Begins a session; `false` where the key is taken. */
  begin(entry: Entry, key: string, epoch: string | undefined, context: StoreContext): Promise<boolean>;
  /** Takes over another application's session; else what is under its key. `until` in milliseconds. */
  adopt(entry: Entry, key: string, until: number, context: StoreContext): Promise<Written>;
  /** Puts the entry in the place of what was found, and its subjects' indexes right. */
  replace(found: Found, entry: Entry, change: Change, commit: Commit, context: StoreContext): Promise<Written>;
  /** Restarts the idle clock, beside the reading: it is not waited for, and a failure is `store.failed`. */
  refresh(found: Found, entry: Entry, context: StoreContext): void;
}

export function redisSessions(steps: RedisSteps, limit: SubjectLimit): RedisSessions {
  const toWrite = (key: string, guard: string, entry: Entry, text: string, { now, limits }: StoreContext): Write => ({
    ...{ key, guard, text },
    ttl: Math.max(1, Math.ceil(collectableAt(entry, limits) - now)),
  });

  function background(work: Promise<unknown>, { emit }: StoreContext): void {
    work.catch(() => emit({ type: "store.failed", code: "ERR_STORE_UNAVAILABLE" }));
  }

  function understood(key: string, value: unknown, { emit }: StoreContext): Found | undefined {
    if (isGone(value)) return undefined;
    const found = foundOf(key, value);
    if (!found) emit({ type: "store.unreadable" });
    return found;
  }

  async function ofSubject(subject: string, context: StoreContext): Promise<readonly Found[]> {
    const keys = await steps.members(subject);
    const values = await Promise.all(keys.map((key) => steps.read(key)));
    const gone = keys.filter((_, i) => isGone(values[i])); // a key is never used again
    if (gone.length > 0) await steps.unlist(subject, gone);
    return keys.flatMap((key, i) => understood(key, values[i], context) ?? []);
  }

  /** Begins a subject's session, or makes one his, ending what is crowded out until there is room. */
  async function untilRoom(
    subject: string,
    context: StoreContext,
    attempt: (isFirst: boolean) => Promise<Bound>,
  ): Promise<Written> {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const answer = await attempt(tries === 0);
      if (answer !== "full") {
        if ("there" in answer) return answer;
        if (isTimeToTidy(answer.listed)) background(ofSubject(subject, context), context);
        return "written";
      }
      const sessions = await ofSubject(subject, context);
      const dead = sessions.filter(({ entry }) => expired(entry.record, context.now, context.limits));
      const crowded = crowdedOut(sessions, limit, context);
      await steps.wipe(
        subject,
        [...dead, ...crowded].map(({ key }) => key),
      );
      for (const _ of crowded) context.emit({ type: "session.evicted", signedIn: true });
    }
    throw contended();
  }

  const bind = (step: Write, binding: Binding, context: StoreContext): Promise<Written> =>
    untilRoom(binding.subject, context, (isFirst) =>
      steps.bind(step, isFirst ? binding : { ...binding, unbound: undefined }),
    );

  /** The index must last as long as any session in it can live, whatever restarts its clock. */
  const indexTtl = ({ record }: Entry, { now, limits }: StoreContext): number =>
    Math.max(1, Math.ceil(absoluteDeadline(record, limits) + TOLD - now));

  /** Writes what leaves the session to whom it belongs. */
  function keep(step: Write, found: Found, entry: Entry, context: StoreContext): Promise<Written> {
    const { subject, usedAt } = entry.record;
    const restarted = usedAt !== found.entry.record.usedAt;
    // On a Cluster the index costs a step of its own: only once per restart, which is when a session comes to last longer.
    if (subject === undefined || (steps.cluster && !restarted)) return steps.write(step);
    return steps.keep(step, subject, indexTtl(entry, context));
  }

  /** The same before it is anybody's: how a record begins that becomes a subject's in a second step. */
  const unboundOf = (entry: Entry): Entry => ({ ...entry, record: { ...entry.record, subject: undefined } });

  return {
    understood,
    ofSubject,

    async find(key, context) {
      return understood(key, await steps.read(key), context);
    },

    async begin(entry, key, epoch, context) {
      const { subject } = entry.record;
      const commit = newCommit(context.now);
      const text = storedText(entry, "", commit);
      const isMine = (there: unknown) => hasCommit(foundOf(key, there), commit);
      if (subject === undefined) {
        const written = await steps.write(toWrite(key, "", entry, text, context));
        return written === "written" || isMine(written.there);
      }
      const first = unboundOf(entry);
      const unbound = toWrite(key, "", first, storedText(first, ""), context);
      const step = toWrite(key, steps.cluster ? entryHead(first) : "", entry, text, context);
      const binding = { subject, epoch, ttl: indexTtl(entry, context), before: undefined, unbound };
      try {
        const bound = await bind(step, binding, context);
        return bound === "written" || isMine(bound.there);
      } catch (error) {
        if (steps.cluster) background(steps.remove(key, entryHead(first), undefined), context);
        throw error;
      }
    },

    async adopt(entry, key, until, context) {
      const { subject } = entry.record;
      const markerTtl = Math.max(1, Math.ceil(until - context.now));
      const ttl = indexTtl(entry, context);
      const whole = toWrite(key, "", entry, storedText(entry, ""), context);
      if (subject === undefined) return steps.adopt(whole, markerTtl);
      if (!steps.cluster)
        return untilRoom(subject, context, () => steps.adoptBound(whole, markerTtl, { subject, ttl }));
      const first = unboundOf(entry);
      const adopted = await steps.adopt({ ...whole, text: storedText(first, "") }, markerTtl);
      if (adopted !== "written") return adopted;
      const step = { ...whole, guard: entryHead(first) };
      try {
        return await bind(step, { subject, epoch: undefined, ttl, before: undefined, unbound: undefined }, context);
      } catch (error) {
        await steps.unadopt(key).catch(() => {}); // it may be adopted later; the first failure is the news
        throw error;
      }
    },

    replace(found, entry, { rotation }, commit, context) {
      const { subject: before } = found.entry.record;
      const { subject } = entry.record;
      const text = storedText(entry, found.commits, commit);
      const step = toWrite(found.key, entryHead(found.entry), entry, text, context);
      if (rotation && subject !== undefined) {
        // Also under the same subject: with a `persist` the session may last longer than his index was to.
        const ttl = indexTtl(entry, context);
        return bind(step, { subject, epoch: rotation.epoch, ttl, before, unbound: undefined }, context);
      }
      if (before !== undefined && before !== subject) return steps.release(step, before);
      return keep(step, found, entry, context);
    },

    refresh(found, entry, context) {
      const text = storedText(entry, found.commits);
      // Compared with the clock that was read, too: one that comes late must not take it back.
      const step = toWrite(found.key, clockHead(found.entry), entry, text, context);
      background(keep(step, found, entry, context), context);
    },
  };
}

function isGone(value: unknown): boolean {
  return value === null || value === undefined || value === false || String(value) === ENDED;
}

/** After 16, 32, 48, 64, 96, 128, 192 … listed sessions: those that are gone are looked for, at a cost that stays in proportion. */
function isTimeToTidy(listed: number): boolean {
  return listed >= 16 && listed % Math.max(16, 2 ** Math.floor(Math.log2(listed)) / 2) === 0;
}

/**
 * The steps of `redisStore` on the server: records, each under a key of its own, and an index per subject, a hash whose
 * fields are the keys of his sessions, and his epoch.
 *
 * Where record and index are on one node a sign-in is one script. On a cluster it is three steps, in an order that keeps
 * the promises whatever runs between them and whoever dies: the record is there before it is listed (C1, B1), and becomes
 * the subject's only after, if it still lives (B2). So whoever ends all of the subject's sessions (R1 read the index, R3
 * delete the
 * records, R4 take them out of the index) either finds it or comes first. `docs/model/` checks that.
 */
import { subjectHash } from "../crypto/ids.ts";
import { EPOCH_KEPT, epochPassed, FIRST_EPOCH } from "./epochs.ts";
import type { Command, RedisConnection } from "./redis-client.ts";
import { run, SCRIPTS, type Script } from "./redis-scripts.ts";

/** A record to be written: only while what is there begins with `guard`, or where nothing is with `""`. */
export interface Write {
  readonly key: string;
  readonly guard: string;
  readonly text: string;
  /** Milliseconds until the server may forget it. */
  readonly ttl: number;
}

/** Whom a record comes to belong to. */
export interface Binding {
  readonly subject: string;
  /** The epoch under which he may; `undefined`: under any. */
  readonly epoch: string | undefined;
  /** Milliseconds that the index must last. */
  readonly ttl: number;
  /** Whose it was. */
  readonly before: string | undefined;
  /** For a record that does not exist yet: what it is before it is the subject's (C1), and what that begins with. */
  readonly unbound: Write | undefined;
}

/** What became of a write: written, or what is there instead; `null` where nothing is. */
export type Written = "written" | { readonly there: unknown };

/** Of a sign-in besides: how many sessions are in the index now, or that there are as many as may be. */
export type Bound = { readonly listed: number } | "full" | { readonly there: unknown };

export interface RedisSteps {
  /** Whether records and indexes are on different nodes. */
  readonly cluster: boolean;
  /** What is under the key; empty text, which is no session, where that is of another type. */
  read(key: string): Promise<unknown>;
  /** A new record, or a change that leaves it to nobody. */
  write(step: Write): Promise<Written>;
  /** A change, or a restart of the idle clock, that leaves it to its subject, whose index lasts so many milliseconds. */
  keep(step: Write, subject: string, indexTtl: number): Promise<Written>;
  /** A change that takes the record from its subject. */
  release(step: Write, before: string): Promise<Written>;
  /** A change that gives the record to a subject. Throws `ERR_SUBJECT_EPOCH` where he may not have it any more. */
  bind(step: Write, binding: Binding): Promise<Bound>;
  /** Removes a record while it begins with `guard`, and takes it out of its subject's index. */
  remove(key: string, guard: string, subject: string | undefined): Promise<{ removed: boolean; there: unknown }>;
  /** R3 and R4: the records go, whether they are the subject's yet or not, and then their keys from his index. */
  wipe(subject: string, keys: readonly string[]): Promise<void>;
  unlist(subject: string, keys: readonly string[]): Promise<void>;
  /** The keys in a subject's index: of sessions that are his, are becoming his, or are gone. */
  members(subject: string): Promise<readonly string[]>;
  /** R1: the keys in the index; from here on `epoch` is in force. */
  raise(subject: string, epoch: string): Promise<readonly string[]>;
  epoch(subject: string): Promise<string>;
  /** Makes a record once, and never again until the marker has lapsed, in milliseconds. */
  adopt(step: Omit<Write, "guard">, markerTtl: number): Promise<Written>;
  /** One node: the same for a subject, at once. */
  adoptBound(step: Omit<Write, "guard">, markerTtl: number, binding: Pick<Binding, "subject" | "ttl">): Promise<Bound>;
  /** Takes an adoption back whole: it may be tried again. */
  unadopt(key: string): Promise<void>;
  /** INFO's words on the memory of one node. */
  memory(): Promise<string>;
}

/** More arguments than this are sent in several commands. */
const AT_ONCE = 500;

export function redisSteps(
  connection: RedisConnection,
  prefix: string,
  maxPerSubject: number,
  waitFor: Command | undefined,
): RedisSteps {
  const { cluster } = connection;
  const max = Number.isFinite(maxPerSubject) ? maxPerSubject : 0;
  const recordOf = (key: string) => `${prefix}session:{${key}}`;
  const markerOf = (key: string) => `${prefix}adopted:{${key}}`;
  // Under the same prefix as the records: a key in an index that has no record is taken for gone.
  const indexOf = (subject: string) => `${prefix}subject:${subjectHash(subject)}`;
  const asked = (epoch: string | undefined) => epoch ?? "*";
  const lasting = (script: Script, keys: readonly string[], args: readonly (string | number)[]) =>
    run(connection, script, keys, args, waitFor);

  async function write({ key, guard, text, ttl }: Write): Promise<Written> {
    return written(await lasting(SCRIPTS.write, [recordOf(key)], [guard, text, ttl]));
  }

  async function unlist(subject: string, keys: readonly string[]): Promise<void> {
    for (const some of chunks(keys)) await lasting(SCRIPTS.unlist, [indexOf(subject)], some);
  }

  async function bindInSteps(step: Write, binding: Binding): Promise<Bound> {
    const { subject, epoch, ttl, before, unbound } = binding;
    if (unbound) {
      const made = await write(unbound);
      if (made !== "written" && made.there !== unbound.text) return made; // the same: this command was sent twice
    }
    const enlisted = await lasting(SCRIPTS.enlist, [indexOf(subject)], [step.key, ttl, asked(epoch), max]);
    const answer = bound(enlisted);
    if (answer === "full") return answer;
    const done = await write(step);
    if (done !== "written") return done;
    if (before !== undefined && before !== subject) await unlist(before, [step.key]);
    return answer;
  }

  return {
    write,
    unlist,

    cluster,

    read: (key) =>
      connection.send(recordOf(key), ["get", recordOf(key)]).catch((error: unknown) => {
        if (/^WRONGTYPE/.test((error as Error | undefined)?.message ?? "")) return "";
        throw error;
      }),

    async keep(step, subject, indexTtl) {
      const { key, guard, text, ttl } = step;
      if (!cluster)
        return written(
          await lasting(SCRIPTS.writeListed, [recordOf(key), indexOf(subject)], [guard, text, ttl, "", indexTtl]),
        );
      const extended = run(connection, SCRIPTS.extend, [indexOf(subject)], [indexTtl]);
      const [done] = await Promise.all([write(step), extended]);
      return done;
    },

    async release(step, before) {
      if (cluster) {
        const done = await write(step);
        if (done === "written") await unlist(before, [step.key]);
        return done;
      }
      const { key, guard, text, ttl } = step;
      return written(await lasting(SCRIPTS.writeListed, [recordOf(key), indexOf(before)], [guard, text, ttl, key, 0]));
    },

    async bind(step, binding) {
      if (cluster) return bindInSteps(step, binding);
      const { key, guard, text, ttl } = step;
      const { subject, epoch, before } = binding;
      const keys = [recordOf(key), indexOf(subject)];
      if (before !== undefined && before !== subject) keys.push(indexOf(before));
      return bound(await lasting(SCRIPTS.bind, keys, [guard, text, ttl, key, binding.ttl, asked(epoch), max]));
    },

    async remove(key, guard, subject) {
      const keys = [recordOf(key)];
      if (subject !== undefined && !cluster) keys.push(indexOf(subject));
      const [went, there] = (await lasting(SCRIPTS.remove, keys, [guard, key])) as [unknown, unknown];
      const removed = Number(went) === 1;
      if (removed && subject !== undefined && cluster) await unlist(subject, [key]);
      return { removed, there };
    },

    async wipe(subject, keys) {
      for (const some of chunks(keys)) {
        if (cluster) {
          await Promise.all(some.map((key) => lasting(SCRIPTS.remove, [recordOf(key)], ["", key])));
          await unlist(subject, some);
        } else await lasting(SCRIPTS.wipe, [...some.map(recordOf), indexOf(subject)], some);
      }
    },

    async members(subject) {
      return namesOf(await connection.send(indexOf(subject), ["hkeys", indexOf(subject)]));
    },

    async raise(subject, epoch) {
      return namesOf(await lasting(SCRIPTS.raise, [indexOf(subject)], [epoch, EPOCH_KEPT]));
    },

    async epoch(subject) {
      const epoch = await connection.send(indexOf(subject), ["hget", indexOf(subject), "epoch"]);
      return epoch === null || epoch === undefined ? FIRST_EPOCH : String(epoch);
    },

    async adopt({ key, text, ttl }, markerTtl) {
      return written(await lasting(SCRIPTS.adopt, [recordOf(key), markerOf(key)], [text, ttl, markerTtl]));
    },

    async adoptBound({ key, text, ttl }, markerTtl, binding) {
      const keys = [recordOf(key), markerOf(key), indexOf(binding.subject)];
      return bound(await lasting(SCRIPTS.adoptBound, keys, [text, ttl, markerTtl, key, binding.ttl, max]));
    },

    async unadopt(key) {
      await lasting(SCRIPTS.unadopt, [recordOf(key), markerOf(key)], []);
    },

    memory: async () => String(await run(connection, SCRIPTS.memory, [`${prefix}any`], [])),
  };
}

function written(answer: unknown): Written {
  return Array.isArray(answer) ? "written" : { there: answer };
}

function bound(answer: unknown): Bound {
  const [what, value] = answer as [unknown, unknown];
  switch (String(what)) {
    case "epoch":
      throw epochPassed();
    case "full":
      return "full";
    case "listed":
      return { listed: Number(value) };
    default:
      return { there: value };
  }
}

function namesOf(answer: unknown): readonly string[] {
  return (answer as readonly unknown[]).map(String).filter((name) => name !== "epoch");
}

function* chunks<T>(all: readonly T[]): Iterable<readonly T[]> {
  for (let i = 0; i < all.length; i += AT_ONCE) yield all.slice(i, i + AT_ONCE);
}

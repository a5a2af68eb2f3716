/** What `postgresStore` says to the server: each operation is one of these, a sign-in that must wait for others a few. */

import { subjectHash } from "../crypto/ids.ts";
import type { Limits } from "../session/expiry.ts";
import type { StoreContext } from "../session/store.ts";
import { collectableAt, type Entry, TOLD } from "./entry.ts";
import { entryText } from "./entry-text.ts";
import { type SqlValue, type Statement, statement } from "./postgres-client.ts";
import type { TableNames } from "./postgres-schema.ts";

/** Milliseconds to which `dies` is rounded up: coarse, so that most restarts of the idle clock leave the index alone. */
const COARSE = 600_000;

/** How many expired rows are cleared away at a time, of each table. */
const BATCH = 100;

/**
 * True, and from then on the statement waits no longer than two seconds for a row: one subject's that somebody holds for
 * ever must not take all connections of the pool. It lasts as long as the statement does.
 */
const NO_LONG_WAIT = "set_config('lock_timeout', '2s', true) IS NOT NULL";

/** The values of `COLUMNS`. */
export function columns(key: string, entry: Entry, { limits }: StoreContext): SqlValue[] {
  const { subject, createdAt, usedAt, persist } = entry.record;
  const dies = Math.ceil(collectableAt(entry, limits) / COARSE) * COARSE;
  const whose = subject === undefined ? "" : subjectHash(subject);
  return [key, entryText(entry), whose, createdAt, usedAt, persist ?? null, dies];
}

const COLUMNS = "key, entry, subject, created, used, persist, dies";

/** The values of `clock`. */
export function clockValues({ now, limits }: { readonly now: number; readonly limits: Limits }): SqlValue[] {
  return [now, limits.timeout, limits.refresh, limits.absolute];
}

/** `session/expiry.ts` in SQL, word for word, over the values of `clockValues` from `$from` on. */
function clock(from: number): { readonly lives: string; readonly due: string; readonly dies: string } {
  const [now, timeout, refresh, absolute] = [0, 1, 2, 3].map((at) => `$${from + at}::float8`);
  const end = `created + COALESCE(persist, ${absolute}) * 1000`; // GREATEST passes over null
  const idleEnd = (used: string) => `${used} + (GREATEST(persist, ${timeout}) + ${refresh}) * 1000`;
  const collected = `LEAST(${end}, ${idleEnd(now!)}) + ${TOLD}`;
  return {
    lives: `${now} < ${end} AND ${now} < ${idleEnd("used")}`,
    due: `${now} > used AND ${now} - used >= ${refresh} * 1000`,
    dies: `GREATEST(dies, CEIL((${collected}) / ${COARSE}) * ${COARSE})`,
  };
}

type One = "find" | "read" | "insert" | "replace" | "rotate" | "remove" | "adopt";
type Bound = "boundInsert" | "boundRotate" | "boundAdopt";
type OfSubject = "ofSubject" | "end" | "epoch" | "members" | "raise" | "endAll";
type Texts = Readonly<Record<One | Bound | OfSubject | "collect", string>>;

export type Statements = Readonly<Record<keyof Texts, Statement>>;

export function statementsOf(names: TableNames): Statements {
  const all = { ...ofOne(names), ...ofSubject(names), collect: collecting(names) };
  const named = Object.entries(all).map(([name, text]) => [name, statement(text)]);
  return Object.fromEntries(named) as Statements;
}

/** Writes of a row, from `columns` and $8. `when`, if it is there, must hold. Each gives the key of what it wrote. */
function writes({ own, adopted }: TableNames, when: string) {
  const update = (used: string, dead: string) =>
    `UPDATE ${own} SET entry = $2, subject = $3, created = $4, used = ${used}, persist = $6, dies = ${dead}
      WHERE key = $1 AND starts_with(entry, $8) AND ${when} RETURNING key`;
  const insert = (from: string) =>
    `INSERT INTO ${own} (${COLUMNS})
      SELECT $1::text, $2::text, $3::text, $4::float8, $5::float8, $6::float8, $7::float8 ${from}
      ON CONFLICT DO NOTHING RETURNING key`;
  return {
    insert: insert(`WHERE ${when} AND $8::text IS NULL`),
    // $8 is the `entryHead` of what was read. A reading since then has moved the clock on, and nothing else.
    replace: update("GREATEST(used, $5)", "GREATEST(dies, $7)"),
    rotate: update("$5", "$7"),
    // $8 is until when it must be known that the session was adopted.
    first: `INSERT INTO ${adopted} (key, until) SELECT $1::text, $8::float8 WHERE ${when}
      ON CONFLICT DO NOTHING RETURNING key`,
    adopted: insert("FROM first"),
  };
}

function ofOne(names: TableNames): Pick<Texts, One | Bound> {
  const { own, epochs } = names;
  const { lives, due, dies } = clock(3);
  const free = writes(names, "true");
  const bound = writes(names, "EXISTS (SELECT FROM admitted)");
  // Whether it was written. If not, what stood there when the statement began, or null.
  const written = (steps: string) =>
    `WITH ${steps} SELECT EXISTS (SELECT FROM written) AS stored, entry, used
      FROM (VALUES (1)) AS one LEFT JOIN ${own} ON key = $1 AND NOT EXISTS (SELECT FROM written)`;
  // $9 the epoch that is asked for, or null; $10 the turn that was seen, or null; $11 the turn from now on, $12 until when
  // it must be known; $13 the keys that are crowded out. Whoever comes second waits for `held`, and sees what the first did.
  // An epoch of null: somebody else had the turn, and nothing was written.
  const boundTo = (steps: string) =>
    `WITH held AS (
        INSERT INTO ${epochs} AS held (subject, epoch, turn, until) SELECT $3, '', $11, $12::float8 WHERE ${NO_LONG_WAIT}
        ON CONFLICT (subject) DO UPDATE SET turn = excluded.turn, until = GREATEST(held.until, excluded.until)
        WHERE $10::text IS NULL OR held.turn = $10 RETURNING epoch),
      admitted AS (SELECT FROM held WHERE $9::text IS NULL OR epoch = $9),
      ${steps},
      evicted AS (
        DELETE FROM ${own} WHERE subject = $3 AND key = ANY (string_to_array($13, ',')) AND EXISTS (SELECT FROM written)
        RETURNING key)
      SELECT EXISTS (SELECT FROM written) AS stored, (SELECT epoch FROM held) AS epoch,
        (SELECT count(*)::integer FROM evicted) AS evicted, entry, used
      FROM (VALUES (1)) AS one LEFT JOIN ${own} ON key = $1 AND NOT EXISTS (SELECT FROM written)`;
  const adopt = ({ first, adopted }: typeof free) => `first AS (${first}), written AS (${adopted})`;
  return {
    find: `SELECT entry, used FROM ${own} WHERE key = $1`,
    // $1 key, $2 `secretHead`, then the clock: restarts it for nobody but the bearer of a live token, and only when due.
    read: `WITH restarted AS (
        UPDATE ${own} SET used = $3::float8, dies = ${dies}
        WHERE key = $1 AND starts_with(entry, $2) AND ${due} AND ${lives} RETURNING key)
      SELECT entry, used, EXISTS (SELECT FROM restarted) AS restarted FROM ${own} WHERE key = $1`,
    remove: `DELETE FROM ${own} WHERE key = $1 AND starts_with(entry, $2) RETURNING key`,
    insert: written(`written AS (${free.insert})`),
    replace: written(`written AS (${free.replace})`),
    rotate: written(`written AS (${free.rotate})`),
    adopt: written(adopt(free)),
    boundInsert: boundTo(`written AS (${bound.insert})`),
    boundRotate: boundTo(`written AS (${bound.rotate})`),
    boundAdopt: boundTo(adopt(bound)),
  };
}

function ofSubject({ own, epochs }: TableNames): Pick<Texts, OfSubject> {
  const { lives } = clock(3);
  // $2 `secretHead`, or null for nobody; the clock; $7 the key.
  const kept = `key = $7 AND starts_with(entry, $2) AND ${lives}`;
  return {
    ofSubject: `SELECT key, entry, used FROM ${own} WHERE subject = $1`,
    // $1 key, $2 subject, then the clock.
    end: `DELETE FROM ${own} WHERE key = $1 AND subject = $2 AND ${lives} RETURNING key`,
    epoch: `SELECT epoch FROM ${epochs} WHERE subject = $1`,
    // The turn, and the sessions as they were at that; null where there is none.
    members: `SELECT turn, key, entry, used FROM (VALUES ($1::text)) AS one (whose)
      LEFT JOIN ${epochs} AS held ON held.subject = whose LEFT JOIN ${own} AS own ON own.subject = whose`,
    // $1 subject, who is kept; $8 epoch, $9 turn, $10 until when they must be known. Nothing where that one has ended.
    raise: `INSERT INTO ${epochs} AS held (subject, epoch, turn, until) SELECT $1::text, $8::text, $9::text, $10::float8
      WHERE ${NO_LONG_WAIT} AND ($2::text IS NULL OR EXISTS (SELECT FROM ${own} WHERE ${kept}))
      ON CONFLICT (subject) DO UPDATE SET epoch = excluded.epoch, turn = excluded.turn, until = excluded.until
      RETURNING epoch`,
    // $1 subject, who is kept; $8 turn. After the other: sees whatever was written under the epoch before. Gives whose is kept.
    endAll: `WITH held AS (UPDATE ${epochs} SET turn = $8 WHERE subject = $1 AND ${NO_LONG_WAIT} RETURNING turn),
      kept AS (SELECT own.subject FROM held, ${own} AS own WHERE ${kept} FOR UPDATE OF own),
      ended AS (
        DELETE FROM ${own} WHERE subject = $1 AND key <> $7 AND EXISTS (SELECT FROM held)
        AND ($2::text IS NULL OR EXISTS (SELECT FROM kept)))
      SELECT subject FROM kept`,
  };
}

/** $1 is now. Passes over rows that somebody holds. */
function collecting({ own, adopted, epochs }: TableNames): string {
  const expired = (table: string, key: string, until: string) =>
    `DELETE FROM ${table} WHERE ${key} IN (SELECT ${key} FROM ${table} WHERE ${until} <= $1::float8
      ORDER BY ${until} LIMIT ${BATCH} FOR UPDATE SKIP LOCKED)`;
  return `WITH sessions AS (${expired(own, "key", "dies")}), adoptions AS (${expired(adopted, "key", "until")})
    ${expired(epochs, "subject", "until")}`;
}

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
type OfSubject = "ofSubject" | "end" | "evict" | "epoch" | "lock" | "endAll";
type Texts = Readonly<Record<One | OfSubject | "collect", string>>;

export type Statements = Readonly<Record<keyof Texts, Statement>>;

export function statementsOf(names: TableNames): Statements {
  const named = Object.entries(texts(names)).map(([name, text]) => [name, statement(text)]);
  return Object.fromEntries(named) as Statements;
}

function texts({ own, adopted, epochs }: TableNames): Texts {
  const { lives, due, dies } = clock(3);
  const expired = (table: string, key: string, until: string) =>
    `DELETE FROM ${table} WHERE ${key} IN (SELECT ${key} FROM ${table} WHERE ${until} <= $1::float8
      ORDER BY ${until} LIMIT ${BATCH} FOR UPDATE SKIP LOCKED)`;
  // Nothing where there is no row. Else whether it was changed, and what stood there when the statement began if it was not.
  const replace = (used: string, dead: string) =>
    `WITH changed AS (
      UPDATE ${own} SET entry = $2, subject = $3, created = $4, used = ${used}, persist = $6, dies = ${dead}
      WHERE key = $1 AND starts_with(entry, $8) RETURNING key)
    SELECT true AS stored, NULL AS entry, NULL::float8 AS used FROM changed
    UNION ALL SELECT false, entry, used FROM ${own} WHERE key = $1 AND NOT EXISTS (SELECT FROM changed)`;
  return {
    find: `SELECT entry, used FROM ${own} WHERE key = $1`,
    // $1 key, $2 `secretHead`, then the clock: restarts it for nobody but the bearer of a live token, and only when due.
    read: `WITH restarted AS (
        UPDATE ${own} SET used = $3::float8, dies = ${dies} WHERE key = $1 AND starts_with(entry, $2) AND ${due} AND ${lives} RETURNING key)
      SELECT entry, used, EXISTS (SELECT FROM restarted) AS restarted FROM ${own} WHERE key = $1`,
    insert: `INSERT INTO ${own} (${COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING key`,
    // The columns, and $8 the `entryHead` of what was read. A reading since then has moved the clock on, and nothing else.
    replace: replace("GREATEST(used, $5)", "GREATEST(dies, $7)"),
    rotate: replace("$5", "$7"),
    remove: `DELETE FROM ${own} WHERE key = $1 AND starts_with(entry, $2) RETURNING key`,
    // $1 key, $2 subject, then the clock.
    end: `DELETE FROM ${own} WHERE key = $1 AND subject = $2 AND ${lives} RETURNING key`,
    evict: `DELETE FROM ${own} WHERE key = $1 AND subject = $2`,
    ofSubject: `SELECT key, entry, used FROM ${own} WHERE subject = $1`,
    // The columns, and $8 until when it must be known that the session was adopted.
    adopt: `WITH first AS (
        INSERT INTO ${adopted} (key, until) VALUES ($1, $8) ON CONFLICT DO NOTHING RETURNING key)
      INSERT INTO ${own} (${COLUMNS})
      SELECT key, $2::text, $3::text, $4::float8, $5::float8, $6::float8, $7::float8 FROM first
      ON CONFLICT DO NOTHING RETURNING key`,
    epoch: `SELECT epoch FROM ${epochs} WHERE subject = $1`,
    // Whoever comes second waits here, and sees what the first did; that takes a row, which may go when nobody waits.
    lock: `INSERT INTO ${epochs} AS held (subject, epoch, until) VALUES ($1, $2, $3)
      ON CONFLICT (subject) DO UPDATE SET until = held.until RETURNING epoch`,
    // $1 subject, $2 the key to keep, or '', $3 epoch, $4 until when that must be known. Under the lock.
    endAll: `WITH raised AS (UPDATE ${epochs} SET epoch = $3, until = $4 WHERE subject = $1)
      DELETE FROM ${own} WHERE subject = $1 AND key <> $2`,
    collect: `WITH sessions AS (${expired(own, "key", "dies")}), adoptions AS (${expired(adopted, "key", "until")})
      ${expired(epochs, "subject", "until")}`,
  };
}

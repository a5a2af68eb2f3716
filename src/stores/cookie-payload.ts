/**
 * What `cookieStore` seals: a session's record as octets, small and without a parser of its own.
 *
 *     octet   0       flags: 1 compressed tail · 2 subject · 4 authenticatedAt · 8 persist · 16 epoch
 *     octets  1–16    id, drawn with each new session and each recreate; what revocation remembers
 *     octets 17–22    createdAt  ┐
 *     octets 23–28    usedAt     │ milliseconds, big-endian; usedAt is when this was sealed
 *     octets 29–34    expiresAt  │ dead from then on, whatever limits are in force by then
 *     octets 35–40    endsAt     ┘ the absolute limit of when the id was drawn; no later sealing goes past it
 *     then            version; where flagged authenticatedAt (6 octets), persist (seconds), epoch (6 octets)
 *     tail            numbers: subject's length where flagged · slots · for each: length of name, length of JSON, version·2 + keep
 *                     · keys · for each: length of key, length of value · then all that text in this order, in UTF-8
 *
 * Numbers are LEB128; lengths count UTF-16 code units. Compressed, the tail is raw DEFLATE (RFC 1951).
 *
 * The idle clock alone, when only that moved: the id (16 octets), usedAt and expiresAt.
 */
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { absoluteDeadline, deadline, type Limits } from "../session/expiry.ts";
import { MAX_DEPTH } from "../session/json.ts";
import type { SessionRecord, Slot } from "../session/record.ts";

/** What one cookie holds of a session. */
export interface Payload {
  /** 16 octets as 22 characters of base64url. */
  readonly id: string;
  readonly record: SessionRecord;
  /** Milliseconds: the deadline by the limits in force when it was sealed. */
  readonly expiresAt: number;
  /** Milliseconds: the absolute limit when this id was drawn. What is revoked must be known until then, and no longer. */
  readonly endsAt: number;
  /** What was known of the subject's last "end all sessions" when it signed in; 0 for nothing. */
  readonly epoch: number;
}

const COMPRESSED = 1;
const SUBJECT = 2;
const AUTHENTICATED = 4;
const PERSIST = 8;
const EPOCH = 16;

const FIXED = 41;

/** The longest text of a session, its subject aside, in characters: what opening will inflate. */
export const MAX_TEXT = 65_536;

/** What a new id stands for. */
export function newPayload(id: string, record: SessionRecord, epoch: number, limits: Limits): Payload {
  return { id, record, epoch, endsAt: absoluteDeadline(record, limits), expiresAt: deadline(record, limits) };
}

/** The same session with a record that changed, by the limits of now, but not past its end. */
export function resealed(payload: Payload, record: SessionRecord, limits: Limits): Payload {
  const { id, epoch, endsAt } = payload;
  return { id, epoch, endsAt, record, expiresAt: Math.min(deadline(record, limits), endsAt) };
}

/** The octets of a payload. */
export function pack({ id, record, expiresAt, endsAt, epoch }: Payload, compress: boolean): Buffer {
  const { subject, authenticatedAt, persist } = record;
  const tail = packTail(record);
  const packed = compress ? deflateRawSync(tail) : tail;
  const smaller = packed.length < tail.length;
  const flags =
    (smaller ? COMPRESSED : 0) |
    (subject === undefined ? 0 : SUBJECT) |
    (authenticatedAt === undefined ? 0 : AUTHENTICATED) |
    (persist === undefined ? 0 : PERSIST) |
    (epoch === 0 ? 0 : EPOCH);
  const head = Buffer.allocUnsafe(FIXED + 8 + 6 + 8 + 6); // with the longest of what follows
  head[0] = flags;
  head.write(id, 1, "base64url");
  let at = 17;
  for (const instant of [record.createdAt, record.usedAt, expiresAt, endsAt]) at = writeInstant(head, at, instant);
  at = writeNumber(head, at, record.version);
  if (authenticatedAt !== undefined) at = writeInstant(head, at, authenticatedAt);
  if (persist !== undefined) at = writeNumber(head, at, persist);
  if (epoch !== 0) at = writeInstant(head, at, epoch);
  return Buffer.concat([head.subarray(0, at), smaller ? packed : tail]);
}

/** The payload that octets stand for; `undefined` for what `pack` cannot have made. Never throws. */
export function unpack(octets: Buffer): Payload | undefined {
  try {
    return read(octets);
  } catch {
    return undefined;
  }
}

function read(octets: Buffer): Payload {
  const flags = octets.readUInt8(0);
  if (flags > 31) throw new RangeError("a flag of another format"); // a new format takes a new flag
  const id = octets.toString("base64url", 1, 17);
  const head = reader(octets, 17);
  const createdAt = head.instant();
  const usedAt = head.instant();
  const expiresAt = head.instant();
  const endsAt = head.instant();
  const version = head.number();
  const authenticatedAt = flags & AUTHENTICATED ? head.instant() : undefined;
  const persist = flags & PERSIST ? head.number() : undefined;
  const epoch = flags & EPOCH ? head.instant() : 0;
  const rest = octets.subarray(head.at());
  const tail = flags & COMPRESSED ? inflateRawSync(rest, { maxOutputLength: 4 * MAX_TEXT }) : rest;
  const { subject, slots, data } = readTail(tail, (flags & SUBJECT) !== 0);
  const record = { data, slots, subject, createdAt, usedAt, authenticatedAt, persist, version };
  return { id, record, expiresAt, endsAt, epoch };
}

function packTail({ subject, slots, data }: SessionRecord): Buffer {
  const numbers: number[] = subject === undefined ? [] : [subject.length];
  let text = subject ?? "";
  numbers.push(slots.size);
  for (const [name, { json, keep, version }] of slots) {
    numbers.push(name.length, json.length, version * 2 + (keep ? 1 : 0));
    text += name + json;
  }
  numbers.push(data.size);
  for (const [key, json] of data) {
    numbers.push(key.length, json.length);
    text += key + json;
  }
  const octets = Buffer.allocUnsafe(
    numbers.length * 8 + // at most 8 octets for a number that is one exactly
      Buffer.byteLength(text),
  );
  let at = 0;
  for (const number of numbers) at = writeNumber(octets, at, number);
  return octets.subarray(0, at + octets.write(text, at));
}

function readTail(octets: Buffer, hasSubject: boolean): Pick<SessionRecord, "subject" | "slots" | "data"> {
  const numbers = reader(octets, 0);
  const subjectLength = hasSubject ? numbers.number() : 0;
  const slotSizes = Array.from({ length: numbers.count() }, () => [
    numbers.number(),
    numbers.number(),
    numbers.number(),
  ]);
  const fieldSizes = Array.from({ length: numbers.count() }, () => [numbers.number(), numbers.number()]);
  const text = octets.toString("utf8", numbers.at());
  let from = 0;
  const next = (length: number) => {
    from += length;
    return text.slice(from - length, from);
  };
  const json = (length: number) => {
    const value = next(length);
    if (isTooDeep(value)) throw new RangeError("nested too deep");
    return value;
  };
  const subject = hasSubject ? next(subjectLength) : undefined;
  const slots = new Map<string, Slot>();
  for (const [name, size, keep] of slotSizes) slots.set(next(name!), slotOf(json(size!), keep!));
  const data = new Map<string, string>();
  for (const [key, size] of fieldSizes) data.set(next(key!), json(size!));
  if (from !== text.length) throw new RangeError("lengths and text differ");
  return { subject, slots, data };
}

function slotOf(json: string, versionAndKeep: number): Slot {
  return { json, keep: versionAndKeep % 2 === 1, version: Math.floor(versionAndKeep / 2) };
}

// Only the holder of a key can seal such a text; even he shall not exhaust the stack of whoever reads it.
function isTooDeep(text: string): boolean {
  let openers = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x5b || code === 0x7b) openers++; // [ {
  }
  if (openers <= MAX_DEPTH) return false;
  let depth = 0;
  for (const [bracket] of text.replaceAll(/"(?:[^"\\]|\\.)*"/g, "").matchAll(/[[\]{}]/g)) {
    depth += bracket === "[" || bracket === "{" ? 1 : -1;
    if (depth > MAX_DEPTH + 1) return true;
  }
  return false;
}

/** What moved when only the idle clock did. */
export type Clock = Pick<Payload, "id" | "expiresAt"> & { readonly usedAt: number };

export function packClock({ id, usedAt, expiresAt }: Clock): Buffer {
  const octets = Buffer.allocUnsafe(28);
  octets.write(id, "base64url");
  writeInstant(octets, writeInstant(octets, 16, usedAt), expiresAt);
  return octets;
}

export function unpackClock(octets: Buffer): Clock | undefined {
  if (octets.length !== 28) return undefined;
  const { instant } = reader(octets, 16);
  return { id: octets.toString("base64url", 0, 16), usedAt: instant(), expiresAt: instant() };
}

function writeInstant(octets: Buffer, at: number, milliseconds: number): number {
  return octets.writeUIntBE(milliseconds, at, 6);
}

function writeNumber(octets: Buffer, at: number, value: number): number {
  let [left, next] = [value, at];
  for (; left >= 0x80; left = Math.floor(left / 0x80)) octets[next++] = (left % 0x80) | 0x80;
  octets[next++] = left;
  return next;
}

/** Reads one value after the other; throws a `RangeError` past the end. */
function reader(octets: Buffer, start: number) {
  let at = start;
  const number = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 0x80) {
      const octet = octets.readUInt8(at++);
      value += (octet & 0x7f) * factor;
      if (octet < 0x80) return value;
      if (factor > 2 ** 42) throw new RangeError("a number too long");
    }
  };
  return {
    number,
    /** A number of things, each of which takes an octet at least. */
    count: () => {
      const value = number();
      if (value > octets.length) throw new RangeError("more things than octets");
      return value;
    },
    instant: () => {
      at += 6;
      return octets.readUIntBE(at - 6, 6);
    },
    at: () => at,
  };
}

/**
 * The atomic steps of `redisStore`, as Lua. None decodes a value, and each names all keys that it touches, so that any
 * server that runs scripts runs these: Redis from 7.0, Valkey, and those that hold scripts to their declared keys.
 */
import { createHash } from "node:crypto";
import type { Command, RedisConnection } from "./redis-client.ts";

/** Stands under the key of a record that was ended a moment ago. */
export const ENDED = "-";

/** A script and how the server knows it. */
export interface Script {
  readonly text: string;
  readonly sha: string;
}

function script(...parts: readonly string[]): Script {
  const text = parts.join("\n");
  return { text, sha: createHash("sha1").update(text).digest("hex") };
}

/**
 * What is left of a record that was ended, for a minute: a command that the client sends again must not make it anew. Set
 * after the DEL, so that it is allowed while the server is out of memory.
 */
const BURY = `
local function bury(record)
  redis.call('DEL', record)
  redis.call('SET', record, '${ENDED}', 'PX', 60000)
end`;

/** What a key holds that should hold a record; empty, which is none, where it is of another type. */
const TEXT = `
local function text(record)
  local there = redis.pcall('GET', record)
  if type(there) == 'table' then return '' end
  if there == '${ENDED}' then return false end
  return there
end`;

/**
 * A record is replaced only while it begins with `guard`: its secret's hash, tombstones and version. Without a guard it
 * is made where there is none. 1: written, which scripts answer as a list; else what is there now, or nothing.
 */
const WRITE = `${TEXT}
local function write(record, guard, value, ttl)
  if guard == '' then
    if not redis.call('SET', record, value, 'NX', 'PX', ttl) then return text(record) end
    return 1
  end
  if redis.pcall('GETRANGE', record, 0, #guard - 1) ~= guard then return text(record) end
  redis.call('SET', record, value, 'PX', ttl)
  return 1
end`;

/** A record goes while it begins with `guard`. Gives what was there, and whether it went. */
const REMOVE = `${TEXT}
${BURY}
local function remove(record, guard)
  local there = text(record)
  if not there or string.sub(there, 1, #guard) ~= guard then return {0, there} end
  bury(record)
  return {1, there}
end`;

/** The index outlives the sessions in it: its time is made longer, never shorter. */
const EXTEND = `
local function extend(index, ttl)
  if redis.call('PTTL', index) < tonumber(ttl) then redis.call('PEXPIRE', index, ttl) end
end`;

/** Why the subject may not have this session, before anything is written: its epoch has passed, or it has `max` already (0: any number). */
const REFUSED = `
local function refused(index, member, epoch, max)
  local listed = redis.call('HLEN', index)
  if epoch ~= '*' and (redis.call('HGET', index, 'epoch') or '') ~= epoch then return {'epoch'} end
  if max == '0' or redis.call('HEXISTS', index, member) == 1 then return nil end
  if listed - redis.call('HEXISTS', index, 'epoch') >= tonumber(max) then return {'full'} end
end`;

const ADD = `
local function add(index, member, ttl)
  redis.call('HSET', index, member, '')
  extend(index, ttl)
  return {'listed', redis.call('HLEN', index)}
end`;

export const SCRIPTS: {
  readonly [name in
    | "write"
    | "writeListed"
    | "bind"
    | "enlist"
    | "unlist"
    | "remove"
    | "wipe"
    | "raise"
    | "extend"
    | "adopt"
    | "adoptBound"
    | "unadopt"
    | "memory"]: Script;
} = {
  /** KEYS record; ARGV guard, text, ttl. */
  write: script(
    WRITE,
    `
local written = write(KEYS[1], ARGV[1], ARGV[2], ARGV[3])
if written ~= 1 then return written end
return {1}`,
  ),

  /** One node: a write that keeps the index alive, or takes the member out. KEYS record, index; ARGV guard, text, ttl, member or '', index ttl. */
  writeListed: script(
    WRITE,
    EXTEND,
    `
local written = write(KEYS[1], ARGV[1], ARGV[2], ARGV[3])
if written ~= 1 then return written end
if ARGV[4] ~= '' then redis.call('HDEL', KEYS[2], ARGV[4]) else extend(KEYS[2], ARGV[5]) end
return {1}`,
  ),

  /** One node: a sign-in whole. KEYS record, index, [index before]; ARGV guard, text, ttl, member, index ttl, epoch, max. */
  bind: script(
    WRITE,
    EXTEND,
    REFUSED,
    ADD,
    `
local why = refused(KEYS[2], ARGV[4], ARGV[6], ARGV[7])
if why then return why end
local written = write(KEYS[1], ARGV[1], ARGV[2], ARGV[3])
if written ~= 1 then return {'changed', written} end
if KEYS[3] then redis.call('HDEL', KEYS[3], ARGV[4]) end
return add(KEYS[2], ARGV[4], ARGV[5])`,
  ),

  /** KEYS index; ARGV member, index ttl, epoch, max. */
  enlist: script(
    EXTEND,
    REFUSED,
    ADD,
    `
local why = refused(KEYS[1], ARGV[1], ARGV[3], ARGV[4])
if why then return why end
return add(KEYS[1], ARGV[1], ARGV[2])`,
  ),

  /** KEYS index; ARGV members. */
  unlist: script("return redis.call('HDEL', KEYS[1], unpack(ARGV))"),

  /** KEYS record, [index]; ARGV guard, member. */
  remove: script(
    REMOVE,
    `
local removed = remove(KEYS[1], ARGV[1])
if removed[1] == 1 and KEYS[2] then redis.call('HDEL', KEYS[2], ARGV[2]) end
return removed`,
  ),

  /** One node: KEYS records …, index; ARGV members. */
  wipe: script(
    BURY,
    `
local index = table.remove(KEYS)
for _, record in ipairs(KEYS) do bury(record) end
return redis.call('HDEL', index, unpack(ARGV))`,
  ),

  /** KEYS index; ARGV epoch, ttl. Gives the members; from here on another epoch is in force. */
  raise: script(
    EXTEND,
    `
local members = redis.call('HKEYS', KEYS[1])
redis.call('HDEL', KEYS[1], 'epoch') -- a server that is out of memory lets a script go on that has begun to write
redis.call('HSET', KEYS[1], 'epoch', ARGV[1])
extend(KEYS[1], ARGV[2])
return members`,
  ),

  /** KEYS index; ARGV ttl. */
  extend: script(EXTEND, "if redis.call('EXISTS', KEYS[1]) == 1 then extend(KEYS[1], ARGV[1]) end"),

  /** KEYS record, marker; ARGV text, ttl, marker ttl. A list: adopted; else what is under the record's key now, or nothing. */
  adopt: script(
    TEXT,
    `
if redis.call('EXISTS', KEYS[2]) == 1 then return text(KEYS[1]) end
if not redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return text(KEYS[1]) end
redis.call('SET', KEYS[2], '', 'PX', ARGV[3])
return {1}`,
  ),

  /** One node: an adoption for a subject. KEYS record, marker, index; ARGV text, ttl, marker ttl, member, index ttl, max. */
  adoptBound: script(
    TEXT,
    EXTEND,
    REFUSED,
    ADD,
    `
if redis.call('EXISTS', KEYS[2]) == 1 then return {'changed', text(KEYS[1])} end
local why = refused(KEYS[3], ARGV[4], '*', ARGV[6])
if why then return why end
if not redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return {'changed', text(KEYS[1])} end
redis.call('SET', KEYS[2], '', 'PX', ARGV[3])
return add(KEYS[3], ARGV[4], ARGV[5])`,
  ),

  /** KEYS record, marker. */
  unadopt: script("return redis.call('DEL', KEYS[1], KEYS[2])"),

  /** KEYS any, to choose the node. Gives INFO's section on memory. */
  memory: script("return redis.call('INFO', 'memory')"),
};

/** Runs a script in one round trip; in two where the server does not have it yet, after a restart or a failover. */
export async function run(
  connection: RedisConnection,
  { text, sha }: Script,
  keys: readonly string[],
  args: readonly (string | number)[],
  waitFor?: Command,
): Promise<unknown> {
  const rest = [String(keys.length), ...keys, ...args.map(String)];
  const send = async (command: Command) => {
    if (!waitFor) return connection.send(keys[0]!, command);
    const [answer, replicas] = await connection.sendBoth(keys[0]!, command, waitFor);
    if (Number(replicas) < Number(waitFor[1])) throw new Error(`stored, but on ${Number(replicas)} replicas only`);
    return answer;
  };
  try {
    return await send(["evalsha", sha, ...rest]);
  } catch (error) {
    if (!/^NOSCRIPT/.test((error as Error | undefined)?.message ?? "")) throw error;
    return send(["eval", text, ...rest]);
  }
}

/** The core of ringlight: the words of Ring, cookies, sessions in memory, flash. Complete list. */

export type { CookieAttributes } from "./cookies/attributes.ts";
export { type Cookies, cookieValues, parseCookies } from "./cookies/parse.ts";
export { parseSetCookie, type SetCookie } from "./cookies/parse-set-cookie.ts";
export { type CookieValue, expiredCookie, serializeCookie } from "./cookies/serialize.ts";
export { type CookiesOptions, type ResponseCookie, type WithCookies, wrapCookies } from "./cookies/wrap-cookies.ts";
export { type Key, type KeyRing, type Keys, keyRing, type ScryptOptions, scryptKey } from "./crypto/keys.ts";
export { type ErrorCode, RinglightError } from "./errors.ts";
export { type FormOptions, readForm } from "./form.ts";
export { showsPage, type WithFlash, wrapFlash } from "./middleware/flash.ts";
export { type OnRefused, refusal } from "./refusal.ts";
export * from "./response.ts";
export type {
  Awaitable,
  Bare,
  Final,
  Handler,
  Layer,
  Middleware,
  Page,
  RequestMap,
  RequestOf,
  Responder,
  ResponseMap,
  ResponseOf,
  Stack,
} from "./ring.ts";
export { handler, isResponseMap, once, stack } from "./ring.ts";
export type { BreakerOptions } from "./session/breaker.ts";
export type { Codec } from "./session/codable.ts";
export type { SessionCookieAttrs } from "./session/cookie.ts";
export { endSessions } from "./session/end-sessions.ts";
export type { RecreatedReason, SessionEvent } from "./session/events.ts";
export type { DeepReadonly, Json, JsonObject, JsonValue } from "./session/json.ts";
export type { AnyKeptSession, Kept, KeptObject, KeptValue } from "./session/kept.ts";
export { endSession, listSessions } from "./session/list-sessions.ts";
export {
  type Recreate,
  type RecreateOptions,
  recreate,
  type SessionFunction,
  type SessionNext,
} from "./session/next.ts";
export type { SessionOptions } from "./session/options.ts";
export type { Foreign, ForeignGone, ForeignRecord, ReadBeside, SessionReader } from "./session/reader.ts";
export type { SessionKey } from "./session/session-key.ts";
export type { SlotChanges, SlotValue } from "./session/slots.ts";
export type { SessionStatus } from "./session/status.ts";
export type { SessionHandle, Store } from "./session/store.ts";
export { subjectEpoch } from "./session/subject-epoch.ts";
export { type AnySession, type WithSession, type WithSlots, wrapSession } from "./session/wrap-session.ts";
export { type ConnectStoreOptions, connectStore } from "./stores/connect.ts";
export type { CallbackStore } from "./stores/connect-host.ts";
export { type CookieStoreOptions, cookieStore } from "./stores/cookie.ts";
export { hostStore } from "./stores/host.ts";
export { type MemoryStoreOptions, memoryStore } from "./stores/memory.ts";
export { type PostgresStore, type PostgresStoreOptions, postgresStore } from "./stores/postgres.ts";
export type { PgPool, PostgresSql, SqlValue } from "./stores/postgres-client.ts";
export { type PostgresTableOptions, postgresSchema } from "./stores/postgres-schema.ts";
export { type RedisStore, type RedisStoreOptions, redisStore } from "./stores/redis.ts";
export type { IoRedisClient, NodeRedisClient, RedisClient } from "./stores/redis-client.ts";
export {
  type Ended,
  type Known,
  type MemoryRevocationsOptions,
  memoryRevocations,
  type Revocations,
} from "./stores/revocations.ts";
export { type SqliteStoreOptions, sqliteStore } from "./stores/sqlite.ts";
export type { SqliteDatabase } from "./stores/sqlite-schema.ts";
export { type ConnectBase, type ToConnectStoreOptions, toConnectStore } from "./stores/to-connect.ts";

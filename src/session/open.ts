/** The request's half of the engine: from a Cookie header to a session, in at most one store call, and those of an adoption. */
import { adopt, mayAdopt } from "./adopt.ts";
import { readAnswer } from "./answers.ts";
import { cameFor } from "./bound.ts";
import { callStore, isOutage, reading } from "./calls.ts";
import { fromFields } from "./change.ts";
import { checkScheme, type SessionCookie } from "./cookie.ts";
import { type Interpreted, interpret } from "./interpret.ts";
import type { SessionRequest, Settings } from "./options.ts";
import type { ForeignCookies } from "./reader.ts";
import type { SessionRecord, Slots } from "./record.ts";
import type { RefusedReason } from "./refused.ts";
import type { SessionStatus } from "./status.ts";
import type { ReadResult } from "./store.ts";
import type { CameCookies } from "./token-cookies.ts";
import { countOf } from "./watch/watched.ts";

/** A session as one request found it. */
export interface Opened extends Interpreted {
  readonly slots: Slots;
  readonly status: SessionStatus;
  /** The cookie of this request's scheme, and what came of it. */
  readonly cookie: SessionCookie;
  readonly came: CameCookies;
  /** The token that the session has now: the one that came, or the one that the store gave instead. */
  readonly token: string | undefined;
  /** What the session is bound to until its next renewal; `undefined` where there is no session. */
  readonly binding: string | undefined;
  /** The live record that was read; `undefined` where there is no session. */
  readonly record: SessionRecord | undefined;
  /** Whether this read restarted the idle clock. */
  readonly restarted: boolean;
  /** Another application's cookies that came and were taken over, now or before: they are removed with the next that is set. */
  readonly foreign: ForeignCookies | undefined;
  readonly scheme: string;
  readonly host: string;
  /** `countOf(store)` before it was read: what ended since may be this one. */
  readonly since: number;
}

const NO_SLOTS: Slots = new Map();

/**
 * Finds the session that a request's cookie stands for. Whatever a visitor sends is an answer, never an error; rejects
 * with `ERR_STORE_UNAVAILABLE` or `ERR_STORE_TIMEOUT` when the store is broken, and with `ERR_INSECURE_SCHEME`.
 */
export async function open<Data>(settings: Settings<Data>, request: SessionRequest): Promise<Opened> {
  const { scheme, host, headers } = request;
  const cookie = settings.cookies[scheme];
  const came = cameFor(settings, headers.cookie, cookie.name);
  if (settings.requireHttps && came.names.length > 0) checkScheme(scheme, host);
  if (came.doubled) settings.emit({ type: "cookie.doubled" });
  const { token } = came;
  const nothing = { cookie, came, token, scheme, host, since: countOf(settings.store) };
  try {
    return await find(settings, request, { ...nothing, foreign: undefined });
  } catch (error) {
    if (!isOutage(error) || !settings.withoutStore(request)) throw error;
    return { ...nothing, ...without(settings), foreign: undefined, status: { state: "unavailable" } };
  }
}

type Came = Pick<Opened, "cookie" | "came" | "token" | "foreign" | "scheme" | "host" | "since">;

async function find<Data>(settings: Settings<Data>, { headers }: SessionRequest, nothing: Came): Promise<Opened> {
  const { cookie, came, token } = nothing;
  let read: ReadResult | undefined;
  if (token !== undefined)
    read = await callStore(settings, cookie.name, readAnswer, (context) => settings.store.read(token, context));
  let foreign: ForeignCookies | undefined;
  if (settings.readers.length > 0 && !came.mixed && (!read || ("refused" in read && mayAdopt(read.refused)))) {
    const adoption = await adopt(settings, headers.cookie, cookie.name);
    foreign = adoption?.cookies;
    if (adoption && !adoption.result) return { ...nothing, foreign, ...refuse(settings, "unadoptable") };
    read = adoption?.result ?? read;
  }
  const found = { ...nothing, foreign };
  if (came.mixed) return { ...found, ...refuse(settings, "mixed") };
  if (!read) return { ...found, ...without(settings), status: { state: settings.hasInitial ? "new" : "none" } };
  if ("refused" in read) return { ...found, ...refuse(settings, read.refused) };
  const { record, restarted } = read;
  const interpreted = await reading(settings, () => interpret(record, settings.shape));
  if (!interpreted) return { ...found, ...refuse(settings, "schema") };
  const { createdAt, usedAt, authenticatedAt, subject } = record;
  const signedIn = subject !== undefined && subject !== settings.initialSubject;
  const status: SessionStatus = { state: "live", createdAt, usedAt, signedIn, authenticatedAt, handle: read.handle };
  const now = read.token ?? token;
  const binding = read.binding ?? now;
  return { ...found, ...interpreted, slots: record.slots, status, token: now, binding, record, restarted };
}

function refuse<Data>(
  settings: Settings<Data>,
  reason: RefusedReason,
): ReturnType<typeof without> & { status: SessionStatus } {
  settings.emit({ type: "session.refused", reason });
  return { ...without(settings), status: { state: "refused", reason } };
}

function without<Data>({
  initial,
  codec,
}: Settings<Data>): Pick<Opened, keyof Interpreted | "slots" | "binding" | "record" | "restarted"> {
  return {
    data: fromFields(initial, codec),
    seen: initial,
    mended: false,
    slots: NO_SLOTS,
    binding: undefined,
    record: undefined,
    restarted: false,
  };
}

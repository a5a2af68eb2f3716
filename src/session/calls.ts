/** Calls to the store, failing closed: every failure is an error with a code, and none takes for ever. */
import { type ErrorCode, RinglightError } from "../errors.ts";
import type { Awaitable } from "../ring.ts";
import type { CheckAnswer } from "./answers.ts";
import type { Settings } from "./options.ts";
import type { StoreContext } from "./store.ts";
import { withinLimit } from "./within-limit.ts";

/** The context of a store call made now, for the session that travels under a cookie of this name. */
function contextOf<Data>({ now, limits, emit }: Settings<Data>, cookieName: string): StoreContext {
  return { now: now(), limits, emit, cookieName };
}

/**
 * What the store answers. Rejects with `ERR_STORE_UNAVAILABLE` when it fails, or answers what `check` refuses, and with
 * `ERR_STORE_TIMEOUT` when it does not answer within `storeTimeout` seconds; both are a 503 and leave the visitor's cookie
 * as it is.
 */
export async function callStore<Data, T>(
  settings: Settings<Data>,
  cookieName: string,
  check: CheckAnswer,
  call: (context: StoreContext) => Awaitable<T>,
): Promise<T> {
  const { breaker } = settings;
  const pass = breaker?.enter(settings.now());
  if (pass === "paused")
    throw told(settings, broken("ERR_STORE_UNAVAILABLE", "the store has just failed; it is not asked"));
  let answer: T;
  try {
    const given = call(contextOf(settings, cookieName));
    answer = isPromise(given) ? await withinLimit(given, settings.storeTimeout) : given;
    if (pass) breaker?.worked(pass);
  } catch (cause) {
    const error = unavailable(cause);
    if (pass && isOutage(error)) breaker?.failed(pass, settings.now());
    else if (pass) breaker?.worked(pass);
    throw told(settings, error);
  }
  try {
    check(answer);
    return answer;
  } catch (cause) {
    throw told(settings, unavailable(cause)); // an answer all the same: the store is not away
  }
}

/**
 * What the store of another application answers, within `storeTimeout`; fails as `callStore` does. The breaker is our own
 * store's.
 */
export function askOther<Data, T>(settings: Settings<Data>, ask: () => Awaitable<T>): Promise<T> {
  return callStore({ ...settings, breaker: undefined }, "", () => {}, ask);
}

function unavailable(cause: unknown): RinglightError {
  return cause instanceof RinglightError ? cause : broken("ERR_STORE_UNAVAILABLE", "the session store failed", cause);
}

function told<Data>({ emit }: Settings<Data>, error: RinglightError): RinglightError {
  if (isOutage(error)) emit({ type: "store.failed", code: error.code });
  return error;
}

/** Whether the store is to blame, and not the request: `ERR_STORE_UNAVAILABLE` or `ERR_STORE_TIMEOUT`. */
export function isOutage(error: unknown): error is RinglightError {
  return (
    error instanceof RinglightError && (error.code === "ERR_STORE_UNAVAILABLE" || error.code === "ERR_STORE_TIMEOUT")
  );
}

/** Reads what the store gave; where that is torn, tells so as a failure of the store. */
export async function reading<Data, T>({ emit }: Settings<Data>, read: () => Awaitable<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof RinglightError && error.code === "ERR_STORE_UNAVAILABLE")
      emit({ type: "store.failed", code: error.code });
    throw error;
  }
}

export function isPromise<T>(value: Awaitable<T>): value is Promise<T> {
  return typeof (value as Promise<T> | undefined)?.then === "function";
}

function broken(code: ErrorCode, message: string, cause?: unknown): RinglightError {
  return new RinglightError(code, message, cause === undefined ? { status: 503 } : { status: 503, cause });
}

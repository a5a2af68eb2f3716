/** What a response may say about the session, and how it is read. */

import { MAX_LIFETIME } from "../cookies/grammar.ts";
import { badOption, checkNames, RinglightError } from "../errors.ts";
import type { DeepReadonly } from "./json.ts";

/** Applied to the newest stored value, again if somebody else was faster. Synchronous and pure: it may run several times. */
export type SessionFunction<Data> = (current: DeepReadonly<Data>) => DeepReadonly<Data>;

/**
 * | `response.session` | what happens |
 * |---|---|
 * | absent, `undefined` | the session stays as it is |
 * | an object | the keys that differ from what this request read are set or unset |
 * | a function | applied to the newest stored value, serializably |
 * | `null` | the session ends, on the server and in the browser |
 * | `recreate(value)` | the same under a new token; the old one is dead |
 */
export type SessionNext<Data> =
  | DeepReadonly<Data>
  | SessionFunction<Data>
  | Recreate<DeepReadonly<Data>, DeepReadonly<Data>>
  | null
  | undefined;

/** What `recreate` does beside the new token. */
export interface RecreateOptions {
  /**
   * "Remember me": the session and its cookie live so many seconds from now, in place of the configured limits.
   * 1 to 34,560,000 (400 days, RFC 6265bis 5.5). Absent: as before under the same subject, else the configured limits;
   * `null`: the configured limits, from now on.
   */
  readonly persist?: number | null | undefined;
  /** The subject has just proved who he is again: sets `authenticatedAt`. A change of subject sets it by itself. */
  readonly authenticated?: boolean | undefined;
  /**
   * Ends all other sessions of the subject, on whatever device: after a change of password. The store must be able to
   * (`cookieStore` only with `revocation`), else `ERR_SESSION_NEXT`. The session is recreated first: where the store then
   * breaks, the answer is a 503, this session's old token is dead, and the visitor signs in again.
   */
  readonly endOthers?: boolean | undefined;
  /**
   * For a sign-in: what `subjectEpoch(store, user)` gave *before* the password was looked at. Where the user's sessions
   * were all ended since, because the password was changed, the sign-in with the old one is refused:
   * `ERR_SUBJECT_EPOCH`, a 409, and nothing is stored.
   */
  readonly epoch?: string | undefined;
}

/** Made by `recreate(…)`. */
export interface Recreate<out Data, in Current = never> {
  readonly recreated: Data | ((current: Current) => Data);
  readonly options: RecreateOptions;
}

const made = new WeakSet<object>();

/**
 * The same session under a new token; the old one is dead at once. For a change of privilege without a change of
 * subject: signing in and out recreates by itself. A function is applied to the newest value, as in `response.session`.
 * Throws `ERR_OPTION` for an option that is none, or a `persist` out of its bounds.
 */
export function recreate<Data extends object, Current = unknown>(
  value: Data | ((current: Current) => Data),
  options: RecreateOptions = {},
): Recreate<Data, Current> {
  checkNames(options, ["persist", "authenticated", "endOthers", "epoch"], "recreate");
  const { persist, epoch } = options;
  if (epoch !== undefined && typeof epoch !== "string") throw badOption("epoch", "must be what subjectEpoch() gave");
  if (
    persist !== undefined &&
    persist !== null &&
    !(Number.isInteger(persist) && persist >= 1 && persist <= MAX_LIFETIME)
  ) {
    throw badOption("persist", `must be a whole number of seconds from 1 to ${MAX_LIFETIME} (400 days)`);
  }
  const next: Recreate<Data, Current> = Object.freeze({ recreated: value, options: { ...options } });
  made.add(next);
  return next;
}

/** Whether a value was made by `recreate(…)`. */
export function isRecreate(next: unknown): boolean {
  return typeof next === "object" && next !== null && made.has(next);
}

/** `response.session`, taken apart. */
export type Plan =
  | { readonly kind: "keep" }
  | { readonly kind: "end" }
  | { readonly kind: "value"; readonly value: object; readonly recreate: RecreateOptions | undefined }
  | {
      readonly kind: "apply";
      readonly apply: (current: object) => unknown;
      readonly recreate: RecreateOptions | undefined;
    };

/** Reads `response.session`. Throws `ERR_SESSION_NEXT` for what is none of the five. */
export function planOf(next: unknown): Plan {
  if (next instanceof Promise) next.catch(() => {}); // refused below; its own failure is not the news
  if (next === undefined) return { kind: "keep" };
  if (next === null) return { kind: "end" };
  if (isRecreate(next)) {
    const { recreated, options } = next as Recreate<object>;
    return typeof recreated === "function"
      ? { kind: "apply", apply: recreated as (current: object) => unknown, recreate: options }
      : { kind: "value", value: checkObject(recreated), recreate: options };
  }
  if (typeof next === "function")
    return { kind: "apply", apply: next as (current: object) => unknown, recreate: undefined };
  return { kind: "value", value: checkObject(next), recreate: undefined };
}

/** Runs a session function. Throws `ERR_SESSION_NEXT` unless it answers an object at once. */
export function runSessionFunction(apply: (current: object) => unknown, current: object): object {
  const next = apply(current);
  if (next instanceof Promise) {
    next.catch(() => {}); // its own failure is not the news
    throw wrongNext("a session function must be synchronous: await first, then answer session: (current) => …");
  }
  return checkObject(next, "a session function must return the next session; to end it, answer session: null");
}

function checkObject(
  next: unknown,
  words = "session must be an object, a function, recreate(…), null, or absent",
): object {
  if (typeof next === "object" && next !== null && !made.has(next)) return next;
  throw wrongNext(words);
}

export function wrongNext(words: string): RinglightError {
  return new RinglightError("ERR_SESSION_NEXT", `${words}. Nothing was stored.`);
}

/** The options of `session(…)`, the same for every host. */

import type { CookiesOptions } from "../cookies/wrap-cookies.ts";
import type { AntiForgeryOptions } from "../middleware/anti-forgery.ts";
import type { OnError } from "../on-error.ts";
import type { JsonValue } from "../session/json.ts";
import type { KeepsWhatJsonWouldChange, KeptValue } from "../session/kept.ts";
import { SESSION_OPTIONS, type SessionOptions } from "../session/options.ts";
import type { SessionMethods } from "./session-object.ts";

/** One that cannot be throws `ERR_OPTION` when it is built. */
export interface FaceOptions<Data> extends SessionOptions<Data> {
  /** As those of `wrapCookies`: `keys` for signed and sealed cookies. */
  readonly cookies?: CookiesOptions | undefined;
  /**
   * As those of `wrapAntiForgery`, which is there by default: requests that another site's page sends are answered 403
   * before the host's handlers. `false` leaves it out.
   */
  readonly antiForgery?: AntiForgeryOptions | false | undefined;
  /** Is told of what went wrong after the host's handlers had answered. Default `console.error`. */
  readonly onError?: OnError | undefined;
}

/** The names of them. */
export const FACE_OPTIONS: readonly [...typeof SESSION_OPTIONS, "cookies", "antiForgery", "onError"] = [
  ...SESSION_OPTIONS,
  "cookies",
  "antiForgery",
  "onError",
];

/** Its name is what the compiler prints where data stand under a name of the session's own. */
export interface NameOfTheSessionsOwn {
  readonly "id, isNew, cookie, update, regenerate, save, destroy, reload and touch are the session's: choose another name": never;
}

/** The constraint for a session's data: an object whose values survive JSON, under names that are free. */
export type Lendable<Data> = {
  [K in keyof Data]: K extends keyof SessionMethods
    ? NameOfTheSessionsOwn
    : JsonValue<Exclude<Data[K], undefined>> | undefined;
};

/** The same with a codec. */
export type LendableWithCodec<Data> = {
  [K in keyof Data]: K extends keyof SessionMethods ? NameOfTheSessionsOwn : KeptValue<Data[K]>;
};

/** Where `{}` is not a `Data`, a session must begin as something: `initial` is required. `More` are the host's own options. */
export type FaceArguments<Data extends object, More = {}> = {} extends Data
  ? [options?: FaceOptions<Data> & More]
  : [options: FaceOptions<Data> & More & { readonly initial: Data }];

/** With the option `codec`: the data may hold what JSON would change. */
export type FaceCodecArguments<Data extends object, More = {}> = [
  options: FaceOptions<Data> &
    More &
    KeepsWhatJsonWouldChange &
    ({} extends Data ? unknown : { readonly initial: Data }),
];

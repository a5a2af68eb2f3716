/** A face: what hosts' adapters share. They translate; what is lent, checked and stored is decided here and behind it. */

import { wrapCookies } from "../cookies/wrap-cookies.ts";
import { badOption, checkNames, RinglightError } from "../errors.ts";
import { wrapAntiForgery } from "../middleware/anti-forgery.ts";
import { wrapFlash } from "../middleware/flash.ts";
import { type OnError, printError } from "../on-error.ts";
import type { Handler, RequestMap, ResponseMap } from "../ring.ts";
import type { Json } from "../session/json.ts";
import { type SessionOptions, settingsOf } from "../session/options.ts";
import type { WatchAnswered } from "../session/watch/answered.ts";
import { memoryStore } from "../stores/memory.ts";
import { checkForeign } from "./foreign-options.ts";
import { lending } from "./lending.ts";
import { LENT_NAMES, type Lent, LentToHost } from "./lent.ts";
import { FACE_OPTIONS, type FaceOptions } from "./options.ts";
import { Session, type SessionKind, sessionKind } from "./session-object.ts";

/** A head to send, its body left out. One with `upgrade` stays open, and gets what tells when its session ends. */
export interface Head extends ResponseMap {
  readonly upgrade?: { readonly watch?: WatchAnswered } | undefined;
}

/** Lets the host's handlers run with what is lent; resolves with the head that they want to send. */
export type RunHost = (lent: LentToHost) => Promise<Head>;

/** What an adapter works with. */
export interface Face<Data extends object, Flash> {
  readonly onError: OnError;
  /** Runs one request; the response has the headers to send. Rejects where the session cannot be opened or stored. */
  serve(request: RequestMap, run: RunHost): Promise<Head>;
  /** Whether a token of a form is asked for: then the host's parser should have read it before. */
  readonly wantsForm: boolean;
  /** Keeps what is lent to a host's object for `of`. */
  keep(host: object, lent: LentToHost): void;
  /** The same, and gives the members of `Lent` to the object, but for names that it has already. Throws `ERR_STACK_TWICE` where it has a session. */
  lend(host: object, lent: LentToHost): void;
  /** What was lent to it. Throws `ERR_OPTION` where nothing was: the middleware does not stand before. */
  of(host: object): Lent<Data, Flash>;
}

type Running = RequestMap & { readonly run: RunHost };

/** The face of these options. `kind` has the names of a host's own habit on the session. */
export function face<Data extends object, Flash = Json>(
  options: FaceOptions<Data>,
  kind: SessionKind = plainSession,
): Face<Data, Flash> {
  checkForeign(options, FACE_OPTIONS);
  checkNames(options, FACE_OPTIONS, "session");
  const { cookies = {}, antiForgery = {}, onError = printError, ...session } = options;
  if ((antiForgery as unknown) === true)
    throw badOption("antiForgery", "is on by itself: leave it out, or give its options");
  if (typeof onError !== "function") throw badOption("onError", "must be a function");
  const settings = settingsOf<object>(session as SessionOptions<object>, memoryStore, "session");
  const lendTo: Handler = async (request) => {
    const { visit, run } = request as unknown as {
      readonly visit: ConstructorParameters<typeof LentToHost>[1];
    } & Running;
    const lent = new LentToHost(request as never, visit);
    return { ...(await run(lent)), ...lent.answer() };
  };
  const guarded = antiForgery === false ? lendTo : (wrapAntiForgery(antiForgery)(lendTo as never) as Handler);
  const flashing = wrapFlash()(guarded as never) as Handler;
  const app = wrapCookies(cookies)(lending(settings, kind)(flashing as never) as never) as Handler;
  const all = new WeakMap<object, LentToHost>();
  return {
    onError,
    serve: async (request, run) => app({ ...request, run } as Running),
    wantsForm: antiForgery !== false && typeof antiForgery.strategy === "object",
    keep: (host, lent) => void all.set(host, lent),
    lend(host, lent) {
      checkAlone(host);
      all.set(host, lent);
      for (const name of LENT_NAMES) if (!(name in host)) Object.defineProperty(host, name, member(name, lent));
    },
    of(host) {
      const lent = all.get(host);
      if (lent) return lent as unknown as Lent<Data, Flash>;
      throw badOption(
        "order",
        "this request has no session: it must pass session(…) first, app.use(sessions) before the routes",
      );
    },
  };
}

/** Throws `ERR_STACK_TWICE` for what has a session already, without looking at it. */
export function checkAlone(host: object): void {
  if (!("session" in host)) return;
  const remedy = "this request has a session already: leave out the other session middleware, ours or another's";
  throw new RinglightError("ERR_STACK_TWICE", remedy);
}

const plainSession: SessionKind = sessionKind(Session);

function member(name: keyof Lent<object>, lent: LentToHost): PropertyDescriptor {
  const shared = { configurable: true, enumerable: true };
  if (name === "session") {
    return {
      ...shared,
      configurable: false, // `delete req.session` would end nothing: it throws, or gives false
      get: () => lent.session,
      set: (next: object | null) => {
        lent.session = next;
      },
    };
  }
  return { ...shared, get: () => lent[name] };
}

/** What a host's handlers get beside what the host gives them: session, flash, cookies, anti-forgery. */
import type { TokenForm } from "../anti-forgery/token.ts";
import type { Cookies } from "../cookies/parse.ts";
import type { ResponseCookie, WithCookies } from "../cookies/wrap-cookies.ts";
import { badOption } from "../errors.ts";
import type { WithAntiForgery } from "../middleware/anti-forgery.ts";
import type { WithFlash } from "../middleware/flash.ts";
import type { Json } from "../session/json.ts";
import type { SessionStatus } from "../session/status.ts";
import type { WithSession } from "../session/wrap-session.ts";
import type { LentSession, Session } from "./session-object.ts";
import { tooLate } from "./too-late.ts";
import type { Visit } from "./visit.ts";

/** A request's cookies by name, decoded; the first of duplicates. No prototype. */
export type CookieValues = Readonly<Record<string, string | undefined>>;

/** What is lent to one request. Each host has these under the same names, where it has no own ones. */
export interface Lent<Data extends object, Flash = Json> {
  /**
   * To read and to write to: what differs when the head is sent is stored before it. Assigning an object puts it in place of
   * all data; assigning `null` ends the session. `null` once it was ended.
   */
  get session(): LentSession<Data>;
  set session(next: Data | null);
  readonly sessionStatus: SessionStatus;
  /** `session.id`. */
  readonly sessionID: string | undefined;
  /**
   * `flash()` is what waits for this page, and counts as shown by that; `flash(value)` leaves one for the next page;
   * `flash(null)` drops the one that waits.
   */
  flash(): Flash | undefined;
  flash(next: Flash | null): void;
  readonly cookies: CookieValues;
  /** Those that this server signed; with the option `cookies: { keys }`. */
  readonly signedCookies: CookieValues;
  /** Those that this server sealed. */
  readonly sealedCookies: CookieValues;
  /** Sends a cookie with the head: a value, or one with attributes; `expiredCookie()` deletes. As `response.cookies` of `wrapCookies`. */
  setCookie(name: string, cookie: string | ResponseCookie): void;
  /** A token for a form or a script, `""` where the strategy has none: `antiForgeryToken`. */
  antiForgery(form?: TokenForm): string;
}

type Request = (WithSession & WithFlash & WithAntiForgery & WithCookies)["request"];

/** What the middleware around it are told when the head is sent. */
export interface LentAnswer {
  readonly session: unknown;
  readonly isLookedAt: boolean;
  readonly flash: Json | undefined;
  readonly keepFlash: boolean;
  readonly cookies: Readonly<Record<string, string | ResponseCookie>>;
}

/** The members of `Lent`, over what the middleware gave. */
export class LentToHost {
  readonly #request: Request;
  readonly #visit: Visit;
  readonly #cookies: Record<string, string | ResponseCookie> = Object.create(null);
  #isLookedAt = false;
  #isFlashShown = false;
  #isAnswered = false;
  #flash: Json | undefined;

  constructor(request: Request, visit: Visit) {
    this.#request = request;
    this.#visit = visit;
    this.flash = this.flash.bind(this);
    this.setCookie = this.setCookie.bind(this);
    this.antiForgery = this.antiForgery.bind(this);
  }

  get session(): Session | null {
    return this.#visit.session;
  }
  set session(next: object | null | undefined) {
    this.#visit.session = next;
  }
  get sessionStatus(): SessionStatus {
    this.#isLookedAt = true;
    return this.#request.sessionStatus;
  }
  get sessionID(): string | undefined {
    this.#isLookedAt = true;
    return this.#visit.id;
  }
  flash(...next: readonly unknown[]): unknown {
    this.#isLookedAt = true;
    if (next.length > 1)
      throw badOption("flash", 'takes one value, with no kind in front: flash("Saved.") or flash({ info: "Saved." })');
    if (next.length > 0) {
      this.#checkOpen("flash");
      this.#flash = next[0] as Json;
      return undefined;
    }
    this.#isFlashShown = true;
    return this.#request.flash;
  }
  get cookies(): CookieValues {
    return this.#values(this.#request.cookies);
  }
  get signedCookies(): CookieValues {
    return this.#values(this.#request.signedCookies);
  }
  get sealedCookies(): CookieValues {
    return this.#values(this.#request.sealedCookies);
  }
  setCookie(name: string, cookie: string | ResponseCookie): void {
    this.#checkOpen("setCookie");
    this.#cookies[name] = cookie;
  }
  antiForgery(form?: TokenForm): string {
    this.#isLookedAt = true;
    return this.#request.antiForgery(form);
  }

  /** For the head, which goes now. */
  answer(): LentAnswer {
    this.#isAnswered = true;
    return {
      session: this.#visit.finish(),
      isLookedAt: this.#isLookedAt || this.#visit.isLookedAt,
      flash: this.#flash,
      keepFlash: !this.#isFlashShown, // a page that did not ask for it did not show it
      cookies: this.#cookies,
    };
  }

  #checkOpen(what: string): void {
    if (this.#isAnswered) throw tooLate(what);
  }

  #values(cookies: Cookies): CookieValues {
    this.#isLookedAt = true;
    const values: Record<string, string | undefined> = Object.create(null);
    for (const name of Object.keys(cookies)) values[name] = cookies[name]?.value;
    return values;
  }
}

/** The names of the members, which hosts' own objects get. */
export const LENT_NAMES: ReadonlyArray<keyof Lent<object>> = [
  "session",
  "sessionStatus",
  "sessionID",
  "flash",
  "cookies",
  "signedCookies",
  "sealedCookies",
  "setCookie",
  "antiForgery",
];

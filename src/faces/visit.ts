/** One request's session on a host: read when the request comes, stored before the response's head, or when a handler says so. */
import { type Answer, commit } from "../session/commit.ts";
import { withSetCookies } from "../session/cookie-header.ts";
import { type Opened, open } from "../session/open.ts";
import type { SessionRequest, Settings } from "../session/options.ts";
import type { Fields } from "../session/record.ts";
import { sessionKey } from "../session/session-key.ts";
import { type WatchAnswered, watchAnswered } from "../session/watch/answered.ts";
import { asWritten } from "./opened-again.ts";
import { type SessionCookieView, sessionCookieView } from "./session-cookie.ts";
import { checkReplacement, type Keeper, type Session, type SessionKind } from "./session-object.ts";
import { tooLate } from "./too-late.ts";
import { Written } from "./written.ts";

export class Visit implements Keeper {
  readonly #settings: Settings<object>;
  readonly #kind: SessionKind;
  readonly #request: SessionRequest;
  #opened: Opened;
  #written: Written;
  /** What became of the session when it was stored before the head. */
  #stored: { readonly isLive: boolean; readonly isEnded: boolean; readonly isRenewed: boolean } | undefined;
  #lines: readonly string[] = [];
  #last: Promise<unknown> | undefined;
  #isFinished = false;

  constructor(settings: Settings<object>, kind: SessionKind, request: SessionRequest, opened: Opened) {
    this.#settings = settings;
    this.#kind = kind;
    this.#request = request;
    this.#opened = opened;
    this.#written = new Written(settings, kind, opened);
  }

  get isLookedAt(): boolean {
    return this.#written.isLookedAt;
  }

  get session(): Session | null {
    const session = this.#written.session(this);
    if (this.#isFinished) this.#written.freeze(); // who looks for the first time now
    return session;
  }

  /** Whole, in place of what it held; nothing ends it. */
  set session(next: object | null | undefined) {
    this.#checkOpen();
    if (next !== null && next !== undefined) checkReplacement(next, this.#kind);
    this.#written.replace(next ?? null, this);
  }

  get id(): string | undefined {
    if (this.#written.recreate || this.#stored?.isRenewed) return undefined;
    const key = sessionKey(this.#opened.binding)?.("id");
    return key && Buffer.from(key.subarray(0, 16)).toString("base64url");
  }

  get isNew(): boolean {
    return this.#opened.record === undefined;
  }

  get cookie(): SessionCookieView {
    const { record, cookie } = this.#opened;
    return sessionCookieView({
      attributes: cookie.attributes,
      now: this.#settings.now,
      maxAge: this.#settings.maxAge,
      record,
      asked: () => this.#written.recreate?.persist,
      persist: (persist) => {
        this.#checkOpen();
        this.#written.renew({ persist });
      },
    });
  }

  update(change: (current: never) => unknown): void {
    this.#checkOpen();
    this.#written.update(change);
  }

  regenerate(keep: readonly string[]): void {
    this.#checkOpen();
    this.#written.clear(keep, this);
  }

  destroy(): Promise<void> {
    this.session = null;
    return this.save();
  }

  save(): Promise<void> {
    if (this.#isFinished) return Promise.resolve(); // the head tells already what there was
    return this.#inTurn(async () => {
      const written = this.#written;
      const { base } = written;
      const session = this.#next();
      const mark = written.take();
      try {
        await this.#commit({ session, slots: undefined, cookieAttrs: undefined }, base);
      } catch (error) {
        written.giveBack(mark);
        throw error;
      }
    });
  }

  reload(): Promise<void> {
    this.#checkOpen();
    const before = this.#written;
    return this.#inTurn(async () => {
      const opened = await this.#openAgain();
      if (this.#written !== before || before.isEnded) return; // what was asked for meanwhile stands
      before.freeze();
      this.#opened = opened;
      this.#written = new Written(this.#settings, this.#kind, opened);
      this.#stored = undefined;
    });
  }

  /** What is to be stored now, in the words of `response.session`. A change that comes later is an error, and not lost. */
  finish(): unknown {
    this.#isFinished = true;
    const next = this.#next();
    this.#written.freeze();
    return next;
  }

  /** Stores what `finish` gave and what middleware add; gives the Set-Cookie lines of the whole request. Rejects as `commit`. */
  async store(answer: Answer): Promise<readonly string[]> {
    if (!this.#last) await this.#commit(answer, this.#written.base);
    // Nobody waited for what was to be stored before: what became of it decides what is left to store.
    else await this.#inTurn(() => this.#commit({ ...answer, session: this.#next() }, this.#written.base));
    return this.#lines;
  }

  /** For a connection that stays open: tells when the session ends that it has by this response. */
  watching(): WatchAnswered {
    return watchAnswered(this.#settings, this.#request, this.#opened, this.#lines);
  }

  #next(): unknown {
    const isStored = this.#written.isEnded ? this.#stored?.isEnded : this.#stored && this.#written.isInStep;
    return isStored ? undefined : this.#written.next();
  }

  #checkOpen(): void {
    if (this.#isFinished) throw tooLate("session");
  }

  async #commit(answer: Answer, base: Fields): Promise<void> {
    if (this.#stored) {
      if (answer.session === undefined && !answer.slots && !answer.cookieAttrs) return;
      const again = await this.#openAgain();
      const isNewest = typeof answer.session === "function" && again.record !== undefined; // it is applied to that
      this.#opened = isNewest || !this.#stored.isLive ? again : asWritten(again, base, this.#settings);
    }
    const lines = await commit(this.#settings, this.#opened, answer);
    this.#lines = [...this.#lines, ...lines];
    const isEnded = answer.session === null;
    const isLive = !isEnded && (this.#opened.record !== undefined || lines.length > 0);
    this.#stored = { isLive, isEnded, isRenewed: lines.length > 0 };
  }

  #openAgain(): Promise<Opened> {
    const { headers } = this.#request;
    const cookie = withSetCookies(headers.cookie, this.#lines);
    return open(this.#settings, { ...this.#request, headers: { ...headers, cookie } });
  }

  /** One after the other: what is stored by two calls at once is stored twice, in order. */
  #inTurn(run: () => Promise<void>): Promise<void> {
    const turn = this.#last ? this.#last.then(run) : run();
    this.#last = turn.catch(() => {});
    return turn;
  }
}

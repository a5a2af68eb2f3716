/** One request's session on a host: what handlers did to it, and how that is stored. */
import { RinglightError } from "../errors.ts";
import { difference, fromFields, isEmpty, toFields } from "../session/change.ts";
import { type Answer, commit } from "../session/commit.ts";
import { type RecreateOptions, recreate } from "../session/next.ts";
import { type Opened, open } from "../session/open.ts";
import type { SessionRequest, Settings } from "../session/options.ts";
import type { Fields } from "../session/record.ts";
import { sessionKey } from "../session/session-key.ts";
import { withSetCookies } from "./cookie-header.ts";
import { asWritten } from "./opened-again.ts";
import { type SessionCookieView, sessionCookieView } from "./session-cookie.ts";
import { dataOf, type Keeper, put, retire, type Session, type SessionKind } from "./session-object.ts";
import { applying, clearing, type Step, writing } from "./steps.ts";

/** What was asked for beside writing to the session's object. */
interface Asked {
  /** A new token. */
  readonly recreate: RecreateOptions | undefined;
  /** Whether nothing of the data before is to be there. */
  readonly isCleared: boolean;
  /** The functions of `update`, and what was written before each of them. */
  readonly steps: readonly Step[];
}

const NOTHING: Asked = { recreate: undefined, isCleared: false, steps: [] };

export class Visit<D> implements Keeper {
  readonly #settings: Settings<D>;
  readonly #kind: SessionKind;
  readonly #request: SessionRequest;
  #opened: Opened;
  /** `undefined`: nobody has looked; `null`: it ends. */
  #session: Session | null | undefined;
  /** What was read or stored last: what is to be stored differs from it. */
  #base: Fields;
  /** What the object held then, or after the last function or `regenerate`: what differs from it was written since. */
  #before: Fields;
  #asked = NOTHING;
  /** What became of the session when it was stored before the head. */
  #stored: { readonly isLive: boolean; readonly isEnded: boolean; readonly isRenewed: boolean } | undefined;
  #lines: readonly string[] = [];
  #last: Promise<unknown> | undefined;
  #isFinished = false;

  constructor(settings: Settings<D>, kind: SessionKind, request: SessionRequest, opened: Opened) {
    this.#settings = settings;
    this.#kind = kind;
    this.#request = request;
    this.#opened = opened;
    this.#base = opened.seen;
    this.#before = opened.seen;
  }

  /** The session as this request, or `reload`, read it. */
  get opened(): Opened {
    return this.#opened;
  }

  get isLookedAt(): boolean {
    return this.#session !== undefined;
  }

  get session(): Session | null {
    if (this.#session === undefined) this.#session = this.#kind.make(this.#opened.data, this);
    return this.#session;
  }

  /** Whole, in place of what it held; nothing ends it. */
  set session(next: object | null | undefined) {
    this.#checkOpen();
    retire(this.#session);
    this.#session = next ? this.#kind.make(next, this) : null;
  }

  get id(): string | undefined {
    if (this.#asked.recreate || this.#stored?.isRenewed) return undefined;
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
      asked: () => this.#asked.recreate?.persist,
      persist: (persist) => {
        this.#checkOpen();
        this.#ask({ recreate: { ...this.#asked.recreate, persist } });
      },
    });
  }

  update(change: (current: never) => unknown): void {
    this.#checkOpen();
    const { codec } = this.#settings;
    const fields = this.#fields();
    const step = applying(change);
    const next = toFields(step(fromFields(fields, codec)), codec);
    this.#ask({ steps: [...this.#stepsTo(fields), step] });
    put(this.session!, fromFields(next, codec), this.#kind.taken);
    this.#before = next;
  }

  regenerate(): void {
    this.#checkOpen();
    const { initial, codec } = this.#settings;
    this.#ask({ recreate: this.#asked.recreate ?? {}, isCleared: true, steps: [] });
    this.session = fromFields(initial, codec);
    this.#before = initial;
  }

  async destroy(): Promise<void> {
    this.session = null;
    await this.save();
  }

  async save(): Promise<void> {
    if (this.#isFinished) return; // the head tells already what there was
    await this.#inTurn(async () => {
      const [asked, base, before, next] = [this.#asked, this.#base, this.#before, this.#next()];
      if (this.#session) this.#base = this.#before = this.#fields();
      this.#asked = NOTHING;
      try {
        await this.#commit({ session: next, slots: undefined, cookieAttrs: undefined }, base);
      } catch (error) {
        // Still to be stored with the head, unless something else was asked for meanwhile.
        if (this.#asked === NOTHING) [this.#asked, this.#base, this.#before] = [asked, base, before];
        throw error;
      }
    });
  }

  async reload(): Promise<void> {
    this.#checkOpen();
    await this.#inTurn(async () => {
      this.#opened = await this.#openAgain();
      retire(this.#session);
      this.#session = this.#stored = undefined;
      this.#base = this.#before = this.#opened.seen;
      this.#asked = NOTHING;
    });
  }

  /** What is to be stored now, in the words of `response.session`. A change that comes later is an error, and not lost. */
  finish(): unknown {
    this.#isFinished = true;
    const next = this.#next();
    retire(this.#session);
    return next;
  }

  /** Stores what `finish` gave and what middleware add; gives the Set-Cookie lines of the whole request. Rejects as `commit`. */
  async store(answer: Answer): Promise<readonly string[]> {
    const store = () => this.#commit(answer, this.#base);
    await (this.#last ? this.#inTurn(store) : store());
    return this.#lines;
  }

  #next(): unknown {
    const session = this.#session;
    if (session === undefined || (this.#stored && this.#isInStep())) return undefined;
    if (session === null) return null;
    const { recreate: options, steps } = this.#asked;
    const all = steps.length === 0 ? undefined : this.#stepsTo(this.#fields());
    const value = all ? (current: object) => all.reduce((data, step) => step(data), current) : this.#data();
    return options ? recreate(value, options) : value;
  }

  /** Whether the object is what was stored last. */
  #isInStep(): boolean {
    if (this.#session === null) return this.#stored?.isEnded === true;
    return this.#asked === NOTHING && isEmpty(difference(this.#before, this.#fields(), this.#settings.codec));
  }

  /** All the data: what the object holds, and what is stored under names that it cannot hold. */
  #data(): object {
    const own = dataOf(this.#session!);
    if (this.#asked.isCleared) return own;
    const hidden = Object.entries(this.#opened.data).filter(([key]) => this.#kind.taken.has(key));
    return hidden.length === 0 ? own : { ...Object.fromEntries(hidden), ...own };
  }

  #fields(): Fields {
    return toFields(this.#data(), this.#settings.codec);
  }

  #stepsTo(fields: Fields): readonly Step[] {
    const { codec, initial } = this.#settings;
    const { steps, isCleared } = this.#asked;
    const first = steps.length === 0 && isCleared ? [clearing(initial, codec)] : steps;
    return [...first, writing(difference(this.#before, fields, codec), codec)];
  }

  #ask(more: Partial<Asked>): void {
    this.#asked = { ...this.#asked, ...more };
  }

  #checkOpen(): void {
    if (!this.#isFinished) return;
    const remedy = "the response's head has gone, or is being stored for: change the session before it is answered";
    throw new RinglightError("ERR_SESSION_NEXT", remedy);
  }

  async #commit(answer: Answer, base: Fields): Promise<void> {
    if (this.#stored) {
      if (answer.session === undefined && !answer.slots && !answer.cookieAttrs) return;
      const again = await this.#openAgain();
      const asked = typeof answer.session === "function" && again.record ? again : undefined;
      this.#opened = asked ?? (this.#stored.isLive ? asWritten(again, base, this.#settings) : again);
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
    const turn = (this.#last ?? Promise.resolve()).then(run, run);
    this.#last = turn.catch(() => {});
    return turn;
  }
}

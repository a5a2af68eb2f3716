/** What a request's handlers wrote to its session, and what that asks to be stored. */
import { RinglightError } from "../errors.ts";
import { difference, fromFields, isEmpty, toFields } from "../session/change.ts";
import { type RecreateOptions, recreate } from "../session/next.ts";
import type { Opened } from "../session/open.ts";
import type { Settings } from "../session/options.ts";
import type { Fields } from "../session/record.ts";
import { dataOf, type Keeper, put, type Session, type SessionKind } from "./session-object.ts";
import { applying, clearing, type Step, writing } from "./steps.ts";

/** What was asked for beside writing to the object. */
interface Asked {
  /** A new token. */
  readonly recreate: RecreateOptions | undefined;
  /** Whether nothing of the data before is to be there. */
  readonly isCleared: boolean;
  /** The functions of `update`, and what was written before each of them. */
  readonly steps: readonly Step[];
}

const NOTHING: Asked = { recreate: undefined, isCleared: false, steps: [] };

/** A state to go back to. */
export interface Mark {
  readonly asked: Asked;
  readonly base: Fields;
  readonly before: Fields;
  /** What had been written since the last of its steps. */
  readonly step: Step;
}

export class Written {
  readonly #settings: Settings<object>;
  readonly #kind: SessionKind;
  readonly #read: object;
  /** `undefined`: nobody has looked; `null`: it ends. */
  #session: Session | null | undefined;
  /** What was read or stored last: what is to be stored differs from it. */
  #base: Fields;
  /** What the object held then, or after the last function or `clear`: what differs from it was written since. */
  #before: Fields;
  #asked = NOTHING;

  constructor(settings: Settings<object>, kind: SessionKind, { data, seen }: Opened) {
    this.#settings = settings;
    this.#kind = kind;
    this.#read = data;
    this.#base = seen;
    this.#before = seen;
  }

  get isLookedAt(): boolean {
    return this.#session !== undefined;
  }

  get isEnded(): boolean {
    return this.#session === null;
  }

  get base(): Fields {
    return this.#base;
  }

  get recreate(): RecreateOptions | undefined {
    return this.#asked.recreate;
  }

  session(keeper: Keeper): Session | null {
    if (this.#session === undefined) this.#session = this.#kind.make(this.#read, keeper);
    return this.#session;
  }

  /** Puts another object in its place; `null` ends the session. */
  replace(next: object | null, keeper: Keeper): void {
    if (this.#session === null && next) this.#before = this.#settings.initial; // nothing of what was there is left
    this.freeze();
    this.#session = next && this.#kind.make(next, keeper);
  }

  /** What is written from now on is an error: nobody would hear of it. The objects in it may be the application's own. */
  freeze(): void {
    if (this.#session) Object.freeze(this.#session);
  }

  update(change: (current: never) => unknown): void {
    const { codec } = this.#settings;
    const fields = this.#fields();
    const step = applying(change);
    const next = toFields(step(fromFields(fields, codec)), codec);
    this.#asked = { ...this.#asked, steps: [...this.#stepsTo(fields), step] };
    put(this.#own(), this.#withOwn(next, fields), this.#kind.taken);
    this.#before = next;
  }

  /** A new token, and no data but these. */
  clear(keep: readonly string[], keeper: Keeper): void {
    const { initial, codec } = this.#settings;
    const kept = Object.entries(this.#own()).filter(([key]) => keep.includes(key));
    this.#asked = { recreate: this.#asked.recreate ?? {}, isCleared: true, steps: [] };
    this.replace({ ...fromFields(initial, codec), ...Object.fromEntries(kept) }, keeper);
    this.#before = initial;
  }

  renew(options: RecreateOptions): void {
    this.#asked = { ...this.#asked, recreate: { ...this.#asked.recreate, ...options } };
  }

  /** Takes what is asked for now as stored; gives what to go back to where it is not. */
  take(): Mark {
    const { codec } = this.#settings;
    const fields = this.#session ? this.#fields() : this.#before;
    const step = writing(difference(this.#before, fields, codec), codec);
    const mark: Mark = { asked: this.#asked, base: this.#base, before: this.#before, step };
    this.#base = this.#before = fields;
    this.#asked = NOTHING;
    return mark;
  }

  /** It was not stored: it still is to be, before what was asked for since. */
  giveBack({ asked, base, before, step }: Mark): void {
    const since = this.#asked;
    this.#base = base;
    if (since.isCleared) return;
    const recreate = asked.recreate || since.recreate ? { ...asked.recreate, ...since.recreate } : undefined;
    if (since.steps.length > 0) {
      this.#asked = { recreate, isCleared: asked.isCleared, steps: [...this.#begun(asked), step, ...since.steps] };
      return;
    }
    this.#before = before;
    this.#asked = recreate === asked.recreate || !recreate ? asked : { ...asked, recreate };
  }

  /** What is to be stored, in the words of `response.session`. */
  next(): unknown {
    if (this.#session === undefined) return undefined;
    if (this.#session === null) return null;
    const { recreate: options, steps } = this.#asked;
    const all = steps.length === 0 ? undefined : this.#stepsTo(this.#fields());
    const value = all ? (current: object) => all.reduce((data, step) => step(data), current) : this.#data();
    return options ? recreate(value, options) : value;
  }

  /** Whether nothing is to be stored that differs from what was read or stored last. */
  get isInStep(): boolean {
    if (!this.#session) return this.#session === undefined;
    return this.#asked === NOTHING && isEmpty(difference(this.#base, this.#fields(), this.#settings.codec));
  }

  /** All the data: what the object holds, and what is stored under names that it cannot hold. */
  #data(): object {
    const own = dataOf(this.#own());
    const hidden = [...this.#before].filter(([key]) => this.#kind.takenKeys.has(key));
    return hidden.length === 0 ? own : { ...fromFields(new Map(hidden), this.#settings.codec), ...own };
  }

  #fields(): Fields {
    return toFields(this.#data(), this.#settings.codec);
  }

  #own(): Session {
    if (this.#session) return this.#session;
    throw new RinglightError("ERR_SESSION_NEXT", "the session was ended: there is nothing to change");
  }

  /** What `next` stands for; where nothing changed, the very values that handlers may hold and write into. */
  #withOwn(next: Fields, fields: Fields): object {
    const changed = new Map([...next].filter(([key, json]) => fields.get(key) !== json));
    const kept = Object.entries(this.#own()).filter(([key]) => next.has(JSON.stringify(key)));
    return { ...Object.fromEntries(kept), ...fromFields(changed, this.#settings.codec) };
  }

  /** The steps so far, the one with which `clear` begins among them. */
  #begun({ steps, isCleared }: Asked): readonly Step[] {
    const { codec, initial } = this.#settings;
    return steps.length === 0 && isCleared ? [clearing(initial, codec)] : steps;
  }

  #stepsTo(fields: Fields): readonly Step[] {
    const { codec } = this.#settings;
    return [...this.#begun(this.#asked), writing(difference(this.#before, fields, codec), codec)];
  }
}

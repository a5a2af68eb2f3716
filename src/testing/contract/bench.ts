/** What the checks of the store contract share: a store with a clock of its own, and short words for its operations. */
import { RinglightError } from "../../errors.ts";
import { type Change, NO_CHANGES, type Rotation } from "../../session/change.ts";
import type { SessionEvent } from "../../session/events.ts";
import type { Limits } from "../../session/expiry.ts";
import type { Draft, SessionRecord, SlotText } from "../../session/record.ts";
import type { ReadResult, SessionHandle, StoreContext, UpdateResult } from "../../session/store.ts";
import { partsOf, sameData } from "../../session/token-cookies.ts";
import type { OpenStore } from "./check.ts";

export const LIMITS: Limits = { timeout: 1800, absolute: 43_200, refresh: 60, grace: 60 };

/** A browser with one session. */
export interface Browser {
  token: string;
  /**
   * Takes what the response to a request that sent `sent` brings, and gives it back. In the order of arrival, and part
   * by part: only what changed is sent (see `session/token-cookies.ts`).
   */
  readonly take: <Result extends ReadResult | UpdateResult>(result: Result, sent?: string) => Result;
}

/** A store at work: time moves only by `advance`. */
export interface Bench {
  readonly events: SessionEvent[];
  readonly create: (draft?: Partial<Draft>) => Promise<string>;
  /** A new session in a browser: its token is the newest that a response brought, as some stores keep the record in it. */
  readonly browser: (draft?: Partial<Draft>) => Promise<Browser>;
  readonly read: (token: string) => Promise<ReadResult>;
  /** A reading that is none by the visitor. */
  readonly peek: (token: string) => Promise<ReadResult>;
  /** The record of a session that must be live. */
  readonly live: (token: string) => Promise<SessionRecord>;
  readonly update: (token: string, change: Partial<Change> & Pick<Change, "base">) => Promise<UpdateResult>;
  readonly end: (token: string) => Promise<boolean>;
  /** Ends all sessions of a subject but one; `undefined` where the store cannot. */
  readonly endAll: ((subject: string, but?: string) => Promise<string | undefined>) | undefined;
  /** A subject's epoch; `undefined` where the store has none. */
  readonly epoch: ((subject: string) => Promise<string>) | undefined;
  /** A subject's sessions one by one; `undefined` where the store cannot. */
  readonly lists:
    | {
        readonly list: (subject: string) => Promise<readonly SessionHandle[]>;
        readonly end: (subject: string, handle: string) => Promise<boolean>;
      }
    | undefined;
  /** Moves the clock on, in seconds. */
  readonly advance: (seconds: number) => void;
  readonly now: () => number;
}

export async function bench(open: OpenStore, limits: Limits = LIMITS): Promise<Bench> {
  const store = await open();
  const events: SessionEvent[] = [];
  let now = Date.UTC(2026, 0, 1);
  const context = (): StoreContext => ({ now, limits, emit: (event) => events.push(event), cookieName: "session" });
  const read = async (token: string) => store.read(token, context());
  const create = async (draft: Partial<Draft> = {}) => store.create({ ...ANONYMOUS, ...draft }, context());
  return {
    events,
    read,
    peek: async (token) => store.read(token, { ...context(), peek: true }),
    create,
    async browser(draft) {
      const browser: Browser = {
        token: await create(draft),
        take(result, sent = browser.token) {
          if ("token" in result && result.token !== undefined) browser.token = held(browser.token, sent, result.token);
          return result;
        },
      };
      return browser;
    },
    update: async (token, change) => store.update(token, { ...UNCHANGED, ...change }, context()),
    end: async (token) => store.delete(token, context()),
    endAll: store.deleteAll && (async (subject, but) => store.deleteAll!(subject, { but }, context())),
    epoch: store.subjectEpoch && (async (subject) => store.subjectEpoch!(subject, context())),
    lists: store.list &&
      store.end && {
        list: async (subject) => store.list!(subject, context()),
        end: async (subject, handle) => store.end!(subject, handle, context()),
      },
    async live(token) {
      const result = await read(token);
      if ("record" in result) return result.record;
      throw new Error(`the session should live, but was refused as ${result.refused}`);
    },
    advance: (seconds) => {
      now += seconds * 1000;
    },
    now: () => now,
  };
}

function held(before: string, sent: string, brought: string): string {
  const [kept, fresh] = [partsOf(before), partsOf(brought)];
  const data = sameData(sent, brought) ? kept.data : fresh.data;
  const used = fresh.used ?? kept.used;
  return used === undefined ? data : `${data}~${used}`;
}

const ANONYMOUS: Draft = {
  data: new Map(),
  slots: new Map(),
  subject: undefined,
  authenticatedAt: undefined,
  persist: undefined,
};
const UNCHANGED: Omit<Change, "base"> = {
  set: new Map(),
  unset: new Set(),
  slots: new Map(),
  fill: NO_CHANGES,
  serial: false,
  rotation: undefined,
};

/** Fields as stored: `fields({ n: 1 })`. */
export function fields(data: Record<string, unknown>): Map<string, string> {
  return new Map(Object.entries(data).map(([key, value]) => [JSON.stringify(key), JSON.stringify(value)]));
}

export function slot(value: unknown, keep: boolean): SlotText {
  return { json: JSON.stringify(value), keep };
}

export function rotation(subject?: string): Rotation {
  return { subject, persist: undefined, restart: false, authenticated: false };
}

/** Throws the sentence unless it holds. */
export function expect(holds: boolean, sentence: string): asserts holds {
  if (!holds) throw new Error(sentence);
}

/** Throws unless both are the same text, number or absent value. */
export function expectSame(actual: unknown, wanted: unknown, what: string): void {
  if (!Object.is(actual, wanted)) throw new Error(`${what}: wanted ${String(wanted)}, got ${String(actual)}`);
}

/** Throws unless the token is refused, and rejects loudly where a store answers something else than the contract knows. */
export function expectRefused(result: ReadResult, what: string): void {
  expect(typeof result === "object" && result !== null, `${what}: read must answer a record or a refusal`);
  expect("refused" in result && typeof result.refused === "string", `${what}: should be no session, but was read`);
}

/** Throws unless the update was refused as gone. */
export function expectGone(result: UpdateResult, what: string): void {
  expect("gone" in result, `${what}: should be gone, but the update was accepted`);
}

/** The token after an update that must have been stored. */
export function storedToken(result: UpdateResult): string {
  if ("token" in result) return result.token;
  throw new RinglightError("ERR_UPDATE_CONFLICT", "the update should have been stored");
}

/** One check's host, store, clock and visitors. */
import assert from "node:assert/strict";
import type { FaceOptions } from "../../faces/options.ts";
import type { SessionEvent } from "../../session/events.ts";
import type { AnySession } from "../../session/wrap-session.ts";
import { memoryStore } from "../../stores/memory.ts";
import { cookieJar } from "../cookie-jar.ts";
import { around, type Gates, gates, type Operation } from "./gates.ts";
import type {
  AboutAdapter,
  AdapterAnswers,
  AdapterCheck,
  AdapterPage,
  AdapterPromise,
  AdapterWay,
  OpenAdapter,
} from "./site.ts";
import { openWire, requestBytes, type Wire, type WireAnswer, type WireRequest } from "./wire.ts";

/** A browser: sends the cookies that it was told to keep. */
export interface Visitor {
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<WireAnswer>;
  /** On a connection of its own. */
  send(request: WireRequest): Promise<WireAnswer>;
  /** The bytes of a request with its cookies. */
  bytes(request: WireRequest): string;
  /** Keeps the answer's cookies. */
  keep(answer: WireAnswer): void;
  /** The session's data, told by `/data`. */
  data(): Promise<AnySession>;
  cookie(): string;
}

export interface Bench {
  readonly gates: Gates;
  /** What `onError` was told. */
  readonly errors: unknown[];
  readonly events: SessionEvent[];
  /** What happened in which order; a check writes here, and the store does: `update done`. */
  readonly log: string[];
  readonly calls: Operation[];
  wire(): Wire;
  bytes(request: WireRequest): string;
  visitor(): Visitor;
  /** The next one of these operations waits at the gate of this name when it is done, before anybody knows. */
  holdStore(operation: Operation, name: string): void;
  /** Each of these operations fails from now on; `undefined`: none. */
  breakStore(operation: Operation | undefined): void;
  advance(seconds: number): void;
  /** Asks again after each of some round trips, until it holds. */
  until(holds: () => boolean, what: string): Promise<void>;
}

export interface CheckParts {
  readonly pages: (bench: Pick<Bench, "gates" | "log">) => Readonly<Record<string, AdapterPage>>;
  readonly options?: FaceOptions<AnySession>;
  readonly needs?: readonly AdapterWay[];
  readonly run: (bench: Bench) => Promise<void>;
}

const LACKING: Readonly<Record<AdapterWay, string>> = {
  fail: "errors of its own",
  writeHead: "head to write ahead",
  flushHead: "head to flush early",
};

/** A check: a host of its own, which is ended whatever comes. */
export function check(promise: AdapterPromise, sentence: string, { needs = [], ...parts }: CheckParts): AdapterCheck {
  const name = `${promise}: ${sentence}`;
  return {
    name,
    promise,
    needs,
    skip({ lacks = {} } = {}) {
      const way = needs.find((each) => lacks[each] !== undefined);
      return way === undefined ? false : skipped(way, lacks[way]);
    },
    async run(open, about = {}) {
      const skip = this.skip(about);
      if (skip) throw new Error(skip);
      await onBench(parts, needs, open, about);
    },
  };
}

function skipped(way: AdapterWay, reason: string | undefined): string {
  return `skipped: the host has no ${LACKING[way]}${reason === undefined ? `; say so: lacks: { ${way}: "…" }` : `: ${reason}`}`;
}

type Parts = Omit<CheckParts, "needs">;

async function onBench(parts: Parts, needs: readonly AdapterWay[], open: OpenAdapter, about: AboutAdapter) {
  let now = Date.UTC(2026, 0, 1);
  const points = gates();
  const [errors, events, log, calls]: [unknown[], SessionEvent[], string[], Operation[]] = [[], [], [], []];
  const holds: Array<readonly [Operation, string]> = [];
  let broken: Operation | undefined;
  const store = around(await (about.store ?? memoryStore)(), {
    before(operation) {
      calls.push(operation);
      if (operation === broken) throw new Error("the store is away, as the check has it");
    },
    async after(operation) {
      const next = holds.findIndex(([each]) => each === operation);
      const [held] = next === -1 ? [] : holds.splice(next, 1);
      if (held) await points.hold(held[1]);
      log.push(`${operation} done`);
    },
  });
  const options: FaceOptions<AnySession> = {
    store,
    now: () => now,
    storeTimeout: 60,
    onEvent: (event) => void events.push(event),
    onError: (error) => void errors.push(error),
    ...parts.options,
  };
  const given = { "/data": tellData, "/plain": tellNothing, ...parts.pages({ gates: points, log }) };
  const misfits = new Set<string>();
  const checked =
    (page: AdapterPage): AdapterPage =>
    (answers) => {
      for (const misfit of misfitsOf(answers, needs, about)) misfits.add(misfit);
      if (misfits.size > 0) throw new Error([...misfits].join("; ")); // or a page might never answer
      return page(answers);
    };
  const pages = Object.fromEntries(Object.entries(given).map(([path, page]) => [path, checked(page)]));
  const { port, close } = await open({ options, pages });
  const wires: Wire[] = [];
  const wire = (): Wire => {
    const opened = openWire(port);
    wires.push(opened);
    return opened;
  };
  const visitor = (): Visitor => {
    const [jar, url] = [cookieJar({ now: () => now }), `http://127.0.0.1:${port}/`];
    const cookie = () => jar.header(url);
    const bytes: Visitor["bytes"] = ({ headers, ...request }) =>
      requestBytes(port, { ...request, headers: { ...(cookie() === "" ? {} : { cookie: cookie() }), ...headers } });
    const keep: Visitor["keep"] = (answer) => jar.store(answer.all("set-cookie"), url);
    const send: Visitor["send"] = async (request) => {
      const connection = wire();
      connection.send(bytes({ ...request, headers: { connection: "close", ...request.headers } }));
      const [answer] = await connection.answers(request.method ?? "GET");
      keep(answer!);
      return answer!;
    };
    const get: Visitor["get"] = (path, headers) => send({ path, ...(headers && { headers }) });
    const data: Visitor["data"] = async () => {
      const { status, body } = await get("/data");
      assert.equal(status, 200, `a page that reads the session answered ${status}: ${body}`);
      return JSON.parse(body) as AnySession;
    };
    return { get, send, bytes, keep, data, cookie };
  };
  const run = () =>
    parts.run({
      gates: points,
      errors,
      events,
      log,
      calls,
      wire,
      bytes: (request) => requestBytes(port, request),
      visitor,
      holdStore: (operation, name) => void holds.push([operation, name]),
      breakStore: (operation) => {
        broken = operation;
      },
      advance: (seconds) => {
        now += seconds * 1000;
      },
      async until(holds, what) {
        for (let trips = 0; trips < TRIPS && !holds(); trips++) await visitor().get("/plain");
        assert.ok(holds(), `did not come about: ${what}`);
      },
    });
  try {
    await run().catch((error: unknown) => {
      if (misfits.size === 0) throw error; // else it is that which went wrong
    });
    if (misfits.size > 0) throw new Error([...misfits].join("; "));
  } finally {
    points.openAll();
    for (const { socket } of wires) socket.destroy();
    await close();
  }
}

const tellData: AdapterPage = (page) => page.answer(200, JSON_TYPE, JSON.stringify({ ...page.lent.session }));
const tellNothing: AdapterPage = (page) => page.answer(200, TEXT_TYPE, "plain");

/** How often somebody else is answered until what a request left behind must be done. */
const TRIPS = 200;

/** What a browser says of a request by the site's own page. */
export const SAME_ORIGIN: Readonly<Record<string, string>> = { "sec-fetch-site": "same-origin" };

export const TEXT_TYPE: { readonly "content-type": string } = { "content-type": "text/plain; charset=utf-8" };
export const JSON_TYPE: { readonly "content-type": string } = { "content-type": "application/json" };

/** Ways that a check needs and that are not there, and ways that are there although they are said to be lacking. */
function misfitsOf(
  answers: AdapterAnswers,
  needs: readonly AdapterWay[],
  { lacks = {} }: AboutAdapter,
): readonly string[] {
  const absent = needs.filter((way) => answers[way] === undefined).map((way) => skipped(way, undefined));
  const stale = (Object.keys(LACKING) as AdapterWay[]).filter((way) => lacks[way] !== undefined && answers[way]);
  return [...absent, ...stale.map((way) => `the host has ${way}, which is said to be lacking`)];
}

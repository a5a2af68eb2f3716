/** One check's host, store, clock and visitors. */
import assert from "node:assert/strict";
import type { FaceOptions } from "../../faces/options.ts";
import type { SessionEvent } from "../../session/events.ts";
import type { AnySession } from "../../session/wrap-session.ts";
import { memoryStore } from "../../stores/memory.ts";
import { type Gates, gates } from "./gates.ts";
import { misfitsOf } from "./misfits.ts";
import { COMMON_PAGES } from "./pages.ts";
import type { AboutAdapter, AdapterPage, AdapterWay, OpenAdapter } from "./site.ts";
import { type Visitor, visitorOn } from "./visitor.ts";
import { type WatchedStore, watchedStore } from "./watched.ts";
import { openWire, requestBytes, type Wire, type WireRequest } from "./wire.ts";

export interface Bench extends Omit<WatchedStore, "store"> {
  readonly gates: Gates;
  /** What `onError` was told. */
  readonly errors: unknown[];
  readonly events: SessionEvent[];
  /** What happened in which order; a check writes here, and the store does: `update done`. */
  readonly log: string[];
  wire(): Wire;
  bytes(request: WireRequest): string;
  visitor(): Visitor;
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

type Parts = Omit<CheckParts, "needs">;

/** Runs it over a host of its own, which is ended whatever comes. */
export async function onBench(
  parts: Parts,
  needs: readonly AdapterWay[],
  open: OpenAdapter,
  about: AboutAdapter,
): Promise<void> {
  let now = Date.UTC(2026, 0, 1);
  const points = gates();
  const [errors, events, log]: [unknown[], SessionEvent[], string[]] = [[], [], []];
  const watched = watchedStore(await (about.store ?? memoryStore)(), points, log);
  const options: FaceOptions<AnySession> = {
    store: watched.store,
    now: () => now,
    storeTimeout: 60,
    onEvent: (event) => void events.push(event),
    onError: (error) => void errors.push(error),
    ...parts.options,
  };
  const given = { ...COMMON_PAGES, ...parts.pages({ gates: points, log }) };
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
  const visitor = (): Visitor => visitorOn(port, () => now, wire);
  const run = () =>
    parts.run({
      gates: points,
      errors,
      events,
      log,
      ...watched,
      wire,
      bytes: (request) => requestBytes(port, request),
      visitor,
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

/** How often somebody else is answered until what a request left behind must be done. */
const TRIPS = 200;

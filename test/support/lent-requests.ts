/** Requests to handlers that sessions are lent to, without a host: a visitor with a jar, and what he was answered. */

import { face } from "../../src/faces/face.ts";
import type { Lent } from "../../src/faces/lent.ts";
import type { FaceOptions } from "../../src/faces/options.ts";
import type { ResponseMap } from "../../src/ring.ts";
import type { SessionEvent } from "../../src/session/events.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { cookieJar } from "../../src/testing/cookie-jar.ts";
import { requestMap } from "./request-map.ts";
import { counting, type Operation } from "./watched-store.ts";

export interface Data {
  user?: string;
  n?: number;
  a?: number;
  b?: number;
  cart?: string[];
  passport?: { user?: string };
}

export interface Answered extends ResponseMap {
  readonly setCookies: readonly string[];
}

type Handle = (lent: Lent<Data, string>) => unknown;

export interface LentRequests {
  /** Runs one request of the visitor; what the handler gives, if anything, is the head. */
  go(handle: Handle, headers?: Record<string, string>): Promise<Answered>;
  /** What the next request finds, read by it. */
  data(): Promise<Data>;
  cookie(): string;
  readonly events: SessionEvent[];
  readonly calls: Operation[];
  readonly advance: (seconds: number) => void;
}

export function lentRequests(options: FaceOptions<Data> = {}): LentRequests {
  let now = Date.UTC(2026, 0, 1);
  const events: SessionEvent[] = [];
  const { store, calls } = counting(options.store ?? memoryStore());
  const onEvent = (event: SessionEvent) => void events.push(event);
  const lending = face<Data, string>({ now: () => now, onEvent, ...options, store });
  const jar = cookieJar({ now: () => now });
  const url = "http://localhost/";
  const go: LentRequests["go"] = async (handle, headers = {}) => {
    const cookie = jar.header(url);
    const request = requestMap("GET", "/", { headers: { ...(cookie === "" ? {} : { cookie }), ...headers } });
    const response = await lending.serve(request, async (lent) => {
      const head = await handle(lent as unknown as Lent<Data, string>);
      return { status: 200, headers: {}, body: null, ...(head as Partial<ResponseMap>) };
    });
    const setCookies = [response.headers["set-cookie"] ?? []].flat();
    jar.store(setCookies, url);
    return { ...response, setCookies };
  };
  return {
    go,
    events,
    calls,
    cookie: () => jar.header(url),
    advance: (seconds) => {
      now += seconds * 1000;
    },
    async data() {
      let found: Data = {};
      await go(({ session }) => {
        found = session && { ...session };
      });
      return found;
    },
  };
}

/** An application on a real socket of 127.0.0.1, with a clock that tests move and the events that it told. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { toNode } from "../../src/adapters/node.ts";
import { type WithFlash, wrapFlash } from "../../src/middleware/flash.ts";
import { text } from "../../src/response.ts";
import type { Handler, ResponseMap } from "../../src/ring.ts";
import { stack } from "../../src/ring.ts";
import type { SessionEvent } from "../../src/session/events.ts";
import type { SessionOptions } from "../../src/session/options.ts";
import { type AnySession, type WithSession, wrapSession } from "../../src/session/wrap-session.ts";
import { storeUnderTest } from "./store-under-test.ts";

export interface Site {
  readonly url: string;
  readonly events: SessionEvent[];
  readonly errors: unknown[];
  readonly clock: { now: () => number; advance: (seconds: number) => void };
}

/** Serves any handler until the test ends. */
export async function listen(
  t: TestContext,
  app: Handler,
  maxHeaderSize = 16_384,
): Promise<{ url: string; errors: unknown[] }> {
  const errors: unknown[] = [];
  const server = createServer({ maxHeaderSize }, toNode(app, { onError: (error) => void errors.push(error) }));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, errors };
}

export type Pages = Record<string, (request: Parameters<Handler<WithSession<AnySession> & WithFlash>>[0]) => unknown>;

/** Serves pages by path over a session and flash; what a page answers is merged over an empty 200. */
export async function site(t: TestContext, pages: Pages, options: SessionOptions<AnySession> = {}): Promise<Site> {
  let now = Date.UTC(2026, 0, 1);
  const events: SessionEvent[] = [];
  const advance = (seconds: number) => {
    now += seconds * 1000;
  };
  const clock = { now: () => now, advance };
  const handle: Handler<WithSession<AnySession> & WithFlash> = async (request) => {
    const page = pages[request.uri];
    return page ? { ...text("ok"), ...((await page(request)) as Partial<ResponseMap>) } : text("not here", 404);
  };
  const session = wrapSession<AnySession>({
    store: storeUnderTest(),
    now: clock.now,
    onEvent: (event) => void events.push(event),
    ...options,
  });
  const app = stack.use(session).use(wrapFlash())(handle);
  return { ...(await listen(t, app)), events, clock };
}

/** Pages that most tests need. */
export const commonPages: Pages = {
  "/show": ({ session }) => ({ body: JSON.stringify(session) }),
  "/status": ({ sessionStatus }) => ({ body: JSON.stringify(sessionStatus) }),
  "/login": ({ session, queryString }) => ({ session: { ...session, user: queryString || "bob" } }),
  "/logout": () => ({ session: null }),
  "/count": () => ({ session: (s: AnySession) => ({ ...s, n: Number(s.n ?? 0) + 1 }) }),
};

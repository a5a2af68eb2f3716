/** Adapters that each break the contract in one way that has been seen in the field. */
import type { ServerResponse } from "node:http";
import { deferHead } from "../../src/adapters/deferred-head.ts";
import type { ResponseMap } from "../../src/ring.ts";
import { applyChange, NO_CHANGES } from "../../src/session/change.ts";
import { newRecord } from "../../src/session/record.ts";
import type { Store } from "../../src/session/store.ts";
import { plainStore } from "../broken-stores/plain-store.ts";
import { type BrokenAdapter, type ByHand, byHand, type Lent, spoilt } from "./by-hand.ts";

export const brokenAdapters: readonly BrokenAdapter[] = [
  {
    name: "sends the answer, and stores beside it",
    caughtBy: "G7: an answer waits until the session is changed, and no byte is sent before",
    open: byHand(({ res, serve, run }) =>
      serve((lent) => {
        const ended = once(res, "end", true);
        run(lent);
        return ended;
      }),
    ),
  },
  {
    name: "holds back end() alone: a head that is written ahead goes without the session's cookie",
    caughtBy: "G7: a head that is written ahead waits until the session is created, and no byte is sent before",
    open: byHand(endAlone),
  },
  {
    name: "holds back end() alone: a head that is flushed early leaves at once",
    caughtBy: "G7: a head that is flushed early waits until the session is changed, and no byte is sent before",
    open: byHand(endAlone),
  },
  {
    name: "holds back end() alone: a stream's first octets leave at once",
    caughtBy: "G7: a stream waits until the session is changed, and no byte is sent before",
    open: byHand(endAlone),
  },
  {
    name: "swallows what the store fails with at the end",
    caughtBy: "G8: an answer whose session cannot be changed is a 503, and nothing that the handler answered",
    open: byHand(async ({ res, serve, run }) => {
      const head = deferHead(res);
      const { headers } = await serve((lent) => {
        run(lent);
        return head.asked;
      }).catch(() => ({ headers: {} }));
      head.release(headers);
    }),
  },
  {
    name: "stores nothing where the client has left",
    caughtBy: "G7: an answer to a client that left while the handler ran: what it wrote is stored, and nothing hangs",
    open: byHand(async ({ res, serve, run }) => {
      const head = deferHead(res);
      const { headers } = await serve(async (lent) => {
        run(lent);
        const asked = await head.asked;
        if (res.destroyed) throw new Error("nobody is there");
        return asked;
      });
      head.release(headers);
    }),
  },
  {
    name: "folds cookies into one line",
    caughtBy: "cookies: several cookies of an answer of 200 are lines of their own, the session's beside the handler's",
    open: spoilt({ head: (res) => setCookies(res, (lines) => (lines.length > 0 ? [lines.join(", ")] : [])) }),
  },
  {
    name: "puts the session's cookie in place of the handler's",
    caughtBy: "cookies: several cookies of an answer of 200 are lines of their own, the session's beside the handler's",
    open: spoilt({ head: (res) => setCookies(res, (lines) => lines.slice(-1)) }),
  },
  {
    name: "sends no cookie with an error",
    caughtBy: "cookies: an error that the host answers carries the session's cookie",
    open: spoilt({ head: (res) => void (res.statusCode >= 500 && res.removeHeader("set-cookie")) }),
  },
  {
    name: "forgets Vary",
    caughtBy:
      "caching: an answer for which a handler looked at the session says Vary: Cookie once, beside its own Vary",
    open: spoilt({ head: (res) => res.removeHeader("vary") }),
  },
  {
    name: "says Vary: Cookie always",
    caughtBy:
      "caching: an answer for which nobody looked at the session can be cached: no Vary, its Cache-Control as it is",
    open: spoilt({ head: (res) => void res.setHeader("vary", "Cookie") }),
  },
  {
    name: "lets caches keep a redirect that sets a session cookie",
    caughtBy: "caching: a redirect that sets a session cookie is private, no-store",
    open: spoilt({ head: (res) => void (res.statusCode === 302 && res.removeHeader("cache-control")) }),
  },
  {
    name: "leaves a header of the handler's on the answer to a store's failure",
    caughtBy: "G8: an answer whose session cannot be changed is a 503, and nothing that the handler answered",
    open: spoilt({ head: (res) => void res.setHeader("x-own", "own") }),
  },
  {
    name: "stores whole states: of two changes at once one is gone",
    caughtBy: "G1: two requests that change different keys at once are both kept, where b is stored last",
    open: over(() =>
      plainStore({ apply: (_current, change, now, limits) => applyChange(change.base, change, now, limits) }),
    ),
  },
  {
    name: "stores something with each request",
    caughtBy: "G2: a slow request that only reads undoes nothing that a faster one wrote",
    open: spoilt({
      page: (page) => (lent, res) => {
        if (lent.session) lent.session.visited = true;
        return page(lent, res);
      },
    }),
  },
  {
    name: "begins a session anew where it has ended meanwhile",
    caughtBy: "G3: a session that was signed out stays dead, whatever a request in flight changes",
    open: over(upserting),
  },
  {
    name: "counts from what the request has read",
    caughtBy: "G4: 50 requests at once that count from 1 with update() end at 51",
    open: over((store) => ({
      ...store,
      update: (token, change, context) => store.update(token, { ...change, serial: false }, context),
    })),
  },
  {
    name: "takes over a token that it did not give",
    caughtBy: "G6: a token that this server did not give is no session, and never becomes one",
    open: over(() =>
      plainStore({
        whenMissing(token, records, { now }) {
          records.set(token, newRecord({ ...NOBODY, data: new Map() }, now));
          return "unknown";
        },
      }),
    ),
  },
  {
    name: "takes a session that cannot be read for none",
    caughtBy: "G8: a session that cannot be read is a 503, before any handler runs, and never an empty session",
    open: over((store) => ({
      ...store,
      read: async (token, context) => {
        try {
          return await store.read(token, context);
        } catch {
          return { refused: "unknown" };
        }
      },
    })),
  },
  {
    name: "believes the cookie how long a session lives",
    caughtBy: "G9: an idle session ends on the server's clock, whatever the cookie says, and use keeps it",
    open: spoilt({ options: (options) => ({ ...options, now: () => Date.UTC(2026, 0, 1) }) }),
  },
  {
    name: "takes the flash with each page, whether it asked or not",
    caughtBy: "flash: a message waits through redirects and pages that do not ask, and is shown once",
    open: spoilt({
      page: (page) => (lent, res) => {
        lent.flash();
        return page(lent, res);
      },
    }),
  },
  {
    name: "runs handlers for requests of other sites' pages",
    caughtBy: "anti-forgery: a request that another site's page sends is a 403 before any handler runs",
    open: spoilt({ options: (options) => ({ ...options, antiForgery: false }) }),
  },
  {
    name: "keeps what is lent in one place for all requests",
    caughtBy: "http: 20 visitors at once have each their own session, cookies and answer",
    open: (site) => {
      let last: Lent;
      const shared = {
        get session() {
          return last.session;
        },
        get cookies() {
          return last.cookies;
        },
        setCookie: (name: string, value: string) => last.setCookie(name, value),
      } as Lent;
      const page = (page: (lent: Lent, res: ServerResponse) => unknown) => (lent: Lent, res: ServerResponse) => {
        last = lent;
        return page(shared, res);
      };
      return spoilt({ page })(site);
    },
  },
];

const NOBODY = { slots: new Map(), subject: undefined, authenticatedAt: undefined, persist: undefined };

/** The sound adapter over another store than it was given. */
function over(store: (given: Store) => Store): BrokenAdapter["open"] {
  return spoilt({ options: (options) => ({ ...options, store: store(options.store!) }) });
}

function upserting(store: Store): Store {
  return {
    ...store,
    async update(token, change, context) {
      const result = await store.update(token, change, context);
      if (!("gone" in result)) return result;
      const data = applyChange(change.base, { ...change, fill: NO_CHANGES }, context.now, context.limits).record.data;
      return { token: await store.create({ ...NOBODY, data }, context), overwritten: 0 };
    },
  };
}

function setCookies(res: ServerResponse, change: (lines: readonly string[]) => readonly string[]): void {
  const lines = change([res.getHeader("set-cookie") ?? []].flat().map(String));
  if (lines.length > 0) res.setHeader("set-cookie", lines);
}

/** As middleware did that know one way to answer. */
async function endAlone({ res, serve, run }: ByHand): Promise<void> {
  const { end } = res;
  let given: unknown[] = [];
  const { headers } = await serve((lent) => {
    const ended = once(res, "end", false, (last) => {
      given = last;
    });
    run(lent);
    return ended;
  });
  if (!res.headersSent) for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
  (end as (...given: unknown[]) => unknown).apply(res, given);
}

/** Resolves with the head when the response's method is called, which then does its work or does not. */
function once(
  res: ServerResponse,
  name: "end",
  works: boolean,
  told: (given: unknown[]) => void = () => {},
): Promise<ResponseMap> {
  const method = res[name] as (...given: unknown[]) => unknown;
  return new Promise((resolve) => {
    res[name] = ((...given: unknown[]) => {
      told(given);
      resolve({ status: res.statusCode, headers: {}, body: null });
      return works ? method.apply(res, given) : res;
    }) as ServerResponse["end"];
  });
}

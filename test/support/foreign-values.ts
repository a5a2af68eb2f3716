/** What holds of every reader whose cookies are whole sessions, tried over each kind of store. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { newKey } from "../../src/crypto/keys.ts";
import type { SessionReader } from "../../src/session/reader.ts";
import type { Store } from "../../src/session/store.ts";
import { cookieStore } from "../../src/stores/cookie.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { redisStore } from "../../src/stores/redis.ts";
import { memoryRevocations } from "../../src/stores/revocations.ts";
import { wholeFile } from "./ending.ts";
import { singleClients } from "./redis-clients.ts";
import { noRedis, redisServer } from "./redis-server.ts";
import { commonPages, site } from "./site.ts";
import { request, type Visit } from "./visitor.ts";

const file = wholeFile();
const server = noRedis ? undefined : await redisServer(file);
let prefixes = 0;
const inRedis = async () => {
  const prefix = `test${prefixes++}:`;
  const store = async () => redisStore(await singleClients.redis!(file, server!), { prefix });
  return [await store(), await store()] as const;
};

/** Two of each: those that two processes have, where two can have one. */
export const stores: Readonly<Record<string, () => Promise<readonly [Store, Store]>>> = {
  memory: async () => twice(memoryStore()),
  ...(server && { redis: inRedis }),
  cookie: async () => twice(cookieStore({ keys: newKey() })),
  "cookie with revocation": async () => twice(cookieStore({ keys: newKey(), revocation: memoryRevocations() })),
};
const twice = <T>(one: T): readonly [T, T] => [one, one];

export interface ForeignCase {
  readonly name: string;
  readonly reader: SessionReader;
  /** The Cookie header of a session `{ user }`; another one at each call. */
  readonly header: (t: TestContext, user: string) => Promise<string>;
  /** Headers that are not to be trusted. */
  readonly wrong: (t: TestContext) => Promise<readonly string[]>;
}

const fresh = ({ setCookies }: Visit) => ({
  cookie: setCookies.find((line) => line.startsWith("own="))?.split(";")[0] ?? "",
});
const user = ({ body }: Visit) => (JSON.parse(body) as { user?: string }).user;
const namesOf = (header: string) => header.split("; ").map((pair) => pair.split("=")[0]!);

export function testForeign({ name, reader, header, wrong }: ForeignCase): void {
  for (const [kind, open] of Object.entries(stores)) {
    const over = (store: Store) => ({ store, readers: [reader], cookieName: "own", storeTimeout: 60 });

    test(`${name}, ${kind}: its session is this one's from the first request on, and its cookies are removed`, async (t) => {
      const { url, events } = await site(t, commonPages, over((await open())[0]));
      const cookie = await header(t, "bob");
      const first = await request(`${url}/show`, "GET", { cookie });
      assert.equal(user(first), "bob");
      const removed = namesOf(cookie).map((each) =>
        first.setCookies.some((line) => line.startsWith(`${each}=; Max-Age=0;`)),
      );
      assert.deepEqual(new Set(removed), new Set([true]));
      assert.equal(first.setCookies.length, 1 + namesOf(cookie).length);
      assert.deepEqual(events, [{ type: "session.adopted" }]);
      assert.equal(user(await request(`${url}/show`, "GET", fresh(first))), "bob");
    });

    test(`${name}, ${kind}: what is not to be trusted is nothing, and so is everything from until on`, async (t) => {
      const { url, clock } = await site(t, commonPages, over((await open())[0]));
      for (const cookie of await wrong(t)) {
        const visit = await request(`${url}/show`, "GET", { cookie });
        assert.deepEqual([visit.status, visit.body, visit.setCookies], [200, "{}", []], cookie.slice(0, 80));
      }
      const cookie = await header(t, "bob");
      clock.advance((reader.until.getTime() - clock.now()) / 1000);
      assert.equal((await request(`${url}/show`, "GET", { cookie })).body, "{}");
    });

    test(`${name}, ${kind}: an own session goes first, and signing out with the old cookie removes it`, async (t) => {
      const { url } = await site(t, commonPages, over((await open())[0]));
      const own = fresh(await request(`${url}/login?carol`)).cookie;
      const cookie = await header(t, "bob");
      assert.equal(user(await request(`${url}/show`, "GET", { cookie: `${own}; ${cookie}` })), "carol");
      const { setCookies } = await request(`${url}/logout`, "GET", { cookie });
      assert.equal(setCookies.length, namesOf(cookie).length);
    });

    if (reader.lacks) continue;

    test(`${name}, ${kind}: of twenty requests at once all have one session`, async (t) => {
      const processes = await Promise.all((await open()).map((store) => site(t, commonPages, over(store))));
      const cookie = await header(t, "bob");
      const visits = await Promise.all(
        Array.from({ length: 20 }, (_, i) => request(`${processes[i % 2]!.url}/show`, "GET", { cookie })),
      );
      for (const visit of visits) assert.equal(user(visit), "bob");
      if (!kind.startsWith("cookie")) assert.equal(new Set(visits.map((visit) => fresh(visit).cookie)).size, 1);
    });

    if (kind === "cookie") continue; // it lacks G3

    test(`${name}, ${kind}: the value is spent after a sign-out here, and after grace`, async (t) => {
      const { url, clock, events } = await site(t, commonPages, over((await open())[0]));
      for (const end of [true, false]) {
        const cookie = await header(t, "bob");
        const first = await request(`${url}/show`, "GET", { cookie });
        assert.equal(user(first), "bob");
        if (end) await request(`${url}/logout`, "GET", fresh(first));
        for (const seconds of [end ? 0 : 60, 86_400]) {
          clock.advance(seconds);
          assert.equal((await request(`${url}/show`, "GET", { cookie })).body, "{}", `${seconds} s later`);
          assert.deepEqual(events.at(-1), { type: "session.refused", reason: "adopted" });
        }
      }
    });
  }
}

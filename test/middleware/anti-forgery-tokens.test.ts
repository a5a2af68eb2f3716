import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { newKey } from "../../src/crypto/keys.ts";
import {
  antiForgeryToken,
  sessionToken,
  signedToken,
  type TokenStrategy,
  wrapAntiForgery,
} from "../../src/middleware/anti-forgery.ts";
import { text } from "../../src/response.ts";
import { stack } from "../../src/ring.ts";
import { wrapSession } from "../../src/session/wrap-session.ts";
import { cookieStore } from "../../src/stores/cookie.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { redisStore } from "../../src/stores/redis.ts";
import type { RedisClient } from "../../src/stores/redis-client.ts";
import { memoryRevocations } from "../../src/stores/revocations.ts";
import { barriers } from "../support/barriers.ts";
import { wholeFile } from "../support/ending.ts";
import { formsSite } from "../support/forms-site.ts";
import { singleClients } from "../support/redis-clients.ts";
import { noRedis, redisServer } from "../support/redis-server.ts";
import { requestMap } from "../support/request-map.ts";
import { request, type Visitor, visitor } from "../support/visitor.ts";

let redis: RedisClient;
let redisSites = 0;
const file = wholeFile();
before(async () => {
  if (noRedis === undefined) redis = await singleClients.redis!(file, await redisServer(file));
});

const stores = {
  memoryStore,
  cookieStore: () => cookieStore({ keys: newKey() }),
  "cookieStore with revocation": () => cookieStore({ keys: newKey(), revocation: memoryRevocations() }),
  redisStore: () => redisStore(redis, { prefix: `site-${redisSites++}:` }),
};

const strategies: Readonly<Record<string, () => TokenStrategy>> = {
  sessionToken,
  signedToken: () => signedToken({ keys: newKey() }),
};

/** The status of a post with this token, as by a browser that sends neither Origin nor Sec-Fetch-Site. */
const post = async (who: Visitor, token: string, path = "/do") =>
  (await who.post(path, { "x-csrf-token": token })).status;
const tokenOf = async (who: Visitor, path = "/token") => (await who.get(path)).body;

for (const [storeName, open] of Object.entries(stores)) {
  for (const [name, strategy] of Object.entries(strategies)) {
    describe(`${name} over ${storeName}`, { skip: storeName === "redisStore" ? noRedis : false }, () => {
      const forms: typeof formsSite = (t, ...rest) => formsSite(t, ...rest);
      const opened = async (t: Parameters<typeof formsSite>[0], more?: Parameters<typeof formsSite>[3]) => {
        const made = await forms(t, open(), strategy(), more);
        return { ...made, bob: visitor(made.url), eve: visitor(made.url) };
      };

      test("a signed-in visitor's token passes, again and again, and beside every change of his session", async (t) => {
        const { bob } = await opened(t);
        await bob.get("/login");
        const token = await tokenOf(bob);
        for (let i = 0; i < 3; i++) {
          assert.equal(await post(bob, token), 200);
          await bob.get("/count");
        }
        assert.equal(await post(bob, token), 200);
      });

      test("S96, F27: a token of one session fails in another, and in none", async (t) => {
        const { url, bob, eve, refused } = await opened(t);
        await bob.get("/login");
        await eve.get("/login");
        const token = await tokenOf(eve);
        assert.equal(await post(eve, token), 200);
        assert.equal(await post(bob, token), 403);
        assert.equal((await request(`${url}/do`, "POST", { "x-csrf-token": token })).status, 403);
        for (const { code, message } of refused) {
          assert.equal(code, "ERR_CSRF");
          assert.ok(!message.includes(token.slice(0, 16)), "no token in a message");
        }
      });

      test("S99, F1: a token dies with sign-in, recreate and sign-out", async (t) => {
        const { bob } = await opened(t);
        const tokens = [await tokenOf(bob)];
        for (const step of ["/count", "/recreate", "/login", "/recreate", "/logout"]) {
          await bob.get(step);
          const before = tokens.at(-1)!;
          assert.equal(await post(bob, before), step === "/count" ? 200 : 403, `after ${step}`);
          tokens.push(await tokenOf(bob));
          assert.equal(await post(bob, tokens.at(-1)!), 200);
        }
        await bob.get("/login");
        for (const token of tokens) assert.equal(await post(bob, token), 403);
      });

      test("a visitor without a session costs no record, and his sign-in form is protected", async (t) => {
        const { bob, eve, url, events } = await opened(t);
        assert.deepEqual((await bob.get("/plain")).setCookies, []);
        const page = await bob.get("/token");
        assert.match(page.setCookies.join(), /^anti-forgery-[\w-]{8}=[\w-]{22}; Path=\/; HttpOnly; SameSite=Lax$/);
        assert.equal(page.headers.get("cache-control"), "private, no-store");
        assert.deepEqual((await bob.get("/token")).setCookies, [], "once");
        assert.equal(await post(bob, page.body), 200);
        assert.deepEqual(events, []);
        await eve.get("/token");
        assert.equal(await post(eve, page.body), 403, "the token of another visitor's page: login CSRF");
        assert.equal((await request(`${url}/do`, "POST", { "x-csrf-token": page.body })).status, 403);
        assert.equal((await request(`${url}/do`, "POST")).status, 403, "and no token at all");
      });

      test("G1: pages that an anonymous visitor opens at the same time all hold", async (t) => {
        const points = barriers();
        const slow = async (request: Parameters<typeof antiForgeryToken>[0] & { readonly queryString: string }) => {
          await points.hold(request.queryString);
          return { body: antiForgeryToken(request) };
        };
        const { bob } = await opened(t, { more: { "/slow": slow } });
        const names = ["a", "b", "c"];
        const loading = names.map((each) => bob.get(`/slow?${each}`));
        await Promise.all(names.map((each) => points.held(each)));
        for (const each of names.toReversed()) points.release(each);
        const tokens = (await Promise.all(loading)).map(({ body }) => body);
        for (const token of tokens) assert.equal(await post(bob, token), 200);
        await bob.get("/count");
        for (const token of tokens) assert.equal(await post(bob, token), 200, "and in the session that then begins");
        await bob.get("/login");
        for (const token of tokens) assert.equal(await post(bob, token), 403, "until somebody signs in");
      });

      test("G1: pages that a signed-in visitor opens at the same time all hold, and write nothing", async (t) => {
        const { bob, events } = await opened(t);
        await bob.get("/login");
        const before = events.length;
        const pages = await Promise.all([1, 2, 3, 4].map(() => bob.get("/token")));
        for (const { body, setCookies } of pages) {
          assert.equal(await post(bob, body), 200);
          assert.deepEqual(setCookies, []);
        }
        assert.equal(events.length, before);
      });

      test("a page that begins, changes, recreates or ends the session in the same response has a token that holds", async (t) => {
        const { bob } = await opened(t);
        for (const page of [
          "/fresh-token",
          "/count-token",
          "/recreate-token",
          "/login-token",
          "/fresh-token",
          "/recreate-token",
          "/logout-token",
          "/recreate-token",
          "/login-token",
          "/logout-token",
          "/flash-token",
          "/login-token",
        ]) {
          const token = await tokenOf(bob, page);
          assert.equal(await post(bob, token), 200, page);
          await bob.get("/count");
          assert.equal(await post(bob, token), 200, page);
        }
        const eve = visitor((await opened(t)).url);
        assert.equal(await post(eve, await tokenOf(eve, "/login-token")), 200, "a visitor who never was here");
      });

      test("S99: what came with a sign-in dies with the next recreate, as all do", async (t) => {
        const { bob } = await opened(t);
        const token = await tokenOf(bob, "/login-token");
        await bob.get("/recreate");
        assert.equal(await post(bob, token), 403);
      });

      test("a handler that answers a fresh session loses no token, and a flash goes with one", async (t) => {
        const { bob } = await opened(t);
        await bob.get("/count");
        const token = await tokenOf(bob, "/fresh-token");
        assert.equal(await post(bob, token), 200);
        const beside = await tokenOf(bob, "/flash-token");
        assert.equal((await bob.get("/show")).body, '[{"brand":"new"},"saved"]');
        assert.equal(await post(bob, beside), 200);
      });
    });
  }
}

for (const [name, strategy] of Object.entries(strategies)) {
  describe(name, () => {
    test("S97, F27: the token is read from a form's field or a header, the first that is there, never from query or cookie", async (t) => {
      const { url, refused } = await formsSite(t, memoryStore(), strategy());
      const bob = visitor(url);
      const token = await tokenOf(bob);
      const wrong = token.replace(/^./, (first) => (first === "A" ? "B" : "A"));
      const send = async (
        fields: readonly (readonly [string, string])[],
        headers: Record<string, string> = {},
        query = "",
      ) => {
        const all = { cookie: bob.cookie(), "content-type": "application/x-www-form-urlencoded", ...headers };
        const body = new URLSearchParams(fields as [string, string][]).toString();
        return (await fetch(`${url}/do${query}`, { method: "POST", headers: all, body })).status;
      };
      const field = "__anti-forgery-token";
      assert.equal(await send([[field, token]]), 200);
      assert.equal(await send([], { "x-csrf-token": token }), 200);
      assert.equal(await send([], { "x-xsrf-token": token }), 200);
      assert.equal(await send([[field, token]], { "x-csrf-token": wrong, "x-xsrf-token": wrong }), 200);
      assert.equal(await send([[field, wrong]], { "x-csrf-token": token }), 403);
      assert.equal(await send([[field, ""]], { "x-csrf-token": token }), 403);
      assert.equal(await send([], { "x-csrf-token": wrong, "x-xsrf-token": token }), 403);
      assert.equal(await send([], { "x-csrf-token": "", "x-xsrf-token": token }), 403);
      assert.equal(
        await send([
          [field, token],
          [field, token],
        ]),
        403,
        "a field that came twice",
      );
      assert.match(refused.at(-1)!.message, /several times/);
      assert.equal(await send([], {}, `?${field}=${token}`), 403);
      assert.equal(await send([], { cookie: `${bob.cookie()}; ${field}=${token}; csrf-token=${token}` }), 403);
      assert.equal(await send([], { "csrf-token": token }), 403);
    });

    test("S100: a missing, empty or made-up token is never equal to a secret that is missing", async (t) => {
      const { url } = await formsSite(t, memoryStore(), strategy());
      const bob = visitor(url);
      const zeros = "A".repeat(64);
      for (const token of ["", " ", "undefined", "null", zeros, "A".repeat(107), "x".repeat(10_000), "%00", "é"]) {
        assert.equal((await request(`${url}/do`, "POST", { "x-csrf-token": token })).status, 403);
        for (const cookie of ["anti-forgery-AAAAAAAA=", "anti-forgery-=", `anti-forgery-AAAAAAAA=${"A".repeat(22)}`])
          assert.equal((await request(`${url}/do`, "POST", { "x-csrf-token": token, cookie })).status, 403);
      }
      await bob.get("/login");
      assert.equal(await post(bob, ""), 403);
      assert.equal((await bob.post("/do")).status, 403);
    });

    test("a header that says another site sent it refuses, whatever the token", async (t) => {
      const { url } = await formsSite(t, memoryStore(), strategy());
      const bob = visitor(url);
      const token = await tokenOf(bob);
      const with_ = async (headers: Record<string, string>) =>
        (await bob.post("/do", { "x-csrf-token": token, ...headers })).status;
      assert.equal(await with_({ origin: url }), 200);
      assert.equal(await with_({ "sec-fetch-site": "same-origin" }), 200);
      assert.equal(await with_({ origin: "https://evil.example" }), 403);
      assert.equal(await with_({ "sec-fetch-site": "same-site" }), 403);
      assert.equal((await bob.post("/do", { origin: url })).status, 403, "and a header alone is no token");
    });

    test("S98: a form's own token passes for its method and path alone, and makes no other", async (t) => {
      const { url } = await formsSite(t, memoryStore(), strategy());
      const bob = visitor(url);
      await bob.get("/login");
      const own = await tokenOf(bob, "/one-form");
      assert.equal(await post(bob, own, "/account/delete"), 200);
      assert.equal(await post(bob, own, "/account/delete?really=1"), 200);
      assert.equal(await post(bob, own, "/do"), 403);
      assert.equal(await post(bob, own, "/account/delete/"), 403);
      const put = await fetch(`${url}/account/delete`, {
        method: "PUT",
        headers: { cookie: bob.cookie(), "x-csrf-token": own },
      });
      assert.equal(put.status, 403);
      assert.equal(await post(bob, await tokenOf(bob), "/account/delete"), 200, "the page's token passes everywhere");
    });

    test("S95: no two tokens of a page are alike, and none has another's octets", async (t) => {
      const { url } = await formsSite(t, memoryStore(), strategy());
      const bob = visitor(url);
      await bob.get("/login");
      const tokens = await Promise.all(Array.from({ length: 20 }, () => tokenOf(bob)));
      const pieces = tokens.flatMap((token) => token.match(/.{8}/g)!);
      assert.equal(new Set(pieces).size, pieces.length);
    });

    test("a token asked for while the body streams is right for who has a session, and an error for who has nothing", async (t) => {
      const late = ({ antiForgery }: { readonly antiForgery: () => string }) => ({
        body: new ReadableStream<Uint8Array>(
          {
            pull(controller) {
              const said = ((): string => {
                try {
                  return antiForgery();
                } catch (error) {
                  return (error as { readonly code: string }).code;
                }
              })();
              controller.enqueue(new TextEncoder().encode(said));
              controller.close();
            },
          },
          { highWaterMark: 0 },
        ),
      });
      const { url } = await formsSite(t, memoryStore(), strategy(), {
        more: {
          "/late": late,
          "/late-recreate": (request) => ({ ...late(request), session: { user: "bob", n: 1 } }),
          "/both": (request) => {
            antiForgeryToken(request);
            return late(request);
          },
        },
      });
      const bob = visitor(url);
      assert.equal((await bob.get("/late")).body, "ERR_CSRF_TOKEN");
      assert.equal(await post(bob, await tokenOf(bob, "/both")), 200, "asked before, and again while it streams");
      assert.equal(await post(bob, await tokenOf(bob, "/late")), 200, "with a pre-session");
      await bob.get("/login");
      assert.equal(await post(bob, await tokenOf(bob, "/late")), 200, "with a session");
      assert.equal((await bob.get("/late-recreate")).body, "ERR_CSRF_TOKEN", "which the response may recreate");
    });

    test("a page with a token is for one visitor: it is not cached, unless it says private or no-store itself", async (t) => {
      const cached = (value: string) => (request: Parameters<typeof antiForgeryToken>[0]) => ({
        headers: { "Cache-Control": value },
        body: antiForgeryToken(request),
      });
      const { url } = await formsSite(t, memoryStore(), strategy(), {
        more: { "/public": cached("public, max-age=60"), "/private": cached("Private, max-age=60") },
      });
      const bob = visitor(url);
      await bob.get("/login");
      const said = async (path: string) => (await bob.get(path)).headers.get("cache-control");
      assert.equal(await said("/public"), "private, no-store");
      assert.equal(await said("/private"), "Private, max-age=60");
      assert.equal(await said("/token"), "private, no-store");
      assert.equal(await said("/plain"), null);
    });

    test("a WebSocket's handshake, which can have no token, is judged by its headers alone", async () => {
      const app = stack.use(wrapSession()).use(wrapAntiForgery({ strategy: strategy() }))(() => text("open"));
      const handshake = async (headers: Record<string, string>) =>
        (await app(requestMap("GET", "/", { headers: { upgrade: "websocket", ...headers } }))).status;
      assert.equal(await handshake({ origin: "http://localhost", cookie: "a=1" }), 200);
      assert.equal(await handshake({ origin: "http://evil.example", cookie: "a=1" }), 403);
      assert.equal(await handshake({ cookie: "a=1" }), 403);
    });

    test("withoutHeaders: refuse refuses a right token too; a bypass and a safe header need none", async (t) => {
      const options = { withoutHeaders: "refuse", bypass: ["POST /do"] } as const;
      const strict = await formsSite(t, memoryStore(), strategy(), { options });
      const bob = visitor(strict.url);
      const token = await tokenOf(bob);
      assert.equal(await post(bob, token, "/plain"), 403);
      assert.equal((await bob.post("/plain", { "x-csrf-token": token, origin: strict.url })).status, 200);
      assert.equal((await bob.post("/do")).status, 200);
      const { url } = await formsSite(t, memoryStore(), strategy(), { options: { safeHeader: "X-Ring-Anti-Forgery" } });
      assert.equal((await request(`${url}/do`, "POST", { "x-ring-anti-forgery": "1" })).status, 200);
      assert.equal((await request(`${url}/do`, "POST", { "x-ring-anti-forgery": "1", origin: "null" })).status, 403);
    });
  });
}

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { camePreSessions } from "../../src/anti-forgery/pre-session.ts";
import { newKey } from "../../src/crypto/keys.ts";
import {
  antiForgeryField,
  antiForgeryToken,
  sessionToken,
  signedToken,
  wrapAntiForgery,
} from "../../src/middleware/anti-forgery.ts";
import { text } from "../../src/response.ts";
import { type Handler, type ResponseMap, stack } from "../../src/ring.ts";
import { recreate } from "../../src/session/next.ts";
import { wrapSession } from "../../src/session/wrap-session.ts";
import { cookieJar } from "../../src/testing/cookie-jar.ts";
import { middlewareContract } from "../../src/testing/middleware-contract.ts";
import { requestMap } from "../support/request-map.ts";

const strategies = { sessionToken, signedToken: () => signedToken({ keys: newKey() }) };

function siteOf(strategy: keyof typeof strategies, more: Parameters<typeof wrapAntiForgery>[0] = {}): Handler {
  const wrap = wrapAntiForgery({ ...more, strategy: strategies[strategy]() });
  return stack.use(wrapSession()).use(wrap)((request) => {
    if (request.uri === "/plain") return text("done");
    if (request.uri === "/field") return text(antiForgeryField(request, { action: "/field" }));
    if (request.uri === "/begin") return { ...text("x"), session: { n: 1 } };
    if (request.uri === "/recreate") return { ...text("x"), session: recreate({ n: 1 }) };
    if (request.uri === "/end") return { ...text("x"), session: null };
    return text(antiForgeryToken(request));
  });
}

/** A browser on `https://example.com`, or under another scheme. */
function browser(app: Handler, scheme: "https" | "http" = "https") {
  const jar = cookieJar();
  const url = `${scheme}://example.com/`;
  const send = async (method: string, uri: string, headers: Record<string, string> = {}): Promise<ResponseMap> => {
    const cookie = jar.header(url);
    const all = { ...(cookie === "" ? {} : { cookie }), ...headers };
    const response = await app(requestMap(method, uri, { scheme, host: "example.com", headers: all }));
    jar.store([response.headers["set-cookie"] ?? []].flat(), url);
    return response;
  };
  return {
    jar,
    url,
    send,
    post: async (token: string) => (await send("POST", "/plain", { "x-csrf-token": token })).status,
  };
}

for (const strategy of ["sessionToken", "signedToken"] as const) {
  describe(strategy, () => {
    test("F31: on https the cookie is __Host-, Secure, HttpOnly and Lax, on http neither __Host- nor Secure; neither is read where the other belongs", async () => {
      const app = siteOf(strategy);
      const [https, http] = [browser(app), browser(app, "http")];
      const [secure, plain] = [await https.send("GET", "/token"), await http.send("GET", "/token")];
      const [line] = secure.headers["set-cookie"] as string[];
      assert.match(line!, /^__Host-anti-forgery-[\w-]{8}=[\w-]{22}; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
      assert.match(
        String(plain.headers["set-cookie"]),
        /^anti-forgery-[\w-]{8}=[\w-]{22}; Path=\/; HttpOnly; SameSite=Lax$/,
      );
      assert.equal(await https.post(String(secure.body)), 200);
      assert.equal(await http.post(String(plain.body)), 200);
      const planted = http.jar.header(http.url);
      const crossed = { cookie: planted, "x-csrf-token": String(plain.body) };
      const answer = await app(
        requestMap("POST", "/plain", { scheme: "https", host: "example.com", headers: crossed }),
      );
      assert.equal(answer.status, 403, "a cookie planted over plain http");
    });

    test("recreate and null remove the pre-sessions that came", async () => {
      for (const end of ["/recreate", "/end"]) {
        const bob = browser(siteOf(strategy));
        const token = String((await bob.send("GET", "/token")).body);
        await bob.send("GET", "/begin");
        assert.equal(await bob.post(token), 200);
        await bob.send("GET", end);
        assert.doesNotMatch(bob.jar.header(bob.url), /anti-forgery/);
        assert.equal(await bob.post(token), 403, end);
      }
    });

    test("once somebody has signed in, or was adopted, or said to be authenticated, no pre-session is believed", async () => {
      const wrap = wrapAntiForgery({ strategy: strategies[strategy]() });
      const until = new Date(Date.now() + 1e6);
      const old = { cookieName: "old", path: "/", domain: undefined, until };
      const readers = [{ ...old, read: (user: string) => ({ data: { user }, seed: Buffer.alloc(32, user) }) }];
      const app = stack.use(wrapSession({ readers })).use(wrap)((request) => {
        if (request.uri === "/in") return { ...text("x"), session: { user: "bob" } };
        if (request.uri === "/said")
          return { ...text("x"), session: recreate({ identity: "bob" }, { authenticated: true }) };
        return text(request.method === "GET" ? antiForgeryToken(request) : "done");
      });
      const page = await app(requestMap());
      const [planted] = String(page.headers["set-cookie"]).split(";");
      const token = String(page.body);
      const post = async (cookie: string) => {
        const headers = { cookie: `${cookie}; ${planted}`, "x-csrf-token": token };
        return (await app(requestMap("POST", "/", { headers }))).status;
      };
      assert.equal(await post("a=1"), 200);
      assert.equal(await post("old=bob"), 403, "adopted");
      for (const uri of ["/in", "/said"]) {
        const signedIn = await app(requestMap("GET", uri));
        assert.equal(await post(String(signedIn.headers["set-cookie"]).split(";")[0]!), 403, uri);
      }
    });

    test("a page's refusal has forms of its own, whose tokens hold", async () => {
      const app = siteOf(strategy, {
        onRefused: (error, request) =>
          text(antiForgeryToken(request as unknown as Parameters<typeof antiForgeryToken>[0]), error.status),
      });
      const bob = browser(app);
      const { status, body } = await bob.send("POST", "/plain");
      assert.equal(status, 403);
      assert.equal(await bob.post(String(body)), 200);
    });

    test("the field is a hidden input with the token, for this form", async () => {
      const bob = browser(siteOf(strategy));
      const { body } = await bob.send("GET", "/field");
      const [, token] = /^<input type="hidden" name="__anti-forgery-token" value="([\w-]+)">$/.exec(String(body))!;
      assert.equal((await bob.send("POST", "/field", { "x-csrf-token": token! })).status, 200);
      assert.equal(await bob.post(token!), 403);
    });

    test("an action that is no path of this site is an error", async () => {
      for (const action of ["", "x", "https://evil.example/", "//evil.example", 7, undefined]) {
        const app = stack.use(wrapSession()).use(wrapAntiForgery({ strategy: strategies[strategy]() }))((request) =>
          text(antiForgeryToken(request, { action: action as string })),
        );
        await assert.rejects(async () => app(requestMap()), { code: "ERR_OPTION", option: "action" });
      }
    });

    test("outside wrapSession, where the compiler was not asked, it says so", async () => {
      const app = wrapAntiForgery({ strategy: strategies[strategy]() })(() => text("x")) as unknown as Handler;
      const request = requestMap("POST", "/", { headers: { "x-csrf-token": "x" } });
      await assert.rejects(async () => app(request), { code: "ERR_OPTION", message: /wrapSession/ });
    });

    test("a file in the token's field, or a field of an object's prototype, is a refusal and no crash", async () => {
      const app = siteOf(strategy);
      const bob = browser(app);
      const token = String((await bob.send("GET", "/token")).body);
      const field = "__anti-forgery-token";
      const file = { filename: "x", contentType: "text/plain", size: 3 };
      const cookie = bob.jar.header(bob.url);
      const status = async (fields: Record<string, unknown>) => {
        const more = { scheme: "https", host: "example.com", headers: { cookie }, ...fields } as const;
        return (await app(requestMap("POST", "/plain", more))).status;
      };
      assert.equal(await status({ multipartParams: { [field]: token } }), 200);
      assert.equal(await status({ formParams: { [field]: token }, multipartParams: {} }), 200);
      assert.equal(await status({ formParams: { [field]: token }, multipartParams: { [field]: undefined } }), 200);
      for (const value of [file, [token], [token, token], null, 7, true, [file], Object.create(null)])
        assert.equal(await status({ multipartParams: { [field]: value }, formParams: { [field]: token } }), 403);
      for (const params of [null, "x", 7, Object.create({ [field]: token }), []])
        assert.equal(await status({ formParams: params }), 403);
    });

    describe("is a middleware", () => {
      for (const check of middlewareContract)
        test(check.name, () =>
          check.run(async () => {
            const middleware = wrapAntiForgery({ strategy: strategies[strategy]() });
            const wrap = stack.use(wrapSession()).use(middleware);
            const ask: Handler = wrap((request) => text(antiForgeryToken(request)));
            const page = await ask(requestMap());
            const [line] = page.headers["set-cookie"] as string[];
            const headers = { cookie: line!.slice(0, line!.indexOf(";")), "x-csrf-token": String(page.body) };
            return { wrap: wrap as never, request: () => requestMap("POST", "/", { headers }) };
          }),
        );
    });
  });
}

test("of a hostile Cookie header a few are looked at, and only such as were drawn", () => {
  const value = "A".repeat(22);
  const came = (cookie: string) => camePreSessions({ scheme: "http", headers: { cookie } });
  assert.equal(came(Array.from({ length: 500 }, (_, i) => `anti-forgery-${i}=${value}`).join("; ")).values.length, 16);
  for (const bad of ["", "x", "A".repeat(21), "A".repeat(23), `${"A".repeat(21)}B`, "é".repeat(22), "%41".repeat(22)])
    assert.deepEqual(came(`anti-forgery-1=${bad}`).values, bad === "%41".repeat(22) ? [value] : [], bad);
  assert.deepEqual(came(`x-anti-forgery-1=${value}; Anti-Forgery-1=${value}; a=anti-forgery-1`).values, []);
});

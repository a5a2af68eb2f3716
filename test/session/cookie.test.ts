import assert from "node:assert/strict";
import { test } from "node:test";
import { wrapCookies } from "../../src/cookies/wrap-cookies.ts";
import { text } from "../../src/response.ts";
import type { Handler, RequestMap } from "../../src/ring.ts";
import { stack } from "../../src/ring.ts";
import type { SessionEvent } from "../../src/session/events.ts";
import type { SessionOptions } from "../../src/session/options.ts";
import { type AnySession, wrapSession } from "../../src/session/wrap-session.ts";
import { commonPages, listen, site } from "../support/site.ts";
import { request, sessionCookie, visitor } from "../support/visitor.ts";

const given = (more: Partial<RequestMap>): RequestMap => ({
  method: "GET",
  scheme: "https",
  host: "example.com",
  uri: "/",
  queryString: "",
  headers: {},
  body: null,
  remoteAddress: undefined,
  signal: new AbortController().signal,
  ...more,
});

function app(options: SessionOptions<AnySession> = {}): Handler {
  return stack.use(wrapSession<AnySession>(options))(({ session, uri }) =>
    uri === "/set" ? { ...text("ok"), session: { n: 1 } } : text(JSON.stringify(session)),
  );
}

const setCookies = async (handler: Handler, more: Partial<RequestMap>) =>
  (await handler(given({ uri: "/set", ...more }))).headers["set-cookie"];

test("on https the cookie is __Host-session with Secure, HttpOnly, SameSite=Lax and Path=/, and goes with the browser", async () => {
  const [line] = (await setCookies(app(), {})) as string[];
  assert.match(line!, /^__Host-session=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
});

test("on http it is session, the same without Secure", async () => {
  const [line] = (await setCookies(app(), { scheme: "http", host: "localhost:3000" })) as string[];
  assert.match(line!, /^session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/);
});

test("neither name is read where the other belongs", async () => {
  const handler = app();
  const [line] = (await setCookies(handler, { scheme: "http", host: "localhost" })) as string[];
  const token = line!.slice("session=".length, line!.indexOf(";"));
  const read = async (scheme: "http" | "https", cookie: string) =>
    (await handler(given({ scheme, headers: { cookie } }))).body;
  assert.equal(await read("http", `session=${token}`), '{"n":1}');
  assert.equal(await read("https", `__Host-session=${token}`), '{"n":1}');
  assert.equal(await read("https", `session=${token}`), "{}");
  assert.equal(await read("http", `__Host-session=${token}`), "{}");
});

test("a name of one's own is used exactly, on both", async () => {
  const handler = app({ cookieName: "example-app-sessions", cookieAttrs: { domain: "example.com" } });
  for (const scheme of ["http", "https"] as const) {
    const [line] = (await setCookies(handler, { scheme })) as string[];
    assert.match(
      line!,
      /^example-app-sessions=[\w-]{43}; Domain=example\.com; Path=\/; HttpOnly;( Secure;)? SameSite=Lax$/,
    );
  }
});

test("in production a session over plain http is refused, but for loopback, or when one insists", async (t) => {
  const before = process.env.NODE_ENV;
  t.after(() => {
    if (before === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = before;
  });
  process.env.NODE_ENV = "production";
  const secured = app();
  const loose = app({ insecure: true });
  const strict = (more: Partial<RequestMap>) => secured(given({ scheme: "http", uri: "/set", ...more }));
  await assert.rejects(async () => strict({}), {
    code: "ERR_INSECURE_SCHEME",
    message: /trustProxy/,
  });
  for (const host of ["example.com.localhost.evil.com", "127.0.0.1.evil.com", "localhost.evil.com", ""]) {
    await assert.rejects(async () => strict({ host }), { code: "ERR_INSECURE_SCHEME" }, host);
  }
  const cookie = `session=${"A".repeat(43)}`;
  await assert.rejects(async () => strict({ uri: "/", headers: { cookie } }), { code: "ERR_INSECURE_SCHEME" });
  assert.equal((await strict({ uri: "/" })).status, 200, "a health check that has and gets no session");
  for (const host of ["localhost", "localhost:3000", "app.localhost", "127.0.0.1:8080", "[::1]:3000", "LOCALHOST"]) {
    assert.equal((await strict({ host })).status, 200, host);
  }
  assert.equal((await strict({ scheme: "https" })).status, 200);
  assert.equal((await loose(given({ scheme: "http", uri: "/set" }))).status, 200);
});

test("a cookie that the browser will not keep is told with its reason", async () => {
  const events: SessionEvent[] = [];
  const tell = { onEvent: (event: SessionEvent) => void events.push(event) };
  const reasons = async (options: SessionOptions<AnySession>, more: Partial<RequestMap>) => {
    await setCookies(app({ ...options, ...tell }), more);
    return events.splice(0).flatMap((event) => (event.type === "cookie.undeliverable" ? event.reason : []));
  };
  const secure = { cookieName: "s", cookieAttrs: { secure: true } };
  assert.deepEqual(await reasons(secure, { scheme: "http" }), ["secure-over-http"]);
  assert.deepEqual(await reasons(secure, { scheme: "http", host: "localhost:3000" }), []);
  const domain = { cookieName: "s", cookieAttrs: { domain: "example.com" } };
  assert.deepEqual(await reasons(domain, { host: "other.com" }), ["domain-mismatch"]);
  assert.deepEqual(await reasons(domain, { host: "notexample.com" }), ["domain-mismatch"]);
  assert.deepEqual(await reasons(domain, { host: "app.EXAMPLE.com:8443" }), []);
});

test("wrapSession finds its own cookie with wrapCookies outside, inside, or without", async (t) => {
  const page = () => ({ ...text("ok"), session: { n: 1 }, cookies: { theme: "dark" } });
  for (const handler of [
    stack.use(wrapCookies()).use(wrapSession<AnySession>())(page),
    stack.use(wrapSession<AnySession>()).use(wrapCookies())(page),
  ]) {
    const { url } = await listen(t, handler);
    const names = (await request(url)).setCookies.map((line) => line.split("=")[0]);
    assert.deepEqual(names.sort(), ["session", "theme"]);
  }
});

test("a handler that sets a cookie under the session's name is refused, and nothing is stored", async (t) => {
  const inside = stack.use(wrapSession<AnySession>()).use(wrapCookies())(() => ({
    ...text("x"),
    session: { n: 1 },
    cookies: { session: "mine" },
  }));
  const outside = stack.use(wrapCookies()).use(wrapSession<AnySession>())(() => ({
    ...text("x"),
    session: { n: 1 },
    cookies: { session: "mine" },
  }));
  const bare = stack.use(wrapSession<AnySession>())(() => ({
    ...text("x"),
    headers: { "set-cookie": "session=mine" },
    session: { n: 1 },
  }));
  for (const handler of [inside, outside, bare]) {
    const { url, errors } = await listen(t, handler);
    const { status, setCookies: lines } = await request(url);
    assert.deepEqual([status, lines], [500, []]);
    assert.equal((errors[0] as { code: string }).code, "ERR_COOKIE_NAME");
  }
});

test("no cookie header, however long or odd, throws, hides the session or opens another's", async (t) => {
  const signedIn = stack.use(wrapCookies()).use(wrapSession<AnySession>())(({ session, uri }) =>
    uri === "/login" ? { ...text("ok"), session: { user: "bob" } } : text(JSON.stringify(session)),
  );
  const { url } = await listen(t, signedIn, 1 << 20);
  const token = sessionCookie(await request(`${url}/login`))!;
  const own = `session=${token}`;
  const pairs = (count: number) => Array.from({ length: count }, (_, i) => `k${i}=${i}`).join("; ");
  const keeps: Record<string, string> = {
    "64 KiB before it": `${"x".repeat(65_536)}=1; ${own}`,
    "64 KiB of value before it": `big=${"x".repeat(65_536)}; ${own}`,
    "10 000 pairs before it": `${pairs(10_000)}; ${own}`,
    "10 000 pairs after it": `${own}; ${pairs(10_000)}`,
    "64 KiB of semicolons": `${";".repeat(65_536)}${own}`,
    "64 KiB of equals": `${"=".repeat(65_536)}; ${own}`,
    "64 KiB of quotes": `${'"'.repeat(65_536)}; ${own}`,
    "64 KiB of spaces": `a=b;${" ".repeat(65_536)}${own}`,
    "bad percent signs": `a=%; b=%zz; %=%; c=%ff%fe; ${own}`,
    "prototype names": `__proto__=1; constructor=2; toString=3; ${own}`,
    "itself twice": `${own}; ${own}`,
    "names that contain it": `xsession=1; session2=2; ${own}; SESSION=3`,
  };
  for (const [what, cookie] of Object.entries(keeps)) {
    const { status, body } = await request(url, "GET", { cookie });
    assert.deepEqual([status, body], [200, '{"user":"bob"}'], what);
  }
  const drops: Record<string, string> = {
    forged: "session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    truncated: own.slice(0, -1),
    lengthened: `${own}A`,
    quoted: `session="${token}"`,
    "percent-encoded": `session=%${token.charCodeAt(0).toString(16)}${token.slice(1)}`,
    "percent-encoded name": `%73ession=${token}`,
    "no-break space before it": `a=b;\u00a0${own}`,
    comma: `a=b, ${own}`,
    "space inside": `session=${token.slice(0, 5)} ${token.slice(5)}`,
  };
  for (const [what, cookie] of Object.entries(drops)) {
    const { status, body, setCookies: lines } = await request(url, "GET", { cookie });
    assert.deepEqual([status, body, lines], [200, "{}", []], what);
  }
});

test("a token is a new one for each session, and nothing of the visitor is in it", async (t) => {
  const { url } = await site(t, commonPages);
  const tokens = new Set<string>();
  for (let i = 0; i < 50; i++) {
    const bob = visitor(url);
    await bob.get("/login");
    tokens.add(bob.cookie());
  }
  assert.equal(tokens.size, 50);
});

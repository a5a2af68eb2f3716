import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { keyRing, newKey } from "../../src/crypto/keys.ts";
import { recreate } from "../../src/session/next.ts";
import { cookieStore } from "../../src/stores/cookie.ts";
import { memoryRevocations } from "../../src/stores/revocations.ts";
import { judgeStore } from "../../src/testing/store-contract.ts";
import { barriers } from "../support/barriers.ts";
import { commonPages, type Pages, site } from "../support/site.ts";
import { request, sessionCookie, visitor } from "../support/visitor.ts";

const keys = keyRing(newKey());
const cookie = (value: string | undefined, name = "session") => ({ cookie: `${name}=${value}` });
const signIn = async (url: string) => sessionCookie(await request(`${url}/login`))!;
const show = async (url: string, value: string) => (await request(`${url}/show`, "GET", cookie(value))).body;

test("the store contract: each lack is declared and shown, everything else holds", async () => {
  const without = await judgeStore(() => cookieStore({ keys: newKey() }));
  const states = (verdicts: typeof without) =>
    Object.fromEntries(verdicts.map(({ guarantee, state }) => [guarantee, state]));
  const lacking = { G1: "lacking", G4: "lacking", G5: "lacking" };
  assert.deepEqual(states(without), { G2: "held", G6: "held", G9: "held", G3: "lacking", ...lacking });
  const revoking = await judgeStore(() => cookieStore({ keys: newKey(), revocation: memoryRevocations() }));
  assert.deepEqual(states(revoking), { G2: "held", G3: "held", G6: "held", G9: "held", ...lacking });
  for (const reason of Object.values(cookieStore({ keys }).lacks!)) assert.ok(reason.length > 40);
});

test("the page's options: cookieName, and maxAge over the safe attributes, not in their place", async (t) => {
  const store = cookieStore({ keys });
  const { url } = await site(t, commonPages, { store, cookieName: "example-app-sessions", maxAge: 10 });
  const [line] = (await request(`${url}/login`)).setCookies;
  assert.match(line!, /^example-app-sessions=[\w-]+; Max-Age=10; Path=\/; HttpOnly; SameSite=Lax$/);
  const { url: other } = await site(t, commonPages, {
    store: cookieStore({ keys }),
    cookieAttrs: { sameSite: "strict" },
  });
  assert.match((await request(`${other}/login`)).setCookies[0]!, /; Path=\/; HttpOnly; SameSite=Strict$/);
});

test("nothing of the session is readable in the cookie, and two of the same session share nothing", async (t) => {
  const { url } = await site(t, commonPages, { store: cookieStore({ keys }) });
  const [one, two] = [await signIn(url), await signIn(url)];
  assert.equal(Buffer.from(one, "base64url").includes("bob"), false);
  assert.equal(await show(url, one), '{"user":"bob"}');
  assert.notEqual(one.slice(45, 60), two.slice(45, 60));
});

test("anonymous: no cookie. Unchanged: none either. Changed: one, at most once per refresh for the clock alone", async (t) => {
  const { url, clock } = await site(t, commonPages, { store: cookieStore({ keys }) });
  const bob = visitor(url, clock.now);
  assert.deepEqual((await bob.get("/show")).setCookies, []);
  assert.equal((await bob.get("/login")).setCookies.length, 1);
  for (let i = 0; i < 3; i++) assert.deepEqual((await bob.get("/show")).setCookies, []);
  assert.deepEqual((await bob.get("/login")).setCookies, [], "the same value again is no change");
  clock.advance(60);
  const [line, ...others] = (await bob.get("/show")).setCookies;
  assert.match(line!, /^session\.used=[\w-]{98}; Path=\/; HttpOnly; SameSite=Lax$/);
  assert.deepEqual(others, []);
  assert.deepEqual((await bob.get("/show")).setCookies, []);
  assert.match((await bob.get("/count")).setCookies[0]!, /^session=/);
});

test("a copied cookie dies on time: idle and absolute limits hold on the server's clock", async (t) => {
  const { url, clock, events } = await site(t, commonPages, { store: cookieStore({ keys }) });
  const copy = await signIn(url);
  const bob = visitor(url, clock.now);
  await bob.get("/login");
  clock.advance(1859);
  assert.equal(await show(url, copy), '{"user":"bob"}');
  clock.advance(1);
  assert.equal(await show(url, copy), "{}");
  assert.deepEqual(events.at(-1), { type: "session.refused", reason: "expired-idle" });
  clock.advance(-1);
  for (let age = 1859; age < 43_000; age += 900) {
    assert.equal((await bob.get("/show")).body, '{"user":"bob"}', `active, at the age of ${age} s`);
    clock.advance(900);
  }
  clock.advance(600);
  assert.equal((await bob.get("/show")).body, "{}");
  assert.deepEqual(events.at(-1), { type: "session.refused", reason: "expired-absolute" });
});

test("a limit that is raised later revives nothing, and a clock cookie of another session moves nothing", async (t) => {
  const short = await site(t, commonPages, { store: cookieStore({ keys }), timeout: 600 });
  const long = await site(t, commonPages, { store: cookieStore({ keys }), timeout: 3600 });
  const copy = await signIn(short.url);
  long.clock.advance(1000);
  assert.equal(await show(long.url, copy), "{}");
  assert.deepEqual(long.events.at(-1), { type: "session.refused", reason: "expired-idle" });

  const { url, clock } = await site(t, commonPages, { store: cookieStore({ keys }) });
  const [alice, bob] = [visitor(url, clock.now), visitor(url, clock.now)];
  await alice.get("/login?alice");
  await bob.get("/login?bob");
  const idle = bob.cookie();
  clock.advance(1000);
  await alice.get("/show");
  const used = alice
    .cookie()
    .split("; ")
    .find((pair) => pair.startsWith("session.used="));
  clock.advance(1000);
  assert.equal((await request(`${url}/show`, "GET", { cookie: `${idle}; ${used}` })).body, "{}");
  assert.equal((await alice.get("/show")).body, '{"user":"alice"}');
});

test("a reader that restarts the idle clock undoes no write, whichever answer arrives last", async (t) => {
  const points = barriers();
  const pages: Pages = {
    ...commonPages,
    "/slow-show": async ({ session }) => {
      await points.hold("reader");
      return { body: JSON.stringify(session) };
    },
  };
  const { url, clock } = await site(t, pages, { store: cookieStore({ keys }) });
  const bob = visitor(url, clock.now);
  await bob.get("/login");
  clock.advance(120);
  const reader = bob.get("/slow-show");
  await points.held("reader");
  await bob.get("/count");
  points.release("reader");
  assert.match((await reader).setCookies.join(), /^session\.used=/);
  assert.deepEqual(JSON.parse((await bob.get("/show")).body), { user: "bob", n: 1 });
});

test("key rotation: what an old key sealed is sealed anew with the first key, and a removed key opens nothing", async (t) => {
  const [older, newest] = [newKey(), newKey()];
  const before = await site(t, commonPages, { store: cookieStore({ keys: older }) });
  const during = await site(t, commonPages, { store: cookieStore({ keys: [newest, older] }) });
  const after = await site(t, commonPages, { store: cookieStore({ keys: newest }) });
  const old = await signIn(before.url);
  const visit = await request(`${during.url}/show`, "GET", cookie(old));
  assert.equal(visit.body, '{"user":"bob"}');
  const fresh = sessionCookie(visit)!;
  assert.equal(await show(after.url, fresh), '{"user":"bob"}');
  assert.deepEqual((await request(`${during.url}/show`, "GET", cookie(fresh))).setCookies, [], "once is enough");
  assert.equal(await show(after.url, old), "{}");
  assert.deepEqual(after.events.at(-1), { type: "session.refused", reason: "unknown" });
});

test("forged, swapped, of another purpose, future, junk: an empty session, no throw, one reason each as an event", async (t) => {
  const { url, events, errors, clock } = await site(t, commonPages, { store: cookieStore({ keys }) });
  const other = await site(t, commonPages, { store: cookieStore({ keys }), cookieName: "other" });
  const value = await signIn(url);
  const foreign = (await request(`${other.url}/login`)).setCookies[0]!.slice("other=".length).split(";")[0]!;
  const bob = visitor(url, clock.now);
  await bob.get("/login");
  clock.advance(60);
  const clockValue = (await bob.get("/show")).setCookies[0]!.slice("session.used=".length).split(";")[0]!;
  const ahead = await site(t, commonPages, { store: cookieStore({ keys }) });
  ahead.clock.advance(60 + 61);
  const future = await signIn(ahead.url);
  const flipped = Buffer.from(value, "base64url");
  flipped[100]! ^= 1;
  const cases: Array<[string, string]> = [
    [foreign, "forged"],
    [flipped.toString("base64url"), "forged"],
    [clockValue, "forged"],
    [future, "future"],
    [Buffer.from(value, "base64url").subarray(0, -3).toString("base64url"), "forged"],
    [value.slice(0, 40), "malformed"],
    ["--", "malformed"],
    ["----", "malformed"],
    [`!${value}`, "malformed"],
    [createHash("sha256").update("x").digest("base64url"), "malformed"],
    [`2.AAAA.${value}`, "mixed"],
  ];
  for (const [bad, reason] of cases) {
    const visit = await request(`${url}/show`, "GET", cookie(bad));
    assert.deepEqual([visit.status, visit.body, visit.setCookies], [200, "{}", []], bad.slice(0, 20));
    assert.deepEqual(events.at(-1), { type: "session.refused", reason }, bad.slice(0, 20));
  }
  assert.deepEqual(errors, []);
});

test("truncated at every length and a megabyte of junk: refused by the store itself, never a throw", async () => {
  const store = cookieStore({ keys });
  const limits = { timeout: 1800, absolute: 43_200, refresh: 60, grace: 60 };
  const context = { now: 1e12, limits, emit: () => {}, cookieName: "session" };
  const draft = {
    data: new Map([['"user"', '"bob"']]),
    slots: new Map(),
    subject: "bob",
    authenticatedAt: 1e12,
    persist: 60,
  };
  const token = await store.create(draft, context);
  for (let length = 0; length < token.length; length++) {
    assert.ok("refused" in (await store.read(token.slice(0, length), context)), `${length} characters`);
  }
  for (const junk of ["A".repeat(1_000_000), `${token}~${"A".repeat(1_000_000)}`.slice(1), "~", "~~"]) {
    assert.ok("refused" in (await store.read(junk, context)));
  }
  const read = await store.read(`${token}~junk`, context);
  assert.ok("record" in read && read.record.usedAt === 1e12, "a clock that does not open is no clock");
});

test("over 3900 octets a session travels in several cookies, left-overs are removed, and past maxSize it is refused", async (t) => {
  const pages: Pages = {
    ...commonPages,
    "/fill": ({ session, queryString }) => ({
      session: { ...session, fill: "x".repeat(Number(queryString)), small: 1 },
    }),
  };
  const { url, clock, errors } = await site(t, pages, { store: cookieStore({ keys }) });
  const bob = visitor(url, clock.now);
  await bob.get("/login");
  const filled = await bob.get("/fill?4000");
  assert.deepEqual(
    filled.setCookies.map((line) => line.slice(0, line.indexOf("="))),
    ["session", "session.1"],
  );
  for (const line of filled.setCookies) assert.ok(line.length < 4096);
  assert.equal(JSON.parse((await bob.get("/show")).body).fill.length, 4000);
  const refused = await bob.get("/fill?6000");
  assert.deepEqual([refused.status, refused.setCookies], [500, []]);
  const { code, message } = errors.at(-1) as { code: string; message: string };
  assert.equal(code, "ERR_SESSION_SIZE");
  assert.match(message, /7168 are allowed; its largest keys: fill \(6002\), user \(5\), small \(1\)/);
  assert.equal(JSON.parse((await bob.get("/show")).body).fill.length, 4000, "the session before it is not lost");
  const shrunk = await bob.get("/fill?10");
  assert.match(shrunk.setCookies[1]!, /^session\.1=; Max-Age=0; /);
  assert.equal(bob.cookie().includes("session.1"), false);
  assert.equal(JSON.parse((await bob.get("/show")).body).fill.length, 10);
  await bob.get("/fill?4000");
  assert.equal((await bob.get("/logout")).setCookies.length, 2);
  assert.equal(bob.cookie(), "");
});

test("a session that begins too large is refused too, and nothing is sent", async (t) => {
  const store = cookieStore({ keys, maxSize: 512 });
  const { url, errors } = await site(t, { "/": () => ({ session: { a: "x".repeat(999) } }) }, { store });
  const visit = await request(url);
  assert.deepEqual([visit.status, visit.setCookies], [500, []]);
  assert.equal((errors[0] as { code: string }).code, "ERR_SESSION_SIZE");
});

test("compressed, a session of repetitions takes less, one without is left as it is, and both readers read both", async (t) => {
  const pages: Pages = { ...commonPages, "/fill": () => ({ session: { fill: "abcdefgh".repeat(300) } }) };
  const plain = await site(t, pages, { store: cookieStore({ keys }) });
  const compressed = await site(t, pages, { store: cookieStore({ keys, compress: true }) });
  const [long, short] = [await request(`${plain.url}/fill`), await request(`${compressed.url}/fill`)];
  assert.ok(sessionCookie(short)!.length * 10 < sessionCookie(long)!.length);
  assert.ok((await signIn(compressed.url)).length <= (await signIn(plain.url)).length);
  for (const visit of [long, short]) {
    for (const { url } of [plain, compressed])
      assert.equal(JSON.parse(await show(url, sessionCookie(visit)!)).fill.length, 2400);
  }
});

for (const way of ["logout", "renew", "sign-in"]) {
  test(`with revocation a copy from before a ${way} is dead, for requests in flight too`, async (t) => {
    const points = barriers();
    const pages: Pages = {
      ...commonPages,
      "/renew": ({ session }) => ({ session: recreate(session) }),
      "/sign-in": ({ session }) => ({ session: { ...session, user: "carol" } }),
      "/slow": async ({ session }) => {
        await points.hold("slow");
        return { session: { ...session, late: true } };
      },
    };
    const store = cookieStore({ keys, revocation: memoryRevocations() });
    const { url, events } = await site(t, pages, { store });
    const bob = visitor(url);
    await bob.get("/login");
    const copy = bob.cookie();
    const slow = bob.get("/slow");
    await points.held("slow");
    await bob.get(`/${way}`);
    points.release("slow");
    assert.deepEqual((await slow).setCookies, [], "no cookie that could sign out a login that was faster");
    assert.equal((await request(`${url}/show`, "GET", { cookie: copy })).body, "{}");
    const reason = way === "logout" ? "revoked" : "recreated";
    assert.deepEqual(events.at(-1), { type: "session.refused", reason });
    assert.equal("late" in JSON.parse((await bob.get("/show")).body), false);
  });
}

test("without revocation a copy outlives the log-out until its limit: the declared lack, shown", async (t) => {
  const { url, clock } = await site(t, commonPages, { store: cookieStore({ keys }) });
  const bob = visitor(url, clock.now);
  await bob.get("/login");
  const copy = bob.cookie();
  await bob.get("/logout");
  assert.equal(bob.cookie(), "");
  assert.equal((await request(`${url}/show`, "GET", { cookie: copy })).body, '{"user":"bob"}');
  clock.advance(1860);
  assert.equal((await request(`${url}/show`, "GET", { cookie: copy })).body, "{}");
});

test("recreate with endOthers ends the subject's other sessions and keeps this one", async (t) => {
  const pages: Pages = {
    ...commonPages,
    "/password": ({ session }) => ({ session: recreate(session, { endOthers: true }) }),
  };
  const store = cookieStore({ keys, revocation: memoryRevocations() });
  const { url } = await site(t, pages, { store });
  const [here, there, alice] = [visitor(url), visitor(url), visitor(url)];
  await Promise.all([here.get("/login"), there.get("/login"), alice.get("/login?alice")]);
  const copy = here.cookie();
  await here.get("/password");
  const users = await Promise.all(
    [here, there, alice].map(async (each) => JSON.parse((await each.get("/show")).body).user),
  );
  assert.deepEqual(users, ["bob", undefined, "alice"]);
  assert.equal((await request(`${url}/show`, "GET", { cookie: copy })).body, "{}");
  await there.get("/login");
  assert.equal((await there.get("/show")).body, '{"user":"bob"}', "a sign-in afterwards is none of those ended");
});

test("a broken revocation store is a 503 with the cookie untouched, never a session that passes", async (t) => {
  const broken = { ...memoryRevocations(), look: () => Promise.reject(new Error("down")) };
  const sound = await site(t, commonPages, { store: cookieStore({ keys, revocation: memoryRevocations() }) });
  const { url, events } = await site(t, commonPages, { store: cookieStore({ keys, revocation: broken }) });
  const value = await signIn(sound.url);
  for (const path of ["/show", "/logout", "/count"]) {
    const visit = await request(url + path, "GET", cookie(value));
    assert.deepEqual([visit.status, visit.setCookies], [503, []]);
  }
  assert.deepEqual(events.at(-1), { type: "store.failed", code: "ERR_STORE_UNAVAILABLE" });
});

test("an option that cannot be throws when the store is made, with its name", () => {
  const bad: Array<[Record<string, unknown>, string]> = [
    [{ keys: "short" }, "keys[0]"],
    [{ maxSize: 100 }, "maxSize"],
    [{ maxSize: 9000 }, "maxSize"],
    [{ compress: "yes" }, "compress"],
    [{ revocation: {} }, "revocation"],
    [{ key: newKey() }, "key"],
  ];
  for (const [options, option] of bad) {
    assert.throws(() => cookieStore({ keys, ...options }), { code: "ERR_OPTION", option });
  }
});

test("a write restarts the idle clock, before a refresh is due too; an older clock moves nothing", async (t) => {
  const { url, clock } = await site(t, commonPages, { store: cookieStore({ keys }) });
  const bob = visitor(url, clock.now);
  await bob.get("/login");
  clock.advance(100);
  await bob.get("/show"); // a clock of its own
  const used = bob
    .cookie()
    .split("; ")
    .find((pair) => pair.startsWith("session.used="))!;
  clock.advance(30);
  await bob.get("/count");
  const written = bob
    .cookie()
    .split("; ")
    .find((pair) => pair.startsWith("session="))!;
  clock.advance(1850);
  assert.equal(JSON.parse((await request(`${url}/show`, "GET", { cookie: `${written}; ${used}` })).body).user, "bob");
});

test("an old key and a due clock at once: sealed anew, once, with the clock in it", async (t) => {
  const [older, newest] = [newKey(), newKey()];
  const before = await site(t, commonPages, { store: cookieStore({ keys: older }) });
  const after = await site(t, commonPages, { store: cookieStore({ keys: [newest, older] }) });
  const value = await signIn(before.url);
  after.clock.advance(120);
  const visit = await request(`${after.url}/show`, "GET", cookie(value));
  assert.deepEqual(
    visit.setCookies.map((line) => line.split("=")[0]),
    ["session"],
  );
  after.clock.advance(1800);
  assert.equal(await show(after.url, sessionCookie(visit)!), '{"user":"bob"}');
});

test("a session that no longer fits is read and ended under its old key, without an error", async (t) => {
  const [older, newest] = [newKey(), newKey()];
  const pages: Pages = {
    ...commonPages,
    "/fill": ({ session }) => ({ session: { ...session, fill: "x".repeat(1500) } }),
  };
  const before = await site(t, pages, { store: cookieStore({ keys: older }) });
  const after = await site(t, pages, { store: cookieStore({ keys: [newest, older], maxSize: 512 }) });
  const bob = visitor(before.url);
  await bob.get("/login");
  await bob.get("/fill");
  const headers = { cookie: bob.cookie() };
  for (const seconds of [0, 120]) {
    after.clock.advance(seconds);
    const visit = await request(`${after.url}/show`, "GET", headers);
    assert.deepEqual([visit.status, JSON.parse(visit.body).user], [200, "bob"]);
  }
  assert.match((await request(`${after.url}/logout`, "GET", headers)).setCookies[0]!, /^session=; Max-Age=0/);
});

test("the size counts the clock that a later read adds, so the header never passes maxSize", async (t) => {
  const pages: Pages = {
    ...commonPages,
    "/fill": ({ queryString }) => ({ session: { fill: "x".repeat(Number(queryString)) } }),
  };
  const { url, clock } = await site(t, pages, { store: cookieStore({ keys, maxSize: 700 }) });
  const bob = visitor(url, clock.now);
  let length = 200;
  while ((await bob.get(`/fill?${length}`)).status === 200) length++;
  assert.equal(JSON.parse((await bob.get("/show")).body).fill.length, length - 1);
  clock.advance(120);
  await bob.get("/show");
  assert.ok(bob.cookie().includes("session.used=") && bob.cookie().length <= 700);
  assert.ok(bob.cookie().length > 690, "and it is not far from it");
});

test("a clock that this server did not seal is told, and counts for nothing", async (t) => {
  const { url, events } = await site(t, commonPages, { store: cookieStore({ keys }) });
  const value = await signIn(url);
  for (const used of ["x", value, "A".repeat(98)]) {
    const { body } = await request(`${url}/show`, "GET", { cookie: `session=${value}; session.used=${used}` });
    assert.equal(body, '{"user":"bob"}');
    assert.deepEqual(events.at(-1), { type: "cookie.ignored" });
  }
});

test("a jar that comes from cookieStore is no obstacle to memoryStore", async (t) => {
  const { url } = await site(t, commonPages, {});
  const login = await request(`${url}/login`, "GET", { cookie: "session=old; session.used=x; session.1=y" });
  const names = login.setCookies.map((line) => line.slice(0, line.indexOf("=")));
  assert.deepEqual(names, ["session", "session.1", "session.used"]);
  const headers = { cookie: `session=${sessionCookie(login)}; session.used=x` };
  assert.equal((await request(`${url}/show`, "GET", headers)).body, '{"user":"bob"}');
});

test("a handler may not set a cookie under any of the session's names", async (t) => {
  const pages: Pages = { "/": ({ queryString }) => ({ headers: { "set-cookie": `${queryString}=x` } }) };
  const { url, errors } = await site(t, pages, { store: cookieStore({ keys }) });
  for (const name of ["session", "session.1", "session.used"]) {
    assert.equal((await request(`${url}/?${name}`)).status, 500);
    assert.equal((errors.at(-1) as { code: string }).code, "ERR_COOKIE_NAME");
  }
  assert.equal((await request(`${url}/?sessions`)).status, 200);
});

test("text that is no UTF-8, quotes and brackets in a subject: the session lives by its limits like any other", async (t) => {
  for (const user of ["\ud800", 'O"Brien', "[{".repeat(150)]) {
    const pages: Pages = {
      ...commonPages,
      "/in": ({ session }) => ({ session: { ...session, user, note: "[".repeat(300) } }),
    };
    const { url, clock } = await site(t, pages, { store: cookieStore({ keys }) });
    const visits = visitor(url, clock.now);
    await visits.get("/in");
    for (let age = 0; age < 43_000; age += 900) {
      await visits.get("/count");
      clock.advance(900);
    }
    assert.equal(JSON.parse((await visits.get("/show")).body).user, undefined, "past the absolute limit");
  }
});

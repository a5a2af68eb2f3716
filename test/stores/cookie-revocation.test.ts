/** `cookieStore` with revocation: what ended stays ended, whatever copies, limits and requests in flight there are. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { keyRing, newKey } from "../../src/crypto/keys.ts";
import { endSessions } from "../../src/session/end-sessions.ts";
import { recreate } from "../../src/session/next.ts";
import { cookieStore } from "../../src/stores/cookie.ts";
import { memoryRevocations, type Revocations } from "../../src/stores/revocations.ts";
import { barriers } from "../support/barriers.ts";
import { commonPages, type Pages, site } from "../support/site.ts";
import { request, visitor } from "../support/visitor.ts";

const keys = keyRing(newKey());
const DAY = 86_400;
const revoking = (revocation: Revocations = memoryRevocations()) => cookieStore({ keys, revocation });
const pages: Pages = {
  ...commonPages,
  "/renew": ({ session }) => ({ session: recreate(session) }),
  "/remember": ({ session }) => ({ session: recreate(session, { persist: 30 * DAY }) }),
  "/others": ({ session, queryString }) => ({
    session: recreate({ ...session, fill: "x".repeat(Number(queryString)) }, { endOthers: true }),
  }),
  "/set": ({ session }) => ({ session: { ...session, n: 1 } }),
};
const show = async (url: string, cookie: string) => (await request(`${url}/show`, "GET", { cookie })).body;

test("a sign-out that raced 'remember me' ends that session for all its thirty days", async (t) => {
  const points = barriers();
  const held: Pages = {
    ...pages,
    "/logout": async () => {
      await points.hold("out");
      return { session: null };
    },
  };
  const { url, clock } = await site(t, held, { store: revoking() });
  const bob = visitor(url, clock.now);
  await bob.get("/login");
  const out = bob.get("/logout");
  await points.held("out");
  await bob.get("/remember");
  const copy = bob.cookie();
  points.release("out");
  await out;
  for (const seconds of [0, 1980, 12 * 3600, 20 * DAY]) {
    clock.advance(seconds);
    assert.equal(await show(url, copy), "{}", `${seconds} s later`);
  }
});

for (const way of ["/logout", "/renew"]) {
  test(`what ended by ${way} under short limits is dead under longer ones too`, async (t) => {
    const store = revoking();
    const [long, short] = [
      await site(t, pages, { store, timeout: 43_200 }),
      await site(t, pages, { store, timeout: 300 }),
    ];
    const bob = visitor(long.url, long.clock.now);
    await bob.get("/login");
    const copy = bob.cookie();
    long.clock.advance(120);
    short.clock.advance(120);
    const visited = await request(`${short.url}/set`, "GET", { cookie: copy });
    const later = visited.setCookies[0]!.split(";")[0]!;
    await request(short.url + way, "GET", { cookie: later });
    for (const seconds of [0, 420, 3600, 36_000]) {
      long.clock.advance(seconds);
      assert.equal(await show(long.url, copy), "{}", `${seconds} s later`);
    }
  });
}

test("endOthers with a session that does not fit ends nobody, and one that fits all others", async (t) => {
  const { url, errors } = await site(t, pages, { store: revoking() });
  const [here, there] = [visitor(url), visitor(url)];
  await Promise.all([here.get("/login"), there.get("/login")]);
  assert.equal((await here.get("/others?9000")).status, 500);
  assert.equal((errors[0] as { code: string }).code, "ERR_SESSION_SIZE");
  for (const each of [here, there]) assert.equal((await each.get("/show")).body, '{"user":"bob"}');
  await here.get("/others?1");
  assert.equal((await there.get("/show")).body, "{}");
  assert.equal(JSON.parse((await here.get("/show")).body).user, "bob");
});

test("endSessions ends every copy, for as long as a session can live, and who signs in afterwards stays", async (t) => {
  const store = revoking();
  const { url, clock } = await site(t, pages, { store });
  const [bob, alice] = [visitor(url, clock.now), visitor(url, clock.now)];
  await bob.get("/login");
  await alice.get("/login?alice");
  await bob.get("/remember");
  const copy = bob.cookie();
  await endSessions(store, "bob", { now: clock.now });
  assert.equal(await show(url, copy), "{}");
  assert.equal((await alice.get("/show")).body, '{"user":"alice"}');
  await bob.get("/login");
  await bob.get("/set");
  await bob.get("/renew");
  assert.equal(JSON.parse((await bob.get("/show")).body).user, "bob", "the epoch of its sign-in goes with it");
  clock.advance(29 * DAY);
  assert.equal(await show(url, copy), "{}");
});

test("a renewal that was in flight when all were ended is ended with them", async (t) => {
  const points = barriers();
  const inner = memoryRevocations();
  let holding = false;
  const revocation: Revocations = {
    ...inner,
    async end(...call) {
      if (holding) await points.hold("end");
      return inner.end(...call);
    },
  };
  const store = revoking(revocation);
  const { url, clock } = await site(t, pages, { store });
  const bob = visitor(url, clock.now);
  await bob.get("/login");
  holding = true;
  const renewing = bob.get("/renew");
  await points.held("end");
  await endSessions(store, "bob", { now: clock.now });
  points.release("end");
  await renewing;
  assert.equal((await bob.get("/show")).body, "{}");
});

test("a sign-out by the first of 32 tokens, renewed within grace, ends the session; after grace it ends nothing", async (t) => {
  const { url, clock } = await site(t, pages, { store: revoking() });
  for (const [seconds, after] of [
    [0, "{}"],
    [60, '{"user":"bob"}'],
  ] as const) {
    const bob = visitor(url, clock.now);
    await bob.get("/login");
    const first = bob.cookie();
    for (let i = 0; i < 32; i++) await bob.get("/renew");
    clock.advance(seconds);
    await request(`${url}/logout`, "GET", { cookie: first });
    assert.equal((await bob.get("/show")).body, after, `${seconds} s after`);
  }
});

test("what revocations answer outside their contract is a 503, never a session that passes", async (t) => {
  const sound = await site(t, pages, { store: revoking() });
  const bob = visitor(sound.url);
  await bob.get("/login");
  const answers = [
    undefined,
    null,
    {},
    { ended: null, epoch: 0 },
    { ended: undefined, epoch: Number.NaN },
    { ended: {}, epoch: 0 },
  ];
  for (const answer of answers) {
    const { url } = await site(t, pages, { store: revoking({ ...memoryRevocations(), look: () => answer as never }) });
    assert.equal((await request(`${url}/show`, "GET", { cookie: bob.cookie() })).status, 503, JSON.stringify(answer));
  }
});

test("two devices that end each other at once: one of them stays", async (t) => {
  const points = barriers();
  const inner = memoryRevocations();
  let raised = 0;
  const revocation: Revocations = {
    ...inner,
    async raise(...call) {
      await points.hold(`raise ${++raised}`); // both have found themselves alive
      return inner.raise(...call);
    },
  };
  const { url } = await site(t, pages, { store: revoking(revocation) });
  const devices = [visitor(url), visitor(url)];
  for (const device of devices) await device.get("/login");
  const both = devices.map((device) => device.get("/others?1"));
  await Promise.all([points.held("raise 1"), points.held("raise 2")]);
  for (const name of ["raise 1", "raise 2"]) points.release(name);
  await Promise.all(both);
  const bodies = await Promise.all(devices.map(async (device) => (await device.get("/show")).body));
  assert.deepEqual(bodies.map((body) => "user" in JSON.parse(body)).sort(), [false, true]);
});

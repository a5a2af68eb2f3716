/** SPEC 5.2, 4, 5 and 7: `session: null` with a flash beside it, while others end or recreate the session. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { recreate } from "../../src/session/next.ts";
import { barriers } from "../support/barriers.ts";
import { commonPages, type Pages, site } from "../support/site.ts";
import { request, sessionCookie } from "../support/visitor.ts";

const bye = { status: 303, headers: { location: "/page" }, session: null, flash: "bye" };
const pages: Pages = {
  ...commonPages,
  "/bye": () => bye,
  "/renew": ({ session }) => ({ session: recreate(session) }),
  "/page": ({ session, flash }) => ({ body: JSON.stringify({ session, flash }) }),
};
const signIn = async (url: string) => `session=${sessionCookie(await request(`${url}/login`))}`;

/** `/bye` reads, `path` is answered, `/bye` commits. */
async function overtaken(t: Parameters<typeof site>[0], path: string, onGone: "ignore" | "error" = "ignore") {
  const points = barriers();
  const slow = async () => {
    await points.hold("bye");
    return bye;
  };
  const made = await site(t, { ...pages, "/slow-bye": slow }, { onGone });
  const cookie = await signIn(made.url);
  const late = request(`${made.url}/slow-bye`, "GET", { cookie });
  await points.held("bye");
  const other = sessionCookie(await request(made.url + path, "GET", { cookie }));
  points.release("bye");
  return { ...made, answer: await late, other: `session=${other}` };
}

for (const path of ["/logout", "/bye", "/login?alice"]) {
  for (const onGone of ["ignore", "error"] as const) {
    test(`null with a flash creates no session after ${path} was faster; onGone: ${onGone}`, async (t) => {
      const { answer, events, errors } = await overtaken(t, path, onGone);
      assert.deepEqual([answer.status, answer.setCookies], [onGone === "error" ? 409 : 303, []]);
      assert.deepEqual(events.at(-1), { type: "session.gone", reason: "unknown" });
      if (onGone === "error") assert.equal((errors[0] as { code: string }).code, "ERR_SESSION_GONE");
    });
  }
}

test("null with a flash does not end the session of somebody who signed in meanwhile", async (t) => {
  const { url, other } = await overtaken(t, "/login?alice");
  assert.equal((await request(`${url}/show`, "GET", { cookie: other })).body, '{"user":"alice"}');
});

test("null with a flash ends a session that was renewed meanwhile, and the flash waits in a new one", async (t) => {
  const { url, answer, other } = await overtaken(t, "/renew");
  assert.equal((await request(`${url}/show`, "GET", { cookie: other })).body, "{}");
  const cookie = `session=${sessionCookie(answer)}`;
  assert.equal((await request(`${url}/page`, "GET", { cookie })).body, '{"session":{},"flash":"bye"}');
});

for (const onGone of ["ignore", "error"] as const) {
  test(`null under a tombstoned token stores no flash and sends no cookie; onGone: ${onGone}`, async (t) => {
    const { url, events } = await site(t, pages, { onGone });
    const old = `session=${sessionCookie(await request(`${url}/count`))}`;
    await request(`${url}/login`, "GET", { cookie: old });
    const answer = await request(`${url}/bye`, "GET", { cookie: old });
    assert.deepEqual([answer.status, answer.setCookies], [onGone === "error" ? 409 : 303, []]);
    assert.deepEqual(events.at(-1), { type: "session.gone", reason: "recreated" });
    const plain = await request(`${url}/logout`, "GET", { cookie: old });
    assert.deepEqual([plain.status, plain.setCookies], [200, []], "without a flash nothing is lost");
  });
}

test("null under a tombstone of the same subject ends the renewed session", async (t) => {
  const { url, events } = await site(t, pages);
  const old = await signIn(url);
  const renewed = `session=${sessionCookie(await request(`${url}/renew`, "GET", { cookie: old }))}`;
  assert.equal(sessionCookie(await request(`${url}/logout`, "GET", { cookie: old })), "");
  assert.deepEqual(events.at(-1), { type: "session.ended" });
  assert.equal((await request(`${url}/show`, "GET", { cookie: renewed })).body, "{}");
});

for (const state of ["unknown", "malformed", "expired-idle"]) {
  test(`null with a flash and a cookie that is ${state} creates a session that holds only the flash`, async (t) => {
    const { url, clock, events } = await site(t, pages);
    const cookie = state === "malformed" ? "session=x" : await signIn(url);
    if (state === "unknown") await request(`${url}/logout`, "GET", { cookie });
    if (state === "expired-idle") clock.advance(1860);
    const fresh = `session=${sessionCookie(await request(`${url}/bye`, "GET", { cookie }))}`;
    assert.deepEqual(events.slice(-2), [{ type: "session.refused", reason: state }, { type: "session.created" }]);
    assert.equal((await request(`${url}/page`, "GET", { cookie: fresh })).body, '{"session":{},"flash":"bye"}');
  });
}

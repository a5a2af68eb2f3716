/** SPEC 6.2: a flash is taken away only if it still is the one that was shown, not only one that reads alike. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryStore } from "../../src/stores/memory.ts";
import { barriers } from "../support/barriers.ts";
import { commonPages, type Pages, site } from "../support/site.ts";
import { visitor } from "../support/visitor.ts";
import { counting } from "../support/watched-store.ts";

const pages: Pages = {
  ...commonPages,
  "/save": ({ queryString }) => ({ status: 303, headers: { location: "/page" }, flash: queryString || "Saved" }),
  "/page": ({ flash }) => ({ body: JSON.stringify(flash ?? null) }),
  "/drop": () => ({ status: 303, headers: { location: "/page" }, flash: null }),
};

async function shownWhile(t: Parameters<typeof site>[0], paths: readonly string[]): Promise<readonly string[]> {
  const points = barriers();
  const { url } = await site(t, {
    ...pages,
    "/slow": async ({ flash }) => {
      await points.hold("slow");
      return { body: JSON.stringify(flash) };
    },
  });
  const bob = visitor(url);
  await bob.post("/save");
  const slow = bob.get("/slow");
  await points.held("slow");
  for (const path of paths) await bob.post(path);
  points.release("slow");
  return [(await slow).body, (await bob.get("/page")).body, (await bob.get("/page")).body];
}

test("the same text, set anew while the first is being shown, is shown on the next page", async (t) => {
  assert.deepEqual(await shownWhile(t, ["/save"]), ['"Saved"', '"Saved"', "null"]);
});

test("so it is when it was dropped in between, and when the session was changed or recreated", async (t) => {
  assert.deepEqual(await shownWhile(t, ["/drop", "/save"]), ['"Saved"', '"Saved"', "null"]);
  assert.deepEqual(await shownWhile(t, ["/count", "/save", "/count"]), ['"Saved"', '"Saved"', "null"]);
});

test("what only changes the session beside it leaves it to be taken away", async (t) => {
  assert.deepEqual(await shownWhile(t, ["/count"]), ['"Saved"', "null", "null"]);
  assert.deepEqual(await shownWhile(t, ["/drop"]), ['"Saved"', "null", "null"]);
});

test("of two flashes set at once the later is shown, and an event says that it replaced the other", async (t) => {
  const points = barriers();
  const { url, events } = await site(t, {
    ...pages,
    "/slow": async ({ queryString }) => {
      await points.hold(queryString);
      return { status: 303, headers: { location: "/page" }, flash: queryString };
    },
  });
  const bob = visitor(url);
  await bob.get("/login");
  const [a, b] = [bob.post("/slow?a"), bob.post("/slow?b")];
  await Promise.all([points.held("a"), points.held("b")]);
  points.release("a");
  await a;
  points.release("b");
  await b;
  assert.deepEqual(events.slice(1), [{ type: "session.overwritten", count: 1 }]);
  assert.equal((await bob.get("/page")).body, '"b"');
});

test("removing a slot that is not there, or saying nothing of one, asks the store nothing", async (t) => {
  const { store, calls } = counting(memoryStore());
  const { url, events } = await site(
    t,
    {
      ...pages,
      "/nothing": () => ({ sessionSlots: { other: undefined, none: null } }),
      "/slots": ({ sessionSlots }) => ({ body: JSON.stringify(sessionSlots) }),
    },
    { store },
  );
  const bob = visitor(url);
  assert.deepEqual((await bob.get("/nothing")).setCookies, []);
  await bob.post("/save");
  await bob.post("/nothing");
  assert.deepEqual(calls.splice(0), ["create", "read"]);
  assert.deepEqual(events, [{ type: "session.created" }]);
  assert.equal((await bob.post("/slots")).body, '{"flash":"Saved"}');
});

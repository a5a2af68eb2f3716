/** What a programmer's mistakes are told. */
import assert from "node:assert/strict";
import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { test } from "node:test";
import { session } from "../../src/adapters/express.ts";
import { face } from "../../src/faces/face.ts";
import type { Lent } from "../../src/faces/lent.ts";
import { type Data, lentRequests } from "../support/lent-requests.ts";

const built = (options: object) => () => face(options as never);

test("options of another library are told by what they are called here, all at once", () => {
  const moved = built({ secret: "x", resave: false, name: "sid", cookie: { maxAge: 1000 } });
  assert.throws(moved, (error: Error & { code?: string }) => {
    assert.equal(error.code, "ERR_OPTION");
    for (const words of [
      "secret: is not needed",
      "resave is not needed",
      "name is cookieName",
      "cookie is cookieAttrs",
    ])
      assert.ok(error.message.includes(words), words);
    return true;
  });
});

test("antiForgery: true, a store of express-session, and a call that was forgotten", () => {
  assert.throws(built({ antiForgery: true }), /antiForgery: is on by itself/);
  assert.throws(built({ store: { get() {}, set() {}, destroy() {} } }), /connectStore/);
  assert.throws(() => session(new IncomingMessage(new Socket()) as never), /app\.use\(session\(\)\)/);
});

test("a handler without the middleware before it says what to do", () => {
  const handle = session().handler(() => {});
  assert.throws(() => handle({}, {}, () => {}), /app\.use\(sessions\) before the routes/);
});

test("flash takes one value: a kind in front, as connect-flash has it, is refused", async () => {
  const bob = lentRequests();
  await bob.go((lent) => {
    assert.throws(() => (lent.flash as (...given: string[]) => void)("info", "Saved"), /flash: takes one value/);
  });
});

test("a flash and a cookie after the head are errors, and not lost", async () => {
  const bob = lentRequests();
  let late: Lent<Data, string> | undefined;
  await bob.go((lent) => {
    late = lent;
  });
  assert.throws(() => late!.flash("late"), { code: "ERR_SESSION_NEXT" });
  assert.throws(() => late!.setCookie("a", "b"), { code: "ERR_SESSION_NEXT" });
  assert.equal(late!.flash(), undefined, "reading goes on");
});

for (const [what, next, code] of [
  ["text", "bob", "ERR_SESSION_VALUE"],
  ["a list", ["x"], "ERR_SESSION_VALUE"],
  ["a Map", new Map(), "ERR_SESSION_VALUE"],
  ["data under a name of the session's own", { id: 3 }, "ERR_OPTION"],
] as const) {
  test(`${what} in the place of the session is refused`, async () => {
    const bob = lentRequests();
    await bob.go((lent) => {
      assert.throws(() => Object.assign(lent, { session: next }), { code });
    });
    assert.equal(bob.cookie(), "");
  });
}

test("the session itself may be put in its own place", async () => {
  const bob = lentRequests();
  await bob.go((lent) => {
    lent.session.n = 1;
    const { session } = lent;
    lent.session = session;
  });
  assert.deepEqual(await bob.data(), { n: 1 });
});

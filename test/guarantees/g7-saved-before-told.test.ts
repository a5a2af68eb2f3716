import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import { barriers } from "../support/barriers.ts";
import { commonPages, site } from "../support/site.ts";
import { storeUnderTest } from "../support/store-under-test.ts";
import { request, sessionCookie } from "../support/visitor.ts";
import { watching } from "../support/watched-store.ts";

for (const operation of ["create", "update", "delete"] as const) {
  test(`G7: no byte of the response leaves before ${operation} is done`, async (t) => {
    const points = barriers();
    let slow = false;
    const store = watching(storeUnderTest(), (asked) =>
      slow && asked === operation ? points.hold("store") : undefined,
    );
    const { url } = await site(
      t,
      { ...commonPages, "/count": () => ({ status: 303, headers: { location: "/show" }, session: { n: 1 } }) },
      { store },
    );
    const cookie = operation === "create" ? "" : `session=${sessionCookie(await request(`${url}/login?`))}`;
    slow = true;
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    const chunks: Buffer[] = [];
    const closed = new Promise((resolve) => socket.on("close", resolve));
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    const path = operation === "delete" ? "/logout" : "/count";
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: ${hostname}\r\n${cookie && `Cookie: ${cookie}\r\n`}Connection: close\r\n\r\n`,
    );
    await points.held("store");
    await request(`${url}/nowhere`); // a whole round trip of somebody else's, and still nothing
    assert.equal(Buffer.concat(chunks).length, 0);
    points.release("store");
    await closed;
    const answer = Buffer.concat(chunks).toString();
    assert.match(answer, operation === "delete" ? /^HTTP\/1\.1 200/ : /^HTTP\/1\.1 303/);
  });
}

test("G7: a handler that throws stores nothing", async (t) => {
  const { url } = await site(t, {
    ...commonPages,
    "/throw": () => {
      throw new Error("after the decision");
    },
  });
  const cookie = `session=${sessionCookie(await request(`${url}/login`))}`;
  const answer = await request(`${url}/throw`, "GET", { cookie });
  assert.deepEqual([answer.status, answer.setCookies], [500, []]);
  assert.equal((await request(`${url}/show`, "GET", { cookie })).body, '{"user":"bob"}');
});

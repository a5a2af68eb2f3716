/** What is bare Node's own about the sessions that are lent to its listeners. The rest is the adapter contract. */
import assert from "node:assert/strict";
import type { IncomingMessage, ServerResponse } from "node:http";
import { type TestContext, test } from "node:test";
import { type Lent, type NodeSessionOptions, session } from "../../src/adapters/node.ts";
import { listening } from "../support/mount-hosts.ts";
import { rawExchange } from "../support/raw-http.ts";
import { request, visitor } from "../support/visitor.ts";

interface Visitor {
  user?: string;
  n?: number;
}

type Listen = (req: IncomingMessage & Lent<Visitor, string>, res: ServerResponse) => unknown;

async function site(t: TestContext, listen: Listen, options: NodeSessionOptions = {}) {
  const errors: unknown[] = [];
  const sessions = session<Visitor, string>({ ...options, onError: (error) => void errors.push(error) });
  const url = await listening(t, sessions.listener(listen));
  return { url, errors, sessions, bob: visitor(url) };
}

test("what is lent is on the request, under its names and by of()", async (t) => {
  const { bob, sessions } = await site(t, (req, res) => {
    assert.equal(sessions.of(req).session, req.session);
    req.session.n = (req.session.n ?? 0) + 1;
    req.setCookie("theme", "dark");
    res.end(`${req.session.n} ${req.cookies.theme} ${req.sessionStatus.state}`);
  });
  assert.equal((await bob.get("/")).body, "1 undefined none");
  assert.equal((await bob.get("/")).body, "2 dark live");
  assert.throws(() => sessions.of({}), { code: "ERR_OPTION" });
});

for (const [name, fail] of [
  [
    "throws",
    (error: Error) => {
      throw error;
    },
  ],
  ["rejects", (error: Error) => Promise.reject(error)],
] as const) {
  test(`a listener that ${name} is answered with the error's status, and what it wrote is stored`, async (t) => {
    const error = Object.assign(new Error("secret"), { status: name === "throws" ? 418 : undefined });
    const { bob, errors } = await site(t, (req, res) => {
      if (req.url === "/n") return res.end(String(req.session.n));
      req.session.n = 7;
      res.setHeader("x-own", "1");
      return fail(error);
    });
    const answer = await bob.get("/");
    assert.equal(answer.status, name === "throws" ? 418 : 500);
    assert.doesNotMatch(answer.body, /secret/);
    assert.deepEqual([answer.headers.get("x-own"), answer.headers.get("cache-control")], [null, "private, no-store"]);
    assert.deepEqual(errors, [error]);
    assert.equal((await bob.get("/n")).body, "7");
  });
}

test("one that fails after its answer changes nothing of it, and amid a body cuts the connection", async (t) => {
  const { url, errors } = await site(t, (req, res) => {
    if (req.url === "/amid") res.write("half ");
    else res.end("whole");
    throw new Error("too late");
  });
  assert.equal((await request(url)).body, "whole");
  await assert.rejects(request(`${url}/amid`));
  assert.equal(errors.length, 2);
});

test("two Host headers are 400, before the listener", async (t) => {
  let calls = 0;
  const { url } = await site(t, (_req, res) => {
    calls++;
    res.end();
  });
  const received = await rawExchange(
    Number(new URL(url).port),
    "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n",
  );
  assert.match(received, /^HTTP\/1\.1 400 /);
  assert.equal(calls, 0);
});

test("scheme and host are the connection's, or what the proxies in trustProxy tell", async (t) => {
  const begin: Listen = (req, res) => {
    req.session.n = 1;
    res.end();
  };
  const told = { "x-forwarded-proto": "https", "x-forwarded-host": "site.test" };
  const name = async (url: string) => (await request(url, "GET", told)).setCookies[0]!.split("=")[0];
  assert.equal(await name((await site(t, begin)).url), "session");
  assert.equal(await name((await site(t, begin, { trustProxy: ["127.0.0.1"] })).url), "__Host-session");
});

test("options that cannot be are refused when it is built", () => {
  assert.throws(() => session({ trustProxy: true as never }), { code: "ERR_OPTION", option: "trustProxy" });
  assert.throws(() => session({ trustproxy: [] } as object), { code: "ERR_OPTION", option: "trustproxy" });
});

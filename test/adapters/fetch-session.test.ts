/** What is bare Fetch's own about the sessions that are lent to it. The rest is the adapter contract. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { getRequestListener } from "@hono/node-server";
import { type FetchSessionOptions, type Lent, session } from "../../src/adapters/fetch.ts";
import { RinglightError } from "../../src/errors.ts";
import type { FaceOptions } from "../../src/faces/options.ts";
import { sessionToken } from "../../src/middleware/anti-forgery.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { listening } from "../support/mount-hosts.ts";
import { visitor } from "../support/visitor.ts";
import { type Operation, watching } from "../support/watched-store.ts";

interface Visitor {
  user?: string;
  n?: number;
}

const ORIGIN = "http://localhost";

/** Handlers, and a store that fails where `fails` says so. */
function parts(options: FaceOptions<Visitor> & FetchSessionOptions = {}) {
  const errors: unknown[] = [];
  const fails = new Set<Operation>();
  const store = watching(memoryStore(), (operation) => {
    if (fails.has(operation)) throw new Error("the store is away");
  });
  const sessions = session<Visitor, string>({ store, onError: (error) => void errors.push(error), ...options });
  return { sessions, errors, fails };
}

const codeOf = (error: unknown) => (error instanceof RinglightError ? error.code : (error as Error).message);
const cookieOf = ({ headers }: Response) =>
  headers
    .getSetCookie()
    .map((line) => line.split(";")[0])
    .join("; ");

test("what the runtime hands beside the request is handed on, and remoteAddress is given the first of it", async () => {
  const seen: unknown[] = [];
  const { sessions } = parts({
    remoteAddress: (request, info) => `${info.peer} ${request.method}`,
    antiForgery: { onRefused: (_, request) => void seen.push(request.remoteAddress) },
  });
  const handler = sessions.handler((_request, { session: lent }, info: { peer: string }, more: number) => {
    lent.n = more;
    return Response.json([info, more]);
  });
  const got = await handler(new Request(ORIGIN), { peer: "::1" }, 5);
  assert.deepEqual(await got.json(), [{ peer: "::1" }, 5]);
  const foreign = { method: "POST", headers: { "sec-fetch-site": "cross-site" } };
  assert.equal((await handler(new Request(ORIGIN, foreign), { peer: "::1" }, 5)).status, 403);
  assert.deepEqual(seen, ["::1 POST"]);
});

test("the members can be taken apart; who takes the session has looked at it, who does not has not", async () => {
  const { sessions } = parts();
  const page = sessions.handler((request, { session: lent, flash, setCookie, antiForgery }) => {
    if (new URL(request.url).pathname === "/in") lent.user = "bob";
    flash("hi");
    setCookie("theme", "dark");
    return new Response(`${antiForgery()}${lent.user}`);
  });
  const plain = sessions.handler((_request, { setCookie }) => {
    setCookie("theme", "dark");
    return new Response("plain");
  });
  const answer = await page(new Request(`${ORIGIN}/in`));
  assert.equal(await answer.text(), "bob");
  assert.deepEqual([answer.headers.get("vary"), answer.headers.getSetCookie().length], ["Cookie", 2]);
  const bare = await plain(new Request(ORIGIN));
  assert.deepEqual([bare.headers.get("vary"), bare.headers.getSetCookie().length], [null, 1]);
});

test("null in the session's place ends it, for the functions too that have the request alone", async () => {
  const { sessions } = parts();
  const signOut = (request: Request) => {
    sessions.of(request).session = null;
  };
  const handler = sessions.handler((request, lent) => {
    if (new URL(request.url).pathname === "/out") signOut(request);
    else lent.session.user = "bob";
    return Response.json(lent.session);
  });
  const cookie = cookieOf(await handler(new Request(ORIGIN)));
  const out = await handler(new Request(`${ORIGIN}/out`, { headers: { cookie } }));
  assert.deepEqual([await out.json(), cookieOf(out)], [null, "session="]);
  assert.throws(() => sessions.of(new Request(ORIGIN)), { code: "ERR_OPTION", option: "order" });
});

test("it never rejects: what failed before, in and after the handler is answered plainly, and told", async () => {
  for (const [failing, path, status, told] of [
    ["read", "/", 503, "ERR_STORE_UNAVAILABLE"],
    ["create", "/", 503, "ERR_STORE_UNAVAILABLE"],
    [undefined, "/throws", 500, "of the handler"],
    [undefined, "/teapot", 418, "of the handler"],
    [undefined, "/text", 500, undefined],
    [undefined, "/used", 500, undefined],
  ] as const) {
    const { sessions, errors, fails } = parts();
    const handler = sessions.handler(async (request, lent) => {
      const { pathname } = new URL(request.url);
      lent.session.n = 1;
      const response = new Response("a page", { headers: { "x-secret": "1" } });
      if (pathname === "/throws") throw new Error("of the handler");
      if (pathname === "/teapot") throw Object.assign(new Error("of the handler"), { status: 418 });
      if (pathname === "/text") return "no response" as never;
      if (pathname === "/used") await response.text();
      return response;
    });
    if (failing) fails.add(failing);
    const cookie = `session=${"A".repeat(43)}`;
    const answer = await handler(new Request(ORIGIN + path, failing === "read" ? { headers: { cookie } } : {}));
    assert.deepEqual([answer.status, answer.headers.get("x-secret")], [status, null], path);
    assert.doesNotMatch(await answer.text(), /page|handler|store/);
    assert.equal(errors.length, 1);
    if (told !== undefined) assert.equal(codeOf(errors[0]), told);
  }
});

test("a change while the body is streamed is an error, and the response is handed on before", async () => {
  const { sessions } = parts();
  const caught: unknown[] = [];
  const handler = sessions.handler((_request, { session: lent }) => {
    lent.n = 1;
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          try {
            lent.n = 2;
          } catch (error) {
            caught.push(error);
          }
          controller.close();
        },
      },
      { highWaterMark: 0 },
    );
    return new Response(body);
  });
  const answer = await handler(new Request(ORIGIN));
  assert.equal(caught.length, 0, "nothing was read of it");
  await answer.text();
  assert.ok(caught[0] instanceof TypeError, "it is frozen");
});

test("a token in a form's field is found, and the handler reads the body all the same", async (t) => {
  const { sessions } = parts({ antiForgery: { strategy: sessionToken() } });
  const handler = sessions.handler(async (request, lent) => {
    if (request.method === "POST") return new Response(String((await request.formData()).get("text")));
    lent.session.user = "bob";
    return new Response(lent.antiForgery());
  });
  const url = await listening(
    t,
    getRequestListener((request) => handler(request)),
  );
  const bob = visitor(url);
  const token = (await bob.get("/")).body;
  const send = async (fields: Record<string, string>, headers: Record<string, string> = {}) => {
    const init = { method: "POST", body: new URLSearchParams(fields), headers: { cookie: bob.cookie(), ...headers } };
    const response = await fetch(url, init);
    return [response.status, await response.text()];
  };
  const long = "long ".repeat(20_000);
  assert.deepEqual(await send({ text: "a & b", "__anti-forgery-token": token }), [200, "a & b"]);
  assert.equal((await send({ text: "a & b" }))[0], 403);
  assert.equal((await send({ text: long, "__anti-forgery-token": token }))[0], 403, "longer than a form may be");
  assert.deepEqual(await send({ text: long }, { "x-csrf-token": token }), [200, long]);
});

test("without a token strategy no body is read", async () => {
  const { sessions } = parts();
  const handler = sessions.handler(async (request) => new Response(await request.text()));
  let pulled = 0;
  const body = new ReadableStream<Uint8Array>(
    { pull: (c) => c.enqueue(Uint8Array.of(pulled++)) },
    { highWaterMark: 0 },
  );
  const headers = { "content-type": "application/x-www-form-urlencoded", origin: ORIGIN };
  const closed = sessions.handler(() => new Response(String(pulled)));
  const init = { method: "POST", headers, body, duplex: "half" } as RequestInit;
  assert.equal(await (await closed(new Request(ORIGIN, init))).text(), "0");
  assert.equal(await (await handler(new Request(ORIGIN, { method: "POST", headers, body: "a=b" }))).text(), "a=b");
});

test("the same request, handled again, has its session anew", async () => {
  const { sessions } = parts();
  const handler = sessions.handler((_request, lent: Lent<Visitor, string>) => {
    lent.session.n = (lent.session.n ?? 0) + 1;
    return Response.json(lent.session.n);
  });
  const request = new Request(ORIGIN, { headers: { cookie: cookieOf(await handler(new Request(ORIGIN))) } });
  assert.equal(await (await handler(request)).json(), 2);
  assert.equal(await (await handler(request)).json(), 3);
});

test("a handshake that is answered by the runtime: what the session needs to be told cannot be sent, and is told", async () => {
  const { sessions, errors } = parts();
  const handler = sessions.handler((request, lent): Response | undefined => {
    if (new URL(request.url).pathname === "/begin") lent.session.n = 1;
    return lent.session.n === undefined ? new Response("none") : undefined;
  });
  const upgrade = { headers: { upgrade: "websocket", connection: "upgrade" } };
  assert.equal(await handler(new Request(`${ORIGIN}/begin`, upgrade)), undefined);
  assert.deepEqual(errors.map(codeOf), ["ERR_RESPONSE_SHAPE"]);
});

/** What every mount gives, in each real host. */
import assert from "node:assert/strict";
import { request as httpRequest } from "node:http";
import { test } from "node:test";
import { wrapCookies } from "../../src/cookies/wrap-cookies.ts";
import { contextPath, wrapContext } from "../../src/middleware/context.ts";
import { redirect, text } from "../../src/response.ts";
import { type Handler, stack } from "../../src/ring.ts";
import { GET, routes } from "../../src/routing/index.ts";
import { wrapSession } from "../../src/session/wrap-session.ts";
import { hostStore } from "../../src/stores/host.ts";
import { HONO, HOSTS, NODE_HOSTS } from "../support/mount-hosts.ts";
import { rawConnection, rawExchange } from "../support/raw-http.ts";
import { request } from "../support/visitor.ts";

// biome-ignore lint/suspicious/noExplicitAny: whatever keys a request has
const show: Handler = (all: any) => {
  const { method, scheme, host, uri, queryString, pathInfo, context, fullUri, remoteAddress } = all;
  const shown = { method, scheme, host, uri, queryString, pathInfo, context, fullUri, remoteAddress };
  return text(JSON.stringify(shown));
};
const portOf = (url: string) => Number(new URL(url).port);
const raw = async (url: string, target: string, more = "") =>
  rawExchange(portOf(url), `GET ${target} HTTP/1.1\r\nHost: x.test\r\nConnection: close\r\n${more}\r\n`);
const statusOf = (answer: string) => Number(answer.slice(9, 12));

for (const { name, mount } of HOSTS) {
  test(`${name}: the application has its own paths, and what the host tells of the request`, async (t) => {
    const { url } = await mount(t, show);
    for (const [target, uri] of [
      ["/wiki", "/"],
      ["/wiki/", "/"],
      ["/wiki/login?next=%2F&x", "/login"],
      ["/wiki/a%2Fb", "/a%2Fb"],
      ["/wiki/wiki", "/wiki"],
      ["/wiki//evil.example", "//evil.example"],
    ] as const) {
      const { status, body } = await request(url + target);
      const [fullUri, queryString = ""] = target.split("?");
      const told = { method: "GET", scheme: "http", host: new URL(url).host, queryString, remoteAddress: "127.0.0.1" };
      assert.deepEqual([status, JSON.parse(body)], [200, { ...told, uri, pathInfo: uri, context: "/wiki", fullUri }]);
    }
  });

  test(`${name}: what is not under the prefix is the host's`, async (t) => {
    let asked = 0;
    const { url } = await mount(t, () => text(String(asked++)));
    for (const target of ["/", "/wikipedia", "/wiki.json", "/other", "/%77iki/x", "//wiki/x"])
      assert.equal(statusOf(await raw(url, target)), 299, target);
    assert.equal(asked, 0);
  });

  test(`${name}: a path with dot segments does not reach the application with a prefix that it can leave`, async (t) => {
    const { url } = await mount(t, show);
    for (const target of ["/wiki/../admin", "/wiki/./a", "/wiki/%2e%2e/admin", "/wiki/a%2f..%2fb", "/x/../wiki/a"]) {
      const answer = await raw(url, target);
      const body = answer.slice(answer.indexOf("{"));
      if (statusOf(answer) === 299) continue;
      // Fetch runtimes have resolved them before: what is asked is what is routed.
      assert.equal(name, "Hono", `${target}: ${answer}`);
      assert.equal(JSON.parse(body.slice(0, body.indexOf("}") + 1)).context, "/wiki");
    }
  });

  test(`${name}: links, cookies and a context inside know the prefix; a 404 is the application's answer`, async (t) => {
    const app = stack.use(wrapCookies())(
      routes(
        GET("/", (request) => ({
          ...redirect(contextPath(request, "/next")),
          cookies: { a: "1", b: { value: "2", path: "/" } },
        })),
      ),
    );
    const { url } = await mount(t, app);
    const { status, headers, setCookies } = await request(`${url}/wiki`);
    assert.deepEqual([status, headers.get("location")], [303, "/wiki/next"]);
    assert.deepEqual(
      setCookies.map((line) => line.toLowerCase().replaceAll(/; (httponly|samesite=lax)/g, "")).toSorted(),
      ["a=1; path=/wiki", "b=2; path=/", name === "Express" || name === "Koa" ? "host=1; path=/" : "host=1"],
    );
    assert.equal((await request(`${url}/wiki/none`)).status, 404);
    const nested = await mount(t, stack.use(wrapContext("/deep"))(show));
    const { body } = await request(`${nested.url}/wiki/deep/er`);
    const { context, uri, fullUri } = JSON.parse(body);
    assert.deepEqual({ context, uri, fullUri }, { context: "/wiki/deep", uri: "/er", fullUri: "/wiki/deep/er" });
  });

  test(`${name}: what host and application say in Vary is both there, and nothing is made up`, async (t) => {
    const { url } = await mount(t, () => ({ status: 200, headers: { vary: "Cookie", etag: '"1"' }, body: "héllo" }));
    const { headers, body } = await request(`${url}/wiki`);
    assert.deepEqual(headers.get("vary")?.split(/, ?/).toSorted(), ["Cookie", "Origin"]);
    if (name !== "Hono") assert.equal(headers.get("content-type"), null); // its server on Node makes one up
    assert.equal(headers.get("etag"), '"1"');
    assert.equal(body, "héllo");
  });

  test(`${name}: HEAD, 204 and 304 have no body, HEAD the length`, async (t) => {
    const { url } = await mount(t, ({ uri }) =>
      uri === "/204" ? { status: 204, headers: {}, body: null } : text("hello", uri === "/304" ? 304 : 200),
    );
    const head = await request(`${url}/wiki/a`, "HEAD");
    assert.deepEqual([head.status, head.headers.get("content-length"), head.body], [200, "5", ""]);
    const [empty, same] = [await request(`${url}/wiki/204`), await request(`${url}/wiki/304`)];
    assert.deepEqual([empty.status, empty.body, same.status, same.body], [204, "", 304, ""]);
  });

  test(`${name}: every method and status comes through`, async (t) => {
    const { url } = await mount(t, ({ method }) => text(method, 599));
    for (const method of ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
      const { status, body } = await request(`${url}/wiki/x`, method);
      assert.deepEqual([status, body], [599, method]);
    }
  });

  test(`${name}: an error is a plain answer, and told to onError`, async (t) => {
    const failure = Object.assign(new Error("secret"), { status: 418 });
    const { url, errors } = await mount(t, () => Promise.reject(failure));
    const { status, body } = await request(`${url}/wiki`);
    assert.equal(status, 418);
    assert.doesNotMatch(body, /secret/);
    assert.deepEqual(errors, [failure]);
  });

  test(`${name}: a body is read as it comes, and answered as it is made`, async (t) => {
    const echo: Handler = ({ body }) => ({ status: 200, headers: { "content-type": "x/y" }, body });
    const { url } = await mount(t, echo);
    const connection = rawConnection(portOf(url));
    t.after(() => connection.socket.destroy());
    connection.send("POST /wiki/echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n");
    connection.send("Transfer-Encoding: chunked\r\n\r\n3\r\none\r\n");
    await connection.until("one"); // the second half is not sent yet
    connection.send("3\r\ntwo\r\n0\r\n\r\n");
    await connection.until("two");
  });

  test(`${name}: a body over a host's own limit, of no type and of a nonsensical one comes through`, async (t) => {
    const size: Handler = async ({ body }) => text(String((await new Response(body).arrayBuffer()).byteLength));
    const { url } = await mount(t, size);
    const octets = new Uint8Array(3 << 20);
    for (const type of ["application/json", undefined]) {
      const headers = type === undefined ? {} : { "content-type": type };
      const response = await fetch(`${url}/wiki/size`, { method: "POST", body: octets, headers });
      assert.equal(await response.text(), String(octets.length));
    }
  });

  test(`${name}: what cannot be is refused when it is built`, async (t) => {
    const stacked = stack as unknown as Handler;
    await assert.rejects(mount(t, stacked), { code: "ERR_OPTION", option: "app" });
  });
}

for (const { name, mount } of NODE_HOSTS) {
  test(`${name}: a client that leaves aborts the signal, and its stream is cancelled`, async (t) => {
    const aborted = Promise.withResolvers<void>();
    const cancelled = Promise.withResolvers<void>();
    const { url } = await mount(t, ({ signal }) => {
      signal.addEventListener("abort", () => aborted.resolve());
      const start = (controller: ReadableStreamDefaultController) => controller.enqueue(new Uint8Array([97]));
      return { status: 200, headers: {}, body: new ReadableStream({ start, cancel: () => cancelled.resolve() }) };
    });
    const client = httpRequest(`${url}/wiki`, (response) => response.once("data", () => client.destroy()));
    client.on("error", () => {});
    client.end();
    await Promise.all([aborted.promise, cancelled.promise]);
  });

  // What becomes of a stream that a Fetch handler gave is the runtime's.
  test(`${name}: a stream that fails cuts the connection, and is told`, async (t) => {
    const failure = new Error("half way");
    const { url, errors } = await mount(t, () => {
      const first = new Uint8Array([97]);
      let count = 0;
      const pull = (controller: ReadableStreamDefaultController) =>
        count++ === 0 ? controller.enqueue(first) : controller.error(failure);
      return { status: 200, headers: {}, body: new ReadableStream({ pull }, { highWaterMark: 0 }) };
    });
    await assert.rejects(request(`${url}/wiki`));
    assert.deepEqual(errors, [failure]);
  });

  test(`${name}: two Host headers are 400`, async (t) => {
    const { url } = await mount(t, show);
    assert.equal(statusOf(await raw(url, "/wiki/x", "Host: y.test\r\n")), 400);
  });
}

test("Hono has no sessions: hostStore() is refused when it is mounted", async (t) => {
  const app = stack.use(wrapSession({ store: hostStore() }))(() => text("ok"));
  await assert.rejects(HONO.mount(t, app), { code: "ERR_OPTION", option: "app" });
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { wrapCookies } from "../../src/cookies/wrap-cookies.ts";
import { wrapFlash } from "../../src/middleware/flash.ts";
import { upgradeWebSocket, type WebSocketOptions, wrapWebSocket } from "../../src/middleware/websocket.ts";
import { text } from "../../src/response.ts";
import { type Handler, stack } from "../../src/ring.ts";
import { wrapSession } from "../../src/session/wrap-session.ts";
import { type AnyHandler, middlewareContract } from "../../src/testing/middleware-contract.ts";
import { requestMap } from "../support/request-map.ts";

const headers = { upgrade: "WebSocket", connection: "keep-alive, Upgrade" };
const upgradeRequest = (more = {}) => requestMap("GET", "/chat", { headers: { ...headers, ...more } });
const answer = (handler: AnyHandler, request = upgradeRequest(), options: WebSocketOptions = {}) =>
  (wrapWebSocket(options) as (handler: AnyHandler) => AnyHandler)(handler)(request);

describe("wrapWebSocket around a listener", () => {
  for (const check of middlewareContract) {
    test(check.name, () =>
      check.run(() => ({
        wrap: wrapWebSocket() as (handler: AnyHandler) => AnyHandler,
        request: upgradeRequest,
        response: () => upgradeWebSocket({ onOpen() {} }),
      })),
    );
  }
});

describe("wrapWebSocket around pages", () => {
  for (const check of middlewareContract) {
    test(check.name, () => check.run(() => ({ wrap: wrapWebSocket() as (handler: AnyHandler) => AnyHandler })));
  }
});

test("a listener becomes what the server upgrades with, pings every 20 seconds", async () => {
  const listener = { onOpen() {} };
  const response = await answer(() => upgradeWebSocket(listener, { protocol: "chat" }));
  assert.deepEqual(response, {
    status: 101,
    headers: { "sec-websocket-protocol": "chat" },
    body: null,
    upgrade: { listener, keepalive: 20, recheck: 30 },
  });
});

test("keepalive is seconds, true for 20, false for none", async () => {
  for (const [given, seconds] of [
    [undefined, 20],
    [true, 20],
    [false, 0],
    [1, 1],
    [3600, 3600],
    [0.5 + 1, 1.5],
  ] as const) {
    const response = await answer(() => upgradeWebSocket({}), upgradeRequest(), { keepalive: given });
    assert.equal(response.upgrade.keepalive, seconds, String(given));
  }
});

test("options that cannot be are refused when it is built", () => {
  const wrong: ReadonlyArray<readonly [object | null, string]> = [
    [{ keepalive: 0 }, "keepalive"],
    [{ keepalive: 3601 }, "keepalive"],
    [{ keepalive: Number.NaN }, "keepalive"],
    [{ keepalive: "20" }, "keepalive"],
    [{ recheck: 0 }, "recheck"],
    [{ recheck: true }, "recheck"],
    [{ recheck: 3601 }, "recheck"],
    [{ keepAlive: 20 }, "keepAlive"],
    [{ onRefused: 1 }, "onRefused"],
    [null, "options"],
  ];
  for (const [options, option] of wrong) {
    assert.throws(() => wrapWebSocket(options as WebSocketOptions), { code: "ERR_OPTION", option });
  }
});

test("it stands once around a handler", () => {
  const twice = () => stack.use(wrapWebSocket()).use(wrapCookies()).use(wrapWebSocket())(() => text("ok"));
  assert.throws(twice, { code: "ERR_STACK_TWICE" });
});

test("request.isWebSocketUpgrade tells what a WebSocket can be answered to", async () => {
  const seen = async (request = requestMap()) => {
    let told: boolean | undefined;
    await answer(({ isWebSocketUpgrade }) => {
      told = isWebSocketUpgrade;
      return text("ok");
    }, request);
    return told;
  };
  assert.equal(await seen(upgradeRequest()), true);
  assert.equal(await seen(requestMap()), false);
  assert.equal(await seen(requestMap("POST", "/chat", { headers })), false);
  assert.equal(await seen(requestMap("HEAD", "/chat", { headers })), false);
  assert.equal(await seen(requestMap("GET", "/chat", { headers, body: new ReadableStream() })), false);
  assert.equal(await seen(upgradeRequest({ upgrade: "h2c" })), false);
  assert.equal(await seen(upgradeRequest({ connection: "keep-alive" })), false);
  assert.equal(await seen(upgradeRequest({ connection: "x-upgrade" })), false);
  assert.equal(await seen(upgradeRequest({ connection: undefined })), false);
});

test("a listener for a request that is no upgrade is 426, and says what to upgrade to", async () => {
  const told: unknown[] = [];
  const listener = () => ({ ...upgradeWebSocket({}, { protocol: "chat" }), session: { seen: true } });
  const response = await answer(listener, requestMap("GET", "/chat"), {
    onRefused: ({ code, status }) => void told.push([code, status]),
  });
  assert.equal(response.status, 426);
  assert.equal(response.headers.upgrade, "websocket");
  assert.equal(response.headers.connection, "upgrade");
  assert.equal("sec-websocket-protocol" in response.headers, false);
  assert.match(response.body, /^Upgrade Required \(ERR_UPGRADE_REQUIRED\)/);
  assert.equal("websocket" in response || "upgrade" in response, false);
  assert.deepEqual(response.session, { seen: true }, "what else the handler answered goes on");
  assert.deepEqual(told, [["ERR_UPGRADE_REQUIRED", 426]]);
});

test("the 426 has its headers once, whatever the spelling of the handler's", async () => {
  const headers = { "Cache-Control": "public", "Sec-WebSocket-Protocol": "chat", Vary: "Cookie", "X-Own": "1" };
  const listener = () => ({ ...upgradeWebSocket({}), headers });
  const response = await answer(listener, requestMap("GET", "/chat"));
  assert.deepEqual(response.headers, {
    "Cache-Control": "no-store",
    Vary: "Cookie, Accept",
    "X-Own": "1",
    connection: "upgrade",
    "content-type": "text/plain; charset=utf-8",
    upgrade: "websocket",
    "x-content-type-options": "nosniff",
  });
});

test("onRefused may answer such a request with a page", async () => {
  const response = await answer(() => upgradeWebSocket({}), requestMap("GET", "/chat"), {
    onRefused: () => text("use the app", 200),
  });
  assert.equal(response.status, 200);
  assert.equal(response.body, "use the app");
  assert.equal("upgrade" in response.headers, false);
});

test("what is no listener is ERR_RESPONSE_SHAPE, whatever the request", async () => {
  const wrong: ReadonlyArray<readonly [unknown, RegExp]> = [
    [null, /object of onOpen/],
    ["chat", /object of onOpen/],
    [[], /object of onOpen/],
    [() => {}, /object of onOpen/],
    [{ onMessage: "hello" }, /websocket\.onMessage must be a function/],
    [{ onMesage() {} }, /websocket\.onMesage is no function of a listener/],
  ];
  for (const [websocket, message] of wrong) {
    const handler = () => ({ status: 101, headers: {}, body: null, websocket });
    for (const request of [upgradeRequest(), requestMap()]) {
      await assert.rejects(async () => answer(handler, request), { code: "ERR_RESPONSE_SHAPE", message });
    }
  }
});

test("an object of a class is a listener", async () => {
  class Room {
    readonly name = "room";
    onMessage(): void {}
  }
  const room = new Room();
  assert.equal((await answer(() => upgradeWebSocket(room))).upgrade.listener, room);
});

test("wrapSession stores the session of a 101, inside or outside", async () => {
  const handle = () => ({ ...upgradeWebSocket({}), session: { user: "ann" } });
  const outside = stack.use(wrapSession()).use(wrapWebSocket())(handle);
  const inside = stack.use(wrapWebSocket()).use(wrapSession())(handle);
  for (const app of [outside, inside]) {
    const { status, headers, ...rest } = await (app as Handler)(upgradeRequest());
    assert.equal(status, 101);
    assert.match(String(headers["set-cookie"]), /^session=/);
    assert.equal("upgrade" in rest, true);
  }
});

test("a flash waits for a page: a WebSocket does not show it", async () => {
  const app = stack.use(wrapSession()).use(wrapFlash()).use(wrapWebSocket())(({ uri, flash }) =>
    uri === "/say" ? { ...text("ok"), flash: "Saved." } : uri === "/chat" ? upgradeWebSocket({}) : text(String(flash)),
  );
  const said = await app(requestMap("GET", "/say"));
  const cookie = String(said.headers["set-cookie"]).split(";")[0]!;
  const opened = await app(upgradeRequest({ cookie }));
  assert.equal(opened.status, 101);
  assert.equal((await app(requestMap("GET", "/page", { headers: { cookie } }))).body, "Saved.");
});

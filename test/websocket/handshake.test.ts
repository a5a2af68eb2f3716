import assert from "node:assert/strict";
import { test } from "node:test";
import { agreedProtocol, handshakeFault, handshakeLines } from "../../src/websocket/handshake.ts";

const sound = { "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==", "sec-websocket-version": "13" };
const fault = (more: Record<string, string | undefined> = {}) => handshakeFault({ headers: { ...sound, ...more } });

test("a handshake of RFC 6455 has no fault", () => {
  assert.equal(fault(), undefined);
  assert.equal(fault({ "sec-websocket-protocol": "chat.v2, chat" }), undefined);
});

test("another version is told the one that is spoken", () => {
  for (const version of [undefined, "", "8", "12", "13, 8", "013", "13.0"]) {
    const answer = fault({ "sec-websocket-version": version });
    assert.equal(answer?.status, 426, version);
    assert.equal(answer.headers["sec-websocket-version"], "13");
    assert.equal(answer.headers.upgrade, "websocket");
  }
});

test("a key that is not 16 octets of base64 is a bad request", () => {
  const keys = [undefined, "", "dGhlIHNhbXBsZSBub25jZQ", "x".repeat(24), `${sound["sec-websocket-key"]}, again`];
  for (const key of keys) assert.equal(fault({ "sec-websocket-key": key })?.status, 400, key);
});

test("protocols that are no list of different tokens are a bad request", () => {
  for (const list of ["", ",", "a,", "a b", "a, a", "a;b", '"a"']) {
    assert.equal(fault({ "sec-websocket-protocol": list })?.status, 400, list);
  }
});

test("of the protocols that are spoken the first that was offered is agreed on, and no other is echoed", () => {
  const agreed = (offered: string | undefined, spoken: string | string[] | undefined) =>
    agreedProtocol(
      { "sec-websocket-protocol": offered },
      spoken === undefined ? {} : { "sec-websocket-protocol": spoken },
    );
  assert.equal(agreed("a, b", ["b", "a"]), "b");
  assert.equal(agreed("a, b", "x, a"), "a");
  assert.equal(agreed("a, b", "c"), "");
  assert.equal(agreed("a, b", undefined), "");
  assert.equal(agreed(undefined, "a"), "");
  assert.equal(agreed("A", "a"), "", "names are compared as they are");
});

test("a 101 carries the response's headers, but for those of the handshake itself", () => {
  const lines = handshakeLines({
    "set-cookie": ["a=1", "b=2"],
    vary: "Cookie",
    connection: "close",
    upgrade: "h2c",
    "content-length": "0",
    "sec-websocket-accept": "forged",
    "sec-websocket-protocol": "x",
    "sec-websocket-extensions": "permessage-deflate",
  });
  assert.deepEqual(lines, ["set-cookie: a=1", "set-cookie: b=2", "vary: Cookie"]);
});

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { runConnection } from "../../src/websocket/connection.ts";
import type { WebSocketListener } from "../../src/websocket/listener.ts";
import { fakePeer } from "../support/fake-peer.ts";

function pinged(t: TestContext, keepalive: number, listener: WebSocketListener = {}) {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const peer = fakePeer();
  const connection = runConnection(peer, { listener, keepalive, recheck: 0 }, (error) => assert.fail(String(error)));
  return { peer, connection, pass: (seconds: number) => t.mock.timers.tick(seconds * 1000) };
}

test("a peer is pinged every so many seconds, for as long as something comes from it", (t) => {
  const { peer, connection, pass } = pinged(t, 20);
  pass(19.999);
  assert.deepEqual(peer.calls, []);
  pass(0.001);
  assert.deepEqual(peer.calls, ["ping"]);
  connection.alive();
  pass(20);
  connection.message("a message is as good as a pong");
  pass(20);
  assert.deepEqual(peer.calls, ["ping", "ping", "ping"]);
});

test("a peer that answers no ping until the next is cut off", (t) => {
  const { peer, pass } = pinged(t, 20);
  pass(20);
  pass(19.999);
  assert.deepEqual(peer.calls, ["ping"]);
  pass(0.001);
  assert.deepEqual(peer.calls, ["ping", "terminate"]);
});

test("no pings with 0", (t) => {
  const { peer, pass } = pinged(t, 0);
  pass(100_000);
  assert.deepEqual(peer.calls, []);
});

test("nothing is pinged after the end", async (t) => {
  const { peer, connection, pass } = pinged(t, 20);
  connection.close(1000, "");
  pass(100);
  assert.deepEqual(peer.calls, []);
});

test("a peer that is not read is not taken for dead, nor at once when it is read again", async (t) => {
  const held: Array<() => void> = [];
  const { peer, connection, pass } = pinged(t, 20, { onMessage: () => new Promise<void>((end) => held.push(end)) });
  connection.message("under way");
  await new Promise(setImmediate);
  connection.message("x".repeat(70_000));
  pass(20);
  pass(20);
  pass(20);
  assert.deepEqual(peer.calls, ["pause", "ping", "ping", "ping"]);
  held[0]!();
  await new Promise(setImmediate);
  pass(20);
  assert.deepEqual(peer.calls.slice(4), ["resume", "ping"]);
  pass(20);
  assert.deepEqual(peer.calls.slice(6), ["terminate"]);
});

test("a connection that says goodbye is pinged no more", async (t) => {
  const { peer, pass } = pinged(t, 20, { onOpen: (socket) => socket.close() });
  await new Promise(setImmediate);
  pass(60);
  assert.deepEqual(peer.calls, ["close 1000 "]);
});

test("its timer keeps no process alive", () => {
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
  const before = timers();
  const connection = runConnection(fakePeer(), { listener: {}, keepalive: 20, recheck: 0 }, (error) =>
    assert.fail(String(error)),
  );
  assert.equal(timers(), before);
  connection.close(1000, "");
});

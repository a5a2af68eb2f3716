import assert from "node:assert/strict";
import { test } from "node:test";
import { runConnection } from "../../src/websocket/connection.ts";
import type { WebSocketConnection, WebSocketListener } from "../../src/websocket/listener.ts";
import { fakePeer } from "../support/fake-peer.ts";

function running(listener: WebSocketListener) {
  const peer = fakePeer();
  const errors: unknown[] = [];
  const connection = runConnection(peer, { listener, keepalive: 0, recheck: 0 }, (error) => void errors.push(error));
  return { peer, errors, connection };
}

/** With the socket that its `onOpen` got. */
async function opened() {
  const sockets: WebSocketConnection[] = [];
  const { peer } = running({ onOpen: (socket) => void sockets.push(socket) });
  await settled();
  return { peer, socket: sockets[0]! };
}

/** A function that ends when it is told to. */
function held(log: string[]) {
  const ends: Array<() => void> = [];
  const run = async (name: string) => {
    log.push(name);
    await new Promise<void>((resolve) => ends.push(resolve));
    log.push(`${name}.`);
  };
  return { run, end: () => ends.shift()!() };
}

const settled = () => new Promise(setImmediate);

test("functions run one after the other, in the order of what happened", async () => {
  const log: string[] = [];
  const { run, end } = held(log);
  const { connection, peer } = running({
    onOpen: () => run("open"),
    onMessage: (_, data) => run(`message ${data}`),
    onError: (_, error) => run(`error ${error.message}`),
    onClose: (_, code, reason) => run(`close ${code} ${reason}`),
  });
  connection.message("1");
  connection.message("2");
  connection.error(new Error("cut"));
  connection.close(1006, "why");
  for (let n = 0; n < 5; n++) {
    await settled();
    end();
  }
  await connection.done;
  const names = ["open", "message 1", "message 2", "error cut", "close 1006 why"];
  assert.deepEqual(
    log,
    names.flatMap((name) => [name, `${name}.`]),
  );
  assert.deepEqual(peer.calls, [], "a peer that is read fast enough is left alone");
});

test("a listener with no functions is sound", async () => {
  const { connection, errors } = running({});
  connection.message("1");
  connection.error(new Error("cut"));
  connection.close(1000, "");
  await connection.done;
  assert.deepEqual(errors, []);
});

test("functions of an object of a class have their this", async () => {
  class Room {
    readonly said: unknown[] = [];
    onMessage(_: WebSocketConnection, data: unknown): void {
      this.said.push(data);
    }
  }
  const room = new Room();
  const { connection } = running(room);
  connection.message("1");
  await settled();
  assert.deepEqual(room.said, ["1"]);
});

for (const [kind, fail] of [
  ["throws", () => assert.fail("mine")],
  ["rejects", () => Promise.reject(new Error("mine"))],
] as const) {
  for (const name of ["onOpen", "onMessage", "onError"] as const) {
    test(`${name} that ${kind} closes with 1011, is reported, and drops what waits`, async () => {
      const seen: unknown[] = [];
      const { connection, peer, errors } = running({
        onMessage: (_, data) => void seen.push(data),
        onClose: (_, code) => void seen.push(code),
        [name]: fail,
      });
      if (name === "onError") connection.error(new Error("theirs"));
      connection.message("1");
      connection.message("2");
      await settled();
      connection.message("3");
      connection.close(1011, "");
      await connection.done;
      assert.deepEqual(peer.calls, ["close 1011 "]);
      assert.deepEqual(
        errors.map((error) => (error as Error).message),
        ["mine"],
      );
      assert.deepEqual(seen, [1011]);
    });
  }
  test(`onClose that ${kind} is reported`, async () => {
    const { connection, errors } = running({ onClose: fail });
    connection.close(1000, "");
    await connection.done;
    assert.equal((errors[0] as Error).message, "mine");
  });
}

test("send sends, and says whether the system took it", async () => {
  const { peer, socket } = await opened();
  const { send } = socket;
  assert.equal(await send("text"), true);
  assert.equal(await socket.send(new Uint8Array([1, 2])), true);
  assert.deepEqual(peer.calls, ["send text", "send 1,2"]);
  peer.bufferedAmount = 7;
  assert.equal(socket.bufferedAmount, 7);
  assert.equal(socket.protocol, "chat");
  peer.send = (_, done) => done(false);
  assert.equal(await socket.send("lost"), false);
  peer.isOpen = false; // the peer has said goodbye
  assert.equal(socket.isOpen, false);
  assert.equal(await socket.send("late"), false);
});

test("send refuses what no message holds", async () => {
  const { socket } = await opened();
  for (const wrong of [undefined, null, 1, {}, [1], new ArrayBuffer(1), new Blob([])]) {
    assert.throws(() => void socket.send(wrong as string), TypeError);
  }
});

test("close says goodbye once, and drops what no function has seen", async () => {
  const seen: unknown[] = [];
  const { connection, peer } = running({
    onMessage(socket, data) {
      seen.push(data);
      socket.close(1008, "too fast");
      socket.close();
      assert.equal(socket.isOpen, false);
    },
    onClose: (_, code) => void seen.push(code),
  });
  for (const data of ["1", "2", "3"]) connection.message(data);
  await settled();
  connection.message("4");
  connection.close(1008, "");
  await connection.done;
  assert.deepEqual(peer.calls, ["close 1008 too fast"]);
  assert.deepEqual(seen, ["1", 1008]);
});

test("close refuses codes and reasons that no frame carries", async () => {
  const { peer, socket } = await opened();
  for (const code of [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 1000.5, Number.NaN]) {
    assert.throws(() => socket.close(code), RangeError, String(code));
  }
  assert.throws(() => socket.close(1000, "é".repeat(62)), RangeError);
  assert.deepEqual(peer.calls, []);
  socket.close(4999, "é".repeat(61));
  assert.equal(peer.calls.length, 1);
});

test("close without arguments is 1000; terminate cuts, after a close too", async () => {
  const { peer, socket } = await opened();
  socket.close();
  socket.terminate();
  assert.deepEqual(peer.calls, ["close 1000 ", "terminate"]);
});

test("a server that stops sees to the messages that have come, and takes no more", async () => {
  const seen: unknown[] = [];
  const { connection, peer } = running({
    onMessage: async (socket, data) => void seen.push([data, await socket.send("late")]),
    onClose: (_, code) => void seen.push(code),
  });
  connection.message("1");
  connection.message("2");
  connection.goAway();
  connection.goAway();
  connection.message("3");
  connection.close(1001, "");
  await connection.done;
  assert.deepEqual(peer.calls, ["close 1001 "]);
  assert.deepEqual(seen, [["1", false], ["2", false], 1001]);
});

test("a peer that sends faster than functions end is read no further, until they have caught up", async () => {
  const log: string[] = [];
  const { run, end } = held(log);
  const { connection, peer } = running({ onMessage: () => run("message") });
  const chunk = "x".repeat(30_000);
  connection.message(chunk);
  await settled(); // under way: it does not wait
  connection.message(chunk);
  connection.message(chunk);
  assert.deepEqual(peer.calls, []);
  connection.message(chunk);
  assert.deepEqual(peer.calls, ["pause"]);
  connection.message(chunk); // what ws had read before
  end();
  await settled();
  assert.deepEqual(peer.calls, ["pause"]);
  for (let n = 0; n < 3; n++) {
    end();
    await settled();
  }
  assert.deepEqual(peer.calls, ["pause", "resume"]);
  end();
});

test("empty messages take room too", async () => {
  const { run } = held([]);
  const { connection, peer } = running({ onMessage: () => run("message") });
  for (let n = 0; n < 1100; n++) connection.message("");
  assert.deepEqual(peer.calls, ["pause"]);
});

test("a connection that is not read and closes is read again, for the peer's goodbye", async () => {
  let socket: WebSocketConnection | undefined;
  const { run, end } = held([]);
  const { connection, peer } = running({
    onOpen: (opened) => {
      socket = opened;
      return run("open");
    },
    onMessage() {},
  });
  await settled();
  connection.message("x".repeat(70_000));
  socket!.close();
  assert.deepEqual(peer.calls, ["pause", "resume", "close 1000 "]);
  end();
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { upgradeWebSocket } from "../../src/websocket/upgrade.ts";

test("the protocols that are spoken are in the header, best first", () => {
  const listener = {};
  assert.deepEqual(upgradeWebSocket(listener), { status: 101, headers: {}, body: null, websocket: listener });
  const { headers } = upgradeWebSocket(listener, { protocol: ["chat.v2", "chat"] });
  assert.deepEqual(headers, { "sec-websocket-protocol": ["chat.v2", "chat"] });
});

test("options that cannot be are refused", () => {
  const upgrade = (options: unknown) => () => upgradeWebSocket({}, options as never);
  assert.throws(upgrade({ protocols: "chat" }), { code: "ERR_OPTION", option: "protocols" });
  for (const protocol of [null, 1, "", "a b", "a, b", ["chat", "chat"], []])
    assert.throws(upgrade({ protocol }), { code: "ERR_OPTION", option: "protocol" });
  assert.throws(upgrade(null), { code: "ERR_OPTION" });
});

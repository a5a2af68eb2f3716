import assert from "node:assert/strict";
import { registerHooks } from "node:module";
import { test } from "node:test";
import { upgradeWebSocket, webSockets, wrapWebSocket } from "../../src/middleware/websocket.ts";
import { stack } from "../../src/ring.ts";
import { requestMap } from "../support/request-map.ts";

test("without the package ws webSockets says what to install, and wrapWebSocket works", async () => {
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      if (specifier === "ws") throw Object.assign(new Error("Cannot find package"), { code: "ERR_MODULE_NOT_FOUND" });
      return next(specifier, context);
    },
  });
  try {
    await assert.rejects(webSockets(), { code: "ERR_MODULE_MISSING", message: /the package ws.*: npm install ws$/ });
    const app = stack.use(wrapWebSocket())(() => upgradeWebSocket({}));
    const headers = { upgrade: "websocket", connection: "upgrade" };
    assert.equal((await app(requestMap("GET", "/", { headers }))).status, 101);
  } finally {
    hooks.deregister();
  }
});

/** Anti-forgery in an application that is mounted under a path: paths are those that were sent. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { antiForgeryToken, sessionToken, wrapAntiForgery } from "../../src/middleware/anti-forgery.ts";
import { contextPath, wrapContext } from "../../src/middleware/context.ts";
import { wrapParams } from "../../src/middleware/params.ts";
import { text } from "../../src/response.ts";
import { type Handler, type RequestMap, stack } from "../../src/ring.ts";
import { wrapSession } from "../../src/session/wrap-session.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { appVisitor, form } from "../support/app-visitor.ts";
import { requestMap } from "../support/request-map.ts";

const FOREIGN: Partial<RequestMap> = { headers: { "sec-fetch-site": "cross-site" } };

test("S93: a bypass is the path as it was sent, with the prefix", async () => {
  const mounted = (bypass: readonly string[]) =>
    stack.use(wrapContext("/a")).use(wrapAntiForgery({ bypass }))(() => text("taken"));
  const status = async (app: Handler, uri: string) => (await app(requestMap("POST", uri, FOREIGN))).status;
  assert.equal(await status(mounted(["POST /a/hooks"]), "/a/hooks"), 200);
  assert.equal(await status(mounted(["POST /hooks"]), "/a/hooks"), 403);
});

test("S98: a token for one form is for the path that the form is sent to, in this application alone", async () => {
  const session = wrapSession({ store: memoryStore() });
  const app = (context: string): Handler =>
    stack
      .use(wrapContext(context))
      .use(session)
      .use(wrapParams())
      .use(wrapAntiForgery({ strategy: sessionToken() }))((request) =>
      request.method === "GET"
        ? { ...text(antiForgeryToken(request, { action: contextPath(request, "/del") })), session: { seen: true } }
        : text("taken"),
    );
  const [wiki, shop] = [app("/wiki"), app("/shop")];
  const visitor = appVisitor((request) => (request.uri.startsWith("/wiki") ? wiki : shop)(request));
  await visitor.get("/wiki/page");
  const token = String((await visitor.get("/wiki/page")).body);
  const post = async (uri: string) => (await visitor.post(uri, form({ "__anti-forgery-token": token }))).status;
  assert.equal(await post("/wiki/del"), 200);
  assert.equal(await post("/wiki/other"), 403);
  assert.equal(await post("/shop/del"), 403);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { showsPage, type WithSlots, wrapFlash } from "../../src/index.ts";
import { text } from "../../src/response.ts";
import { type Handler, type Middleware, stack } from "../../src/ring.ts";
import type { SlotChanges } from "../../src/session/slots.ts";
import { wrapSession } from "../../src/session/wrap-session.ts";
import { barriers } from "../support/barriers.ts";
import { requestMap } from "../support/request-map.ts";
import { commonPages, type Pages, site } from "../support/site.ts";
import { visitor } from "../support/visitor.ts";

const pages: Pages = {
  ...commonPages,
  "/set": ({ queryString }) => ({ status: 303, headers: { location: "/page" }, flash: queryString || "saved" }),
  "/page": ({ flash }) => ({ body: JSON.stringify(flash ?? null) }),
  "/hop": () => ({ status: 302, headers: { location: "/page" } }),
  "/hop-set": () => ({ status: 302, headers: { location: "/page" }, flash: "newer" }),
  "/throw": () => {
    throw new Error("broken page");
  },
  "/fresh": () => ({ session: { brand: "new" } }),
  "/failed": ({ flash }) => ({ status: 422, body: JSON.stringify(flash ?? null) }),
  "/drop": () => ({ status: 303, headers: { location: "/page" }, flash: null }),
};

async function waiting(t: Parameters<typeof site>[0], more: Pages = {}) {
  const { url, errors, events } = await site(t, { ...pages, ...more });
  const bob = visitor(url);
  await bob.post("/set");
  return { bob, url, errors, events };
}

test("a flash is shown on the next page, once", async (t) => {
  const { bob } = await waiting(t);
  assert.equal((await bob.get("/page")).body, '"saved"');
  assert.equal((await bob.get("/page")).body, "null");
});

for (const [what, headers] of [
  ["a document", { "sec-fetch-dest": "document", accept: "text/html" }],
  ["a frame", { "sec-fetch-dest": "iframe" }],
  ["a script's fetch", { "sec-fetch-dest": "empty", accept: "*/*" }],
  ["a client that sends Accept: */*", { accept: "*/*" }],
  ["an old browser", { accept: "application/xhtml+xml, text/html;q=0.9, */*;q=0.8" }],
] as const) {
  test(`it is taken away by ${what}`, async (t) => {
    const { bob } = await waiting(t);
    assert.equal((await bob.get("/page", headers)).body, '"saved"');
    assert.equal((await bob.get("/page")).body, "null");
  });
}

for (const [what, path, headers, method] of [
  ["an image", "/page", { "sec-fetch-dest": "image", accept: "text/html" }],
  ["a style sheet of an old browser", "/page", { accept: "text/css,*/*;q=0.1" }],
  ["an old browser's image", "/page", { accept: "image/avif,image/webp,*/*;q=0.8" }],
  ["JSON polling without Sec-Fetch-Dest", "/page", { accept: "application/json" }],
  ["a prefetch", "/page", { "sec-fetch-dest": "document", "sec-purpose": "prefetch;prerender" }],
  ["an old prefetch", "/page", { accept: "text/html", purpose: "prefetch" }],
  ["an older prefetch", "/page", { accept: "text/html", "x-moz": "prefetch" }],
  ["a redirect", "/hop", { "sec-fetch-dest": "document" }],
  ["a thrown error", "/throw", { "sec-fetch-dest": "document" }],
  ["a HEAD", "/page", { accept: "text/html" }, "HEAD"],
  ["a POST", "/page", { accept: "text/html" }, "POST"],
] as Array<[string, string, Record<string, string>, string?]>) {
  test(`it survives ${what}`, async (t) => {
    const { bob, url } = await waiting(t);
    if (method === "POST") await bob.post(path, headers);
    else if (method === "HEAD") await fetch(url + path, { method, headers: { ...headers, cookie: bob.cookie() } });
    else await bob.get(path, headers);
    assert.equal((await bob.get("/page")).body, '"saved"');
  });
}

test("keepFlash lets it wait on, and a new one beside it counts all the same", async (t) => {
  const { bob, errors } = await waiting(t, {
    "/keep": () => ({ keepFlash: true }),
    "/not": () => ({ keepFlash: false, body: "x" }),
    "/keep-new": () => ({ keepFlash: true, flash: "newer" }),
  });
  await bob.get("/keep");
  assert.equal((await bob.get("/page")).body, '"saved"');
  await bob.post("/set");
  await bob.get("/keep-new");
  assert.equal((await bob.get("/page")).body, '"newer"');
  await bob.post("/set");
  await bob.get("/not");
  assert.equal((await bob.get("/page")).body, "null");
  assert.deepEqual(errors, []);
});

test("without an Accept header it is taken away", async (t) => {
  const { bob } = await waiting(t);
  await bob.get("/page", { accept: "" });
  const { bob: other, url } = await waiting(t);
  const { hostname, port } = new URL(url);
  const { connect } = await import("node:net");
  const socket = connect(Number(port), hostname);
  socket.end(`GET /page HTTP/1.1\r\nHost: x\r\nCookie: ${other.cookie()}\r\nConnection: close\r\n\r\n`);
  const body = await socket.reduce((all, chunk: Buffer) => all + chunk.toString(), "");
  assert.match(body, /"saved"/);
  assert.equal((await other.get("/page")).body, "null");
});

test("a page that shows it with an error status takes it away", async (t) => {
  const { bob } = await waiting(t);
  assert.equal((await bob.get("/failed")).body, '"saved"');
  assert.equal((await bob.get("/page")).body, "null");
});

test("a redirect with a new flash replaces it, and null drops it", async (t) => {
  const { bob } = await waiting(t);
  await bob.get("/hop-set");
  assert.equal((await bob.get("/page")).body, '"newer"');
  await bob.post("/set");
  await bob.post("/drop");
  assert.equal((await bob.get("/page")).body, "null");
});

test("a handler that answers a fresh session, signs in or signs out loses no flash", async (t) => {
  const { bob } = await waiting(t);
  await bob.post("/fresh");
  await bob.post("/login");
  assert.equal((await bob.get("/page")).body, '"saved"');
});

test("a newer flash is not taken away with the one that was shown", async (t) => {
  const points = barriers();
  const { bob } = await waiting(t, {
    "/slow-page": async ({ flash }) => {
      await points.hold("page");
      return { body: JSON.stringify(flash) };
    },
  });
  const slow = bob.get("/slow-page");
  await points.held("page");
  await bob.post("/set?second");
  points.release("page");
  assert.equal((await slow).body, '"saved"');
  assert.equal((await bob.get("/page")).body, '"second"');
});

test("two pages at the very same time may both show it; it is never lost", async (t) => {
  const points = barriers();
  const { bob } = await waiting(t, {
    "/slow": async ({ flash, queryString: name }) => {
      await points.hold(name);
      return { body: JSON.stringify(flash) };
    },
  });
  const [a, b] = [bob.get("/slow?a"), bob.get("/slow?b")];
  await Promise.all([points.held("a"), points.held("b")]);
  points.release("a");
  points.release("b");
  assert.deepEqual([(await a).body, (await b).body], ['"saved"', '"saved"']);
  assert.equal((await bob.get("/page")).body, "null");
});

test("an empty text, 0 and false are flashes too", async (t) => {
  for (const value of ["", 0, false]) {
    const { bob } = await waiting(t, {
      "/falsy": () => ({ status: 303, headers: { location: "/page" }, flash: value }),
    });
    assert.equal((await bob.post("/falsy")).status, 303);
    assert.equal((await bob.get("/page")).body, JSON.stringify(value));
  }
});

test("a flash is a value of any shape, and one that JSON would change is refused", async (t) => {
  const { bob, errors } = await waiting(t, {
    "/object": () => ({ status: 303, headers: { location: "/page" }, flash: { kind: "good", words: ["a", "b"] } }),
    "/date": () => ({ status: 303, headers: { location: "/page" }, flash: { at: new Date() } }),
  });
  assert.equal((await bob.post("/date")).status, 500);
  assert.equal((errors[0] as { code: string }).code, "ERR_SESSION_VALUE");
  await bob.post("/object");
  assert.equal((await bob.get("/page")).body, '{"kind":"good","words":["a","b"]}');
});

test("wrapFlash twice around one handler throws when built", () => {
  assert.throws(() => stack.use(wrapSession()).use(wrapFlash()).use(wrapFlash())(() => text("x")), {
    code: "ERR_STACK_TWICE",
  });
});

for (const status of [300, 301, 302, 303, 304, 307, 308, 399]) {
  test(`it survives an answer with the status ${status}`, async (t) => {
    const { bob } = await waiting(t, { "/status": () => ({ status, headers: { location: "/page" } }) });
    assert.equal((await bob.get("/status", { "sec-fetch-dest": "document" })).status, status);
    assert.equal((await bob.get("/page")).body, '"saved"');
  });
}

for (const status of [200, 299, 400, 404, 500]) {
  test(`it is taken away with an answer of the status ${status}`, async (t) => {
    const { bob } = await waiting(t, { "/status": ({ flash }) => ({ status, body: JSON.stringify(flash) }) });
    assert.equal((await bob.get("/status", { "sec-fetch-dest": "document" })).body, '"saved"');
    assert.equal((await bob.get("/page")).body, "null");
  });
}

const accepts: readonly (readonly [string, boolean])[] = [
  ["text/html", true],
  [" text/html ", true],
  ["\ttext/html\t", true],
  ["text/html ; q=0.9", true],
  ["application/json , text/html", true],
  ["application/json,text/html,*/*", true],
  ["TEXT/HTML", true],
  [" */* ", true],
  ["*/*;q=0.8", false],
  ["*/*, image/png", false],
  ["text/html5", false],
  ["x-text/html", false],
  ["application/text/html", false],
  ["text/ html", false],
  ["", false],
];
for (const [accept, shown] of accepts) {
  test(`Accept ${JSON.stringify(accept)} is ${shown ? "" : "not "}a page that somebody reads`, () => {
    assert.equal(showsPage(requestMap("GET", "/", { headers: { accept } })), shown);
  });
}

const prefetches: readonly (readonly [Record<string, string>, boolean])[] = [
  [{ "sec-purpose": "prefetch" }, false],
  [{ "sec-purpose": "prefetch; prerender" }, false],
  [{ "sec-purpose": "x, PREFETCH" }, false],
  [{ purpose: "preview" }, false],
  [{ "x-moz": "prefetch" }, false],
  [{ "sec-purpose": "noprefetch" }, true],
  [{ "sec-purpose": "" }, true],
  [{ "sec-fetch-dest": "empty" }, true],
  [{ "sec-fetch-dest": "frame" }, false],
  [{ "sec-fetch-dest": "script", accept: "text/html" }, false],
];
for (const [headers, shown] of prefetches) {
  test(`${JSON.stringify(headers)} is ${shown ? "" : "not "}a page that somebody reads`, () => {
    assert.equal(showsPage(requestMap("GET", "/", { headers })), shown);
    assert.equal(showsPage(requestMap("HEAD", "/", { headers })), false);
  });
}

/** What `wrapFlash` says about the session's slots, over a handler that says something itself. */
async function slotsSaid(waiting: Record<string, string>, said: { flash?: string | null; sessionSlots?: SlotChanges }) {
  const handle = () => ({ ...text("ok"), ...said });
  const app = wrapFlash()(handle as never) as unknown as Handler<WithSlots>;
  const response = await app({ ...requestMap(), sessionSlots: waiting });
  assert.equal("flash" in response, false, "the key is taken off");
  return response.sessionSlots;
}

test("what another middleware says about its slots stays beside the flash", async () => {
  const own = { csrf: { value: "t", keep: false }, old: null };
  const saved = { value: "hi", keep: true };
  assert.deepEqual(await slotsSaid({ flash: "x" }, { sessionSlots: own }), { ...own, flash: null });
  assert.deepEqual(await slotsSaid({}, { sessionSlots: own, flash: "hi" }), { ...own, flash: saved });
  assert.deepEqual(await slotsSaid({}, { sessionSlots: own, flash: null }), { ...own, flash: null });
  assert.deepEqual(await slotsSaid({}, { sessionSlots: own }), own);
  assert.deepEqual(await slotsSaid({}, { flash: "hi" }), { flash: saved });
  assert.equal(await slotsSaid({}, {}), undefined);
});

test("a slot that a middleware inside keeps is there on the next page, and so is the flash", async () => {
  const wrapVisits: Middleware<WithSlots, WithSlots> = (inner) => async (request) => {
    const response = await inner(request);
    const visits = { value: Number(request.sessionSlots.visits ?? 0) + 1, keep: true };
    return { ...response, sessionSlots: { ...response.sessionSlots, visits } };
  };
  const app = stack.use(wrapSession()).use(wrapFlash<string>()).use(wrapVisits)(({ uri, flash, sessionSlots }) => {
    const page = text(JSON.stringify([flash ?? null, sessionSlots.visits ?? 0]));
    return uri === "/set" ? { ...page, flash: "saved" } : page;
  });
  let cookie = "";
  const get = async (uri: string) => {
    const response = await app(requestMap("GET", uri, { headers: { cookie } }));
    const [line] = (response.headers["set-cookie"] ?? []) as string[];
    if (line) cookie = line.slice(0, line.indexOf(";"));
    return JSON.parse(response.body as string);
  };
  assert.deepEqual(await get("/set"), [null, 0]);
  assert.deepEqual(await get("/page"), ["saved", 1]);
  assert.deepEqual(await get("/page"), [null, 2]);
});

test("outside a session, where no compiler says so, the error does", async () => {
  const app = wrapFlash()(() => text("")) as (request: unknown) => Promise<unknown>;
  await assert.rejects(app(requestMap()), {
    code: "ERR_OPTION",
    message: /\.use\(wrapSession\(\)\)\.use\(wrapFlash\(\)\)/,
  });
});

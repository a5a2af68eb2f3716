import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser } from "playwright-core";
import { shownError } from "../../src/dev/shown-error.ts";
import { wrapErrorPage } from "../../src/dev/wrap-error-page.ts";
import { RinglightError } from "../../src/errors.ts";
import { wrapFlash } from "../../src/middleware/flash.ts";
import { text } from "../../src/response.ts";
import { type RequestMap, type ResponseMap, stack } from "../../src/ring.ts";
import { wrapSession } from "../../src/session/wrap-session.ts";
import { middlewareContract } from "../../src/testing/middleware-contract.ts";
import { appVisitor } from "../support/app-visitor.ts";
import { launchChromium, withoutChromium } from "../support/chromium.ts";
import { requestMap } from "../support/request-map.ts";
import { listen } from "../support/site.ts";

describe("wrapErrorPage keeps the middleware contract", () => {
  for (const check of middlewareContract)
    test(check.name, () => check.run(() => ({ wrap: wrapErrorPage({ onError: () => {} }), catches: true })));
});

const [SESSION, BEARER, SEALED] = ["Zm9vYmFyLXNlY3JldA", "abcdefgh12345", "secret value"];
const SECRETS = {
  cookie: `session=${SESSION}; theme=dark; enc=${SEALED.replace("s", "%73").replace(" ", "%20")}`,
  authorization: `Bearer ${BEARER}`,
  "proxy-authorization": "Basic cHJveHlzZWNyZXQ=",
  "x-csrf-token": "csrfsecret-token",
  referer: "http://localhost/reset?token=refsecret",
};
/** The same error as if thrown elsewhere: the page shows source, and this file's holds what tests look for. */
function elsewhere<E extends Error>(error: E): E {
  const file = new URL("../support/request-map.ts", import.meta.url);
  return Object.assign(error, { stack: `${error.name}: ${error.message}\n    at handler (${file}:4:17)` });
}

const HANGS_ON = {
  session: { user: "session-user-name" },
  parameters: ["query-parameter"],
  help: "<b>help-secret</b>",
};

const HTML = { accept: "text/html,application/xhtml+xml" };

/** What is answered to a request that throws. */
async function answered(
  error: unknown,
  more: Partial<RequestMap> = { headers: HTML },
): Promise<ResponseMap & { body: string }> {
  const app = wrapErrorPage({ onError: () => {} })(() => {
    throw error;
  });
  return (await app(requestMap("GET", "/page", more))) as ResponseMap & { body: string };
}

test("a browser gets a page with message, stack, source and request", async () => {
  const { status, headers, body } = await answered(new TypeError("no such <thing>"), {
    headers: HTML,
    queryString: "a=1",
  });
  assert.equal(status, 500);
  assert.equal(headers["content-type"], "text/html; charset=utf-8");
  assert.equal(headers["cache-control"], "no-store");
  assert.match(body, /TypeError/);
  assert.match(body, /no such &lt;thing&gt;/);
  assert.match(body, /error-page\.test\.ts/);
  assert.match(body, /stack-frame-source/);
  assert.match(body, /\/page\?a=1/);
});

test("the error's status is kept", async () => {
  assert.equal((await answered(new RinglightError("ERR_STORE_TIMEOUT", "slow", { status: 503 }))).status, 503);
  assert.equal((await answered(Object.assign(new Error("x"), { status: 200 }))).status, 500);
});

test("inside wrapFlash a waiting message waits on, for a page that shows it", async () => {
  const app = stack
    .use(wrapSession())
    .use(wrapFlash())
    .use(wrapErrorPage({ onError: () => {} }))((request) => {
    if (request.uri === "/broken") throw new Error("broken");
    return { ...text(String(request.flash ?? "none")), ...(request.uri === "/say" ? { flash: "Saved." } : {}) };
  });
  const bob = appVisitor(app);
  await bob.post("/say");
  assert.equal((await bob.get("/broken")).status, 500);
  assert.equal((await bob.get("/page")).body, "Saved.");
  assert.equal((await bob.get("/page")).body, "none");
});

test("outside wrapFlash it adds no key that nobody takes", async () => {
  assert.deepEqual(Object.keys(await answered(new Error("x"))).sort(), ["body", "headers", "status"]);
});

test("other clients get JSON or text", async () => {
  const error = new Error("outer", { cause: new RangeError("inner") });
  const json = await answered(error, { headers: { accept: "application/json" } });
  assert.equal(json.headers["content-type"], "application/json");
  const shown = JSON.parse(json.body).error;
  assert.deepEqual([shown.message, shown.status, shown.causes[0].name], ["outer", 500, "RangeError"]);
  const plain = await answered(error, { headers: { accept: "*/*" } });
  assert.equal(plain.headers["content-type"], "text/plain; charset=utf-8");
  assert.match(
    plain.body,
    /^Error: outer\n {4}at .*error-page\.test\.ts[\s\S]*\nCaused by\nRangeError: inner\n {4}at /,
  );
});

for (const [what, more] of [
  ["another machine", { remoteAddress: "192.168.1.7" }],
  ["another machine over IPv6", { remoteAddress: "fe80::1" }],
  ["a tunnel to this machine", { host: "name.tunnel.example" }],
  ["a site whose name points here", { host: "localhost.evil.example:3000" }],
  ["no host", { host: "" }],
  ["no host, no peer", { host: "", remoteAddress: undefined }],
] as const) {
  test(`${what} sees nothing: the error goes on outwards`, async () => {
    const error = new Error("secret words");
    await assert.rejects(answered(error, { headers: HTML, ...more }), error);
  });
}

for (const more of [
  { host: "localhost:3000", remoteAddress: "::1" },
  { host: "app.localhost", remoteAddress: "127.0.0.1" },
  { host: "127.0.0.1:80", remoteAddress: "::ffff:127.0.0.1" },
  { host: "[::1]:3000", remoteAddress: undefined },
]) {
  test(`this machine sees it: ${JSON.stringify(more)}`, async () => {
    assert.equal((await answered(new Error("x"), { headers: HTML, ...more })).status, 500);
  });
}

test("allow says who sees it, onError is told of what is shown alone, and may fail", async () => {
  const told: unknown[] = [];
  const error = new Error("x");
  const wrap = wrapErrorPage({
    allow: ({ uri }) => uri === "/shown",
    onError: (each) => {
      told.push(each);
      throw new Error("log is full");
    },
  });
  const app = wrap(() => Promise.reject(error));
  assert.equal((await app(requestMap("GET", "/shown", { remoteAddress: "10.0.0.1" }))).status, 500);
  await assert.rejects(async () => app(requestMap("GET", "/")), error);
  assert.deepEqual(told, [error]);
});

for (const accept of ["text/html", "application/json", "*/*"])
  test(`no cookie, credential, session or property of the error is in ${accept}`, async () => {
    const headers = { ...SECRETS, accept };
    const request = { ...requestMap("GET", "/", { headers }), ...HANGS_ON };
    const cause = Object.assign(elsewhere(new Error(`cause: ${SESSION}`)), { request, ...HANGS_ON });
    const error = Object.assign(elsewhere(new Error(`bad token ${BEARER} and ${SEALED}`, { cause })), {
      request,
      ...HANGS_ON,
    });
    const { body } = await answered(error, { headers });
    assert.match(body, /bad token \[hidden\]/);
    assert.match(body, /cause: \[hidden\]/);
    const leaked = body.match(
      /Zm9vYmFyLXNlY3JldA|abcdefgh12345|cHJveHlzZWNyZXQ|csrfsecret|refsecret|session-user-name|query-parameter|help-secret|secret value|%73ecret/g,
    );
    assert.equal(leaked, null);
  });

test("a message that looks like a stack shows no file of its choice", async () => {
  const { body } = await answered(
    elsewhere(new Error("x\n    at evil (file:///etc/passwd:1:1)\n    at /etc/hostname:1:1")),
  );
  assert.equal(body.match(/root:|stack-frame-filepath" title="[^"]*\/etc/g), null);
  assert.deepEqual(
    shownError(new Error("x\n    at evil (file:///etc/passwd:1:1)"), requestMap()).frames.filter((f) =>
      f.includes("/etc/"),
    ),
    [],
  );
  const replaced = Object.assign(new Error("x"), {
    message: "other",
    stack: "Error: x\n    at evil (/etc/passwd:1:1)",
  });
  assert.deepEqual(shownError(replaced, requestMap()).frames, []);
});

const hostile: ReadonlyArray<readonly [what: string, thrown: unknown]> = [
  ["undefined", undefined],
  ["null", null],
  ["a string", "<script>alert(1)</script>"],
  ["a symbol", Symbol("x")],
  ["a number", 7],
  ["an object without prototype", Object.create(null)],
  [
    "a Proxy that throws",
    new Proxy(new Error("x"), {
      get() {
        throw new Error("trap");
      },
    }),
  ],
  [
    "a getter that throws",
    Object.defineProperty(new Error("x"), "message", {
      get() {
        throw new Error("get");
      },
    }),
  ],
  [
    "an error that is its own cause",
    Object.assign(new Error("x"), {
      get cause() {
        return this;
      },
    }),
  ],
  ["an error without stack", Object.assign(new Error("x"), { stack: undefined })],
  ["a function", () => {}],
  ["an odd name", Object.assign(new Error("x"), { name: "</h4><script>alert(1)</script>", code: "<script>" })],
];

for (const [what, thrown] of hostile)
  test(`${what} can be shown`, async () => {
    const { status, body } = await answered(thrown);
    assert.equal(status, 500);
    assert.equal(body.match(/<script>alert|<script>:/g), null);
  });

test("youch that fails is no second error", async () => {
  const cwd = process.cwd;
  process.cwd = () => {
    throw new Error("the folder is gone");
  };
  try {
    const { body } = await answered(new Error("first"));
    assert.match(body, /Error: first/);
    assert.match(body, /Youch failed: the folder is gone/);
  } finally {
    process.cwd = cwd;
  }
});

test("impossible options are told", () => {
  assert.throws(() => wrapErrorPage({ allow: true as never }), { code: "ERR_OPTION", option: "allow" });
  assert.throws(() => wrapErrorPage({ onError: "log" as never }), { option: "onError" });
  assert.throws(() => wrapErrorPage({ ide: "vim" } as never), { option: "ide" });
});

const skip = withoutChromium("the error page in Chromium");
let browser: Browser;
before(async () => {
  if (skip === false) browser = await launchChromium();
});
after(() => browser?.close());

const HOSTILE_NAME = `x"><img src=y onerror="document.title='owned'">`;

test("in Chromium the page works under its own policy, and a visitor's words run nothing", { skip }, async (t) => {
  const app = wrapErrorPage({ onError: () => {} })((request) => {
    if (request.uri !== "/") return text("", 404);
    const message = `</span><img src=x onerror="document.title='owned'"><script>document.title='owned'</script>`;
    const named = {
      [HOSTILE_NAME]: () => {
        throw new Error(message, { cause: new Error(message) });
      },
    };
    return Object.values(named)[0]!();
  });
  const { url } = await listen(t, app);
  const page = await browser.newPage();
  t.after(() => page.close());
  const complaints: string[] = [];
  page.on(
    "console",
    (each) => each.type() === "error" && !/status of (500|404)/.test(each.text()) && complaints.push(each.text()),
  );
  page.on("pageerror", (each) => complaints.push(each.message));
  await page.goto(url);
  assert.match(await page.title(), /^500 /);
  assert.match((await page.locator("#error-message").textContent()) ?? "", /onerror=/);
  await page.getByRole("button", { name: "Raw" }).click();
  assert.ok(await page.locator("#stack-frames-raw").isVisible(), "youch's own scripts run");
  await page.locator("#copy-error-btn").click();
  await page.locator("#copy-error-btn.copied").waitFor();
  assert.match(await page.title(), /^500 /);
  // Youch prints a function's name as it is: it got into the page, and its policy kept it from doing anything.
  const [handler, image, ...others] = complaints.toSorted();
  assert.match(`${handler}`, /^Executing inline event handler violates/);
  assert.match(`${image}`, /^Loading the image '[^']*\/y' violates/);
  assert.deepEqual(others, []);
});

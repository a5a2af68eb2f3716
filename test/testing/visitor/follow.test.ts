import assert from "node:assert/strict";
import { test } from "node:test";
import { type Visitor, type VisitorOptions, visitor } from "../../../src/testing/index.ts";

interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A visitor of an application that answers by a table of paths, and what it was asked. */
async function visiting(
  pages: Readonly<Record<string, () => Response>>,
  options?: VisitorOptions,
): Promise<{ readonly bob: Visitor; readonly seen: Seen[] }> {
  const seen: Seen[] = [];
  const fetch = async (request: Request) => {
    const { pathname: path, search } = new URL(request.url);
    const headers = Object.fromEntries(request.headers);
    seen.push({ method: request.method, path: path + search, headers, body: await request.text() });
    return pages[path]?.() ?? new Response("", { headers: { "content-type": "text/html" } });
  };
  return { bob: await visitor({ fetch }, options), seen };
}

const to =
  (location: string, status = 302, headers: Record<string, string> = {}) =>
  () =>
    new Response(null, { status, headers: { location, ...headers } });

for (const [status, method, next, keeps] of [
  [301, "POST", "GET", false],
  [302, "POST", "GET", false],
  [303, "POST", "GET", false],
  [303, "PUT", "GET", false],
  [301, "PUT", "PUT", true],
  [302, "DELETE", "DELETE", true],
  [307, "POST", "POST", true],
  [308, "POST", "POST", true],
  [303, "HEAD", "HEAD", undefined],
  [302, "GET", "GET", undefined],
] as const) {
  test(`${status} after ${method} is followed by ${next}${keeps === true ? " with the body" : ""}`, async () => {
    const { bob, seen } = await visiting({ "/a": to("/b", status) });
    const body = keeps === undefined ? {} : { json: { n: 1 } };
    const page = await bob.request(method, "/a", { ...body, headers: { "x-mine": "1" } });
    const last = seen[1]!;
    assert.deepEqual([last.method, last.path, last.headers["x-mine"]], [next, "/b", "1"]);
    assert.equal(last.body, keeps ? '{"n":1}' : "");
    assert.equal(last.headers["content-type"], keeps ? "application/json" : undefined);
    assert.equal(last.headers["content-length"], keeps ? "7" : undefined);
    assert.equal(last.headers.origin, keeps ? "https://localhost" : undefined);
    assert.deepEqual([page.url, page.redirects.map((each) => each.status)], ["https://localhost/b", [status]]);
  });
}

test("cookies that a redirect sets go with what follows, and all are told", async () => {
  const { bob, seen } = await visiting({
    "/a": to("/b", 302, { "set-cookie": "a=1; Path=/" }),
    "/b": to("/c", 302, { "set-cookie": "b=2; Path=/" }),
  });
  const page = await bob.get("/a");
  assert.equal(seen[2]!.headers.cookie, "a=1; b=2");
  assert.deepEqual(page.setCookies, ["a=1; Path=/", "b=2; Path=/"]);
  assert.equal(page.redirects[1]!.headers.get("location"), "/c");
});

test("twenty redirects are followed, one more is an error, and fewer where it is said", async () => {
  let left = 20;
  const { bob } = await visiting({ "/loop": () => (left-- > 0 ? to("/loop")() : new Response("end")) });
  assert.equal((await bob.get("/loop")).text(), "end");
  left = 21;
  await assert.rejects(bob.get("/loop"), { code: "ERR_VISIT", message: "more than 20 redirects, the last to /loop" });
  const short = await visiting({ "/loop": to("/loop?secret") }, { maxRedirects: 1 });
  await assert.rejects(short.bob.get("/loop"), {
    code: "ERR_VISIT",
    message: /^more than 1 redirects, the last to \/loop$/,
  });
  assert.equal(short.seen.length, 2);
});

test("a redirect can be looked at, and one to another origin always is", async () => {
  const pages = { "/a": to("/b"), "/out": to("https://elsewhere.example/x"), "/up": to("http://localhost/") };
  const { bob, seen } = await visiting(pages);
  assert.equal((await bob.get("/a", { redirect: "manual" })).status, 302);
  assert.equal((await bob.fetch("/out")).headers.get("location"), "https://elsewhere.example/x");
  assert.equal((await bob.get("/up")).status, 302);
  const none = await visiting(pages, { maxRedirects: 0 });
  assert.equal((await none.bob.get("/a")).status, 302);
  assert.equal(seen.length, 3);
});

test("a fragment is kept, replaced, and sent to nobody", async () => {
  const { bob, seen } = await visiting({ "/a": to("/b?q=1"), "/c": to("/d#new") });
  assert.equal((await bob.get("/a#old")).url, "https://localhost/b?q=1#old");
  assert.equal((await bob.get("/c#old")).url, "https://localhost/d#new");
  assert.deepEqual(
    seen.map(({ path }) => path),
    ["/a", "/b?q=1", "/c", "/d"],
  );
  assert.equal(seen[2]!.headers.referer, "https://localhost/b?q=1");
});

test("a Location that is no URL is an error, and 304 with one no redirect", async () => {
  const { bob } = await visiting({ "/a": to("http://["), "/b": to("/c", 304) });
  await assert.rejects(bob.get("/a"), { code: "ERR_VISIT", message: "/a answered 302 with a Location that is no URL" });
  assert.equal((await bob.get("/b")).status, 304);
});

test("the first page is asked for as by its address, the next as by a link, a script's as a script does", async () => {
  const { bob, seen } = await visiting({ "/first": to("/second") });
  await bob.get("/first");
  await bob.get("/third");
  await bob.fetch("/data");
  await bob.fetch("/data", { method: "delete" });
  await bob.post("/form", { form: { a: "1 2" } });
  const names = ["sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest", "referer", "origin"];
  const origin = "https://localhost";
  assert.deepEqual(
    seen.map(({ headers }) => names.map((name) => headers[name])),
    [
      ["none", "navigate", "document", undefined, undefined],
      ["none", "navigate", "document", undefined, undefined],
      ["same-origin", "navigate", "document", `${origin}/second`, undefined],
      ["same-origin", "cors", "empty", `${origin}/third`, undefined],
      ["same-origin", "cors", "empty", `${origin}/third`, origin],
      ["same-origin", "navigate", "document", `${origin}/third`, origin],
    ],
  );
  assert.deepEqual([seen[4]!.method, seen[5]!.body, seen[5]!.headers["content-length"]], ["DELETE", "a=1+2", "5"]);
  assert.match(seen[0]!.headers.accept!, /^text\/html,/);
  assert.equal(seen[3]!.headers.accept, "*/*");
});

test("a page's referrer policy is obeyed", async () => {
  const policy = (name: string) => () => new Response("", { headers: { "referrer-policy": name } });
  const { bob, seen } = await visiting({
    "/none": policy("same-origin, no-referrer"),
    "/origin": policy("strict-origin, unknown"),
  });
  await bob.get("/none");
  await bob.post("/x");
  await bob.get("/origin");
  await bob.post("/x");
  assert.deepEqual([seen[1]!.headers.referer, seen[1]!.headers.origin], [undefined, "null"]);
  assert.deepEqual([seen[3]!.headers.referer, seen[3]!.headers.origin], ["https://localhost/", "https://localhost"]);
});

test("on http only this machine is told where a request comes from; headers are sent as a test says", async () => {
  const plain = await visiting({}, { origin: "http://example.com", headers: { "X-All": "1", accept: "text/plain" } });
  await plain.bob.post("/a", { headers: { "x-all": "2", origin: undefined } });
  const { headers } = plain.seen[0]!;
  assert.deepEqual(
    [headers["sec-fetch-site"], headers.origin, headers["x-all"], headers.accept, headers.host],
    [undefined, undefined, "2", "text/plain", "example.com"],
  );
  const local = await visiting({}, { origin: "http://app.localhost:8080" });
  await local.bob.post("/a");
  assert.deepEqual(
    [local.seen[0]!.headers["sec-fetch-site"], local.seen[0]!.headers.origin],
    ["same-origin", "http://app.localhost:8080"],
  );
});

test("cookies that are SameSite stay at home when a test says that another site sends the request", async () => {
  const lines = ["s=1; SameSite=Strict; Path=/", "l=1; SameSite=Lax; Path=/", "n=1; SameSite=None; Secure; Path=/"];
  const { bob, seen } = await visiting({});
  for (const line of lines) bob.setCookie(line);
  const headers = { "sec-fetch-site": "cross-site" };
  await bob.get("/", { headers });
  await bob.post("/", { headers });
  await bob.fetch("/", { headers });
  await bob.get("/");
  assert.deepEqual(
    seen.map((each) => each.headers.cookie),
    ["l=1; n=1", "n=1", "n=1", "s=1; l=1; n=1"],
  );
});

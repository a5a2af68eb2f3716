import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { contextPath } from "../../src/context/context-path.ts";
import { requestMap } from "../support/request-map.ts";

const mounted = { ...requestMap(), context: "/wiki", pathInfo: "/", fullUri: "/wiki" };

for (const [path, within] of [
  ["/login", "/login"],
  ["login", "/login"],
  ["", "/"],
  ["/", "/"],
  ["/a?b=c&d=/#e", "/a?b=c&d=/#e"],
  ["?b=c", "/?b=c"],
  ["#top", "/#top"],
  ["/a b/ü", "/a%20b/%C3%BC"],
  ["/%2Fa", "/%2Fa"],
  ["//evil.example/x", "/evil.example/x"],
  ["/\\evil.example", "/evil.example"],
  ["\\\\evil.example", "/evil.example"],
  ["/\t/evil.example", "/evil.example"],
  ["\n//evil.example", "/evil.example"],
  ["/.//evil.example", "/evil.example"],
  ["/..//evil.example", "/evil.example"],
  ["%2e%2e//evil.example", "/evil.example"],
  ["https://evil.example", "/https://evil.example"],
  ["javascript:alert(1)", "/javascript:alert(1)"],
  ["@evil.example", "/@evil.example"],
  ["/../../admin", "/admin"],
  ["/a/%2e%2E/%2e%2e/admin", "/admin"],
  ["/a\r\nset-cookie: x=1", "/aset-cookie:%20x=1"],
  ["/\ud800", "/%EF%BF%BD"],
] as const) {
  test(`${JSON.stringify(path)} is ${within} of the application`, () => {
    assert.equal(contextPath(mounted, path), `/wiki${within}`);
    assert.equal(contextPath(requestMap(), path), within);
  });
}

test("whatever the path is, what comes out is a path under the prefix, of this host", () => {
  const piece = fc.constantFrom(
    "/",
    "\\",
    ".",
    "..",
    "%2e",
    "%2f",
    "\t",
    "\n",
    "\r",
    "\0",
    " ",
    ":",
    "@",
    "evil.example",
    "https:",
    "?",
    "#",
    "a",
    "é",
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: "binary" }),
        fc.array(piece).map((pieces) => pieces.join("")),
      ),
      (path) => {
        for (const request of [mounted, requestMap()]) {
          const link = contextPath(request, path);
          const { host, pathname } = new URL(link, "https://this.example/some/page");
          assert.equal(host, "this.example");
          assert.ok(request === mounted ? pathname.startsWith("/wiki/") : pathname.startsWith("/"));
          assert.match(link, /^[!-~]+$/);
        }
      },
    ),
    { numRuns: 2000 },
  );
});

test("a key of that name that is an application's own is no prefix", () => {
  assert.equal(contextPath({ uri: "/", context: { locale: "de" } } as never, "/login"), "/login");
});

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import fc from "fast-check";
import { wrapFile } from "../../src/middleware/file.ts";
import { wrapResource } from "../../src/middleware/resource.ts";
import { text } from "../../src/response.ts";
import { type Handler, stack } from "../../src/ring.ts";
import type { FilesOptions } from "../../src/static/files.ts";
import { CANARY, publicFolder, SERVED } from "../support/public-folder.ts";
import { rawExchange } from "../support/raw-http.ts";
import { requestMap } from "../support/request-map.ts";
import { listen } from "../support/site.ts";

const HANDLED = "the handler's";
const handled: Handler = () => text(HANDLED, 404);

function app(t: TestContext, options: FilesOptions = {}) {
  const { root, open } = publicFolder(t);
  return { root, open, app: stack.use(wrapFile(root, options)).use(wrapResource(root, options))(handled) };
}

const UPS = [
  "..",
  "%2e%2e",
  "%2E.",
  ".%2e",
  "%252e%252e",
  "%25252e%25252e",
  "%c0%ae%c0%ae",
  "%e0%80%ae%e0%80%ae",
  "%u002e%u002e",
  "..;",
  "..%00",
  "..%20",
  "...",
  "....",
  ". .",
  "..%09",
  "%ff%fe..",
  "%uff0e%uff0e",
  "%ef%bc%8e%ef%bc%8e",
  "%e2%80%a4%e2%80%a4",
];
const SLASHES = ["/", "\\", "%2f", "%2F", "%5c", "%5C", "%252f", "//", "/./", "%c0%af", "%ef%bc%8f", "%e2%88%95"];

/** What somebody sends who wants out, by kind. */
function attacks(root: string): Readonly<Record<string, readonly string[]>> {
  const paths = UPS.flatMap((up) => SLASHES.map((slash) => up + slash));
  const absolute = `${root.slice(0, -3)}secret.txt`;
  return {
    "up and out": paths.flatMap((up) => [`/${up}secret.txt`, `/css/${up}${up}secret.txt`, `/${up}${up}etc/passwd`]),
    "up and in again": paths.flatMap((up) => [`/${up}pub/hello.txt`, `/css/${up}hello.txt`]),
    "a folder whose name begins alike": [
      "/../public/secret.txt",
      "lic/secret.txt",
      "/..%2fpublic/secret.txt",
      "/../pub.txt",
    ],
    "absolute paths": [
      absolute,
      `/${absolute}`,
      `/%2f${absolute.slice(1)}`,
      "//etc/passwd",
      "///etc/passwd",
      "/%2fetc%2fpasswd",
    ],
    "drives and shares": [
      ...["/C:/Windows/win.ini", "/c:hello.txt", "/C%3a/hello.txt", "/%5c%5chost%5cshare%5chello.txt", "/\\\\?\\C:\\a"],
      ...["//host/share/hello.txt", "/file:///etc/passwd", "/%5c%5c.%5cpipe%5ca"],
    ],
    streams: [
      "/hello.txt::$DATA",
      "/hello.txt%3a%3a$DATA",
      "/hello.txt:Zone.Identifier",
      "/css::$INDEX_ALLOCATION/site.css",
    ],
    "ends that Windows takes off": [
      "/hello.txt.",
      "/hello.txt%20",
      "/hello.txt...",
      "/hello.txt%2e",
      "/css./site.css",
      "/.env.",
    ],
    devices: ["/CON", "/nul", "/aux.txt", "/COM1", "/lpt1.css", "/PRN.txt", "/CONIN$", "/nul%20.txt"],
    "NUL and controls": [
      "/hello.txt%00",
      "/hello.txt%00.css",
      "/%00",
      "/hello.txt%0a",
      "/hello.txt%0d%0aset-cookie:a=b",
      "/hello.txt%7f",
    ],
    "what cannot be decoded": ["/%zz", "/hello%", "/hello%2", "/%c0%aehello.txt", "/%e9.txt", "/%ed%a0%80"],
    "slashes in disguise": [
      "/css%2fsite.css",
      "/css%5csite.css",
      "/css\\site.css",
      "/css%252fsite.css",
      "/css%c0%afsite.css",
    ],
    dotfiles: [
      "/.env",
      "/%2eenv",
      "/.git/config",
      "/.git",
      "/.git/",
      "/css/.htaccess",
      "/.well-known/.env",
      "/.ENV",
      "/.well-known/../.env",
    ],
    links: [
      "/out.txt",
      "/absolute.txt",
      "/outdir/secret.txt",
      "/inner.txt",
      "/styles/site.css",
      "/hidden.txt",
      "/loop",
      "/loop/a",
      "/dangling",
    ],
    "what is no file": ["/fifo", "/css", "/css/", "/", "//", "/.", "/./", "/docs", "/hello.txt/", "/hello.txt/a"],
    "other spellings": [
      "/HELLO.TXT",
      "/Css/site.css",
      "/e%CC%81.txt",
      "/hello.txt;a=b",
      "/hello.txt%3fa",
      "/hello.txt%23",
      "/*",
      "/~",
    ],
    "long ones": [
      `/${"a".repeat(5000)}`,
      `/${"a/".repeat(3000)}`,
      `/${"../".repeat(2000)}etc/passwd`,
      `/${"%2e%2e/".repeat(500)}etc/passwd`,
    ],
  };
}

const KINDS = Object.keys(attacks("/srv/pub"));

for (const [name, options] of Object.entries({ "as it is": {}, "with an index": { index: "index.html" } })) {
  for (const kind of KINDS) {
    test(`${kind}: the handler answers, ${name}`, async (t) => {
      const { app: site, root, open } = app(t, options);
      for (const uri of attacks(root)[kind]!) {
        const response = await site(requestMap("GET", uri));
        if (uri === "/docs" && name === "with an index") assert.equal(response.headers.location, "docs/");
        else assert.equal(response.body, HANDLED, uri.slice(0, 100));
      }
      assert.deepEqual(open(), []);
    });
  }
}

for (const kind of KINDS) {
  test(`${kind}: nothing gets out over a socket`, async (t) => {
    const { app: site, root, open } = app(t);
    const { url, errors } = await listen(t, site);
    const port = Number(new URL(url).port);
    for (const uri of attacks(root)[kind]!) {
      for (const target of [uri, `http://x${uri}`]) {
        const answer = await rawExchange(port, `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
        assert.match(answer, /^HTTP\/1\.1 (?:404|400|431) /, target.slice(0, 100));
        assert.ok(!answer.includes(CANARY) && !answer.includes("root:"), target.slice(0, 100));
      }
    }
    assert.deepEqual(errors, []);
    assert.deepEqual(open(), []);
  });
}

test("octets that are no ASCII, raw in the request line, are names of their own", async (t) => {
  const { app: site } = app(t);
  const { url } = await listen(t, site);
  const port = Number(new URL(url).port);
  for (const raw of ["/\xc0\xae\xc0\xae/secret.txt", "/\xe9.txt", "/\xc3\xa9.txt", "/\x2e\x2e/secret.txt", "/\xff"]) {
    const answer = await rawExchange(port, `GET ${raw} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    assert.match(answer, /^HTTP\/1\.1 (?:404|400) /, raw);
  }
});

test("10,000 paths at random give out nothing but what is served", async (t) => {
  const { app: site, open } = app(t, { index: "index.html", precompressed: true });
  const linked = app(t, { allowSymlinks: true });
  const part = fc.oneof(
    fc.constantFrom(...UPS, ...SLASHES, ".", "", "%00", ":", "::$DATA", ".env", ".git", ".well-known", "config"),
    fc.constantFrom(
      "pub",
      "public",
      "secret.txt",
      "pub.txt",
      "css",
      "docs",
      "outdir",
      "styles",
      "loop",
      "fifo",
      "etc",
      "passwd",
    ),
    fc.constantFrom(...Object.keys(SERVED), "out.txt", "inner.txt", "hidden.txt", "absolute.txt", "index.html"),
    fc.string({ maxLength: 4, unit: "binary" }),
    fc.string({ maxLength: 4 }).map((some) => encodeURIComponent(some.toWellFormed())),
  );
  const path = fc
    .array(fc.tuple(fc.constantFrom("/", "/", "/", ...SLASHES, ""), part), { minLength: 1, maxLength: 8 })
    .map((parts) => `/${parts.flat().join("")}`.replace(/^\/\//, "/"));
  const contents = new Set(Object.values(SERVED));
  let files = 0;
  await fc.assert(
    fc.asyncProperty(path, async (uri) => {
      for (const each of [site, linked.app]) {
        const { status, headers, body } = await each(requestMap("GET", uri));
        if (body === HANDLED) continue;
        if (status === 302) assert.match(String(headers.location), /^[^/\\:]+\/$/);
        else {
          files++;
          assert.ok(contents.has(await new Response(body as BodyInit).text()), uri);
        }
      }
    }),
    { numRuns: 10_000 },
  );
  assert.ok(files > 30, `only ${files} files were found: the paths are no good`);
  assert.deepEqual(open(), []);
  assert.deepEqual(linked.open(), []);
});

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { truncateSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { pathToFileURL } from "node:url";
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from "node:zlib";
import { type FilesOptions, wrapFile } from "../../src/middleware/file.ts";
import { text } from "../../src/response.ts";
import { type Handler, type ResponseMap, stack } from "../../src/ring.ts";
import { wrapSession } from "../../src/session/wrap-session.ts";
import { middlewareContract } from "../../src/testing/middleware-contract.ts";
import { CANARY, publicFolder, SERVED } from "../support/public-folder.ts";
import { rawConnection, rawExchange } from "../support/raw-http.ts";
import { requestMap } from "../support/request-map.ts";
import { listen } from "../support/site.ts";
import { storeUnderTest } from "../support/store-under-test.ts";
import { until } from "../support/until.ts";

const handled: Handler = () => text("the handler's", 404);

type Get = (uri: string, headers?: Record<string, string>, method?: string) => Promise<ResponseMap>;

function served(t: TestContext, options: FilesOptions = {}) {
  const folder = publicFolder(t);
  const app = stack.use(wrapFile(folder.root, options))(handled);
  const get: Get = async (uri, headers = {}, method = "GET") => app(requestMap(method, uri, { headers }));
  return {
    ...folder,
    app,
    get,
    write: (name: string, content: string | Uint8Array) => writeFileSync(join(folder.root, name), content),
  };
}

async function octets({ body }: ResponseMap): Promise<string> {
  return body === null ? "" : new Response(body as BodyInit).text();
}

const DAY = 86_400;
/** Stamps a file, in seconds before now. */
function age(path: string, seconds: number): void {
  const then = Date.now() / 1000 - seconds;
  utimesSync(path, then, then);
}

for (const check of middlewareContract) {
  test(check.name, async (t) => check.run(() => ({ wrap: wrapFile(publicFolder(t).root) })));
}

test("files are answered over HTTP, everything else by the handler", async (t) => {
  const { app } = served(t);
  const { url } = await listen(t, app);
  for (const [path, content] of Object.entries(SERVED)) {
    const response = await fetch(`${url}/${path.split("/").map(encodeURIComponent).join("/")}?v=1`);
    assert.equal(response.status, 200, path);
    assert.equal(response.headers.get("content-length"), String(Buffer.byteLength(content)));
    assert.equal(await response.text(), content);
  }
  for (const path of ["/", "/css", "/css/", "/docs/", "/missing.txt", "/hello.txt/", "/HELLO.txt"]) {
    assert.equal(await (await fetch(url + path)).text(), "the handler's", path);
  }
});

test("each type is told, text as UTF-8, none is guessed", async (t) => {
  const { get, write } = served(t);
  const types: Record<string, string> = {
    "a.css": "text/css; charset=utf-8",
    "a.html": "text/html; charset=utf-8",
    "a.js": "text/javascript; charset=utf-8",
    "a.mjs": "text/javascript; charset=utf-8",
    "a.TXT": "text/plain; charset=utf-8",
    "a.json": "application/json",
    "a.svg": "image/svg+xml",
    "a.png": "image/png",
    "a.woff2": "font/woff2",
    "a.wasm": "application/wasm",
    "a.tar.gz": "application/gzip",
    "a.unheardof": "application/octet-stream",
    "a.constructor": "application/octet-stream",
    "a.__proto__": "application/octet-stream",
    a: "application/octet-stream",
    js: "application/octet-stream",
  };
  for (const [name, type] of Object.entries(types)) {
    write(name, "x");
    const { headers } = await get(`/${name}`);
    assert.equal(headers["content-type"], type, name);
    assert.equal(headers["x-content-type-options"], "nosniff");
  }
});

test("HEAD is GET without a body, and leaves no descriptor", async (t) => {
  const { get, write, open } = served(t);
  write("long.bin", randomBytes(200_000));
  for (const path of ["/hello.txt", "/long.bin"]) {
    const whole = await get(path);
    const head = await get(path, { range: "bytes=0-1" }, "HEAD");
    assert.deepEqual(head, { ...whole, body: null });
    if (whole.body instanceof ReadableStream) await whole.body.cancel();
  }
  assert.deepEqual(open(), []);
});

test("other methods are the handler's", async (t) => {
  const { get } = served(t);
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "get", "PROPFIND"]) {
    assert.equal((await get("/hello.txt", {}, method)).status, 404, method);
  }
});

test("a file that was seen is not sent again", async (t) => {
  const { get, root } = served(t);
  age(join(root, "hello.txt"), DAY);
  const { etag, "last-modified": date, ...rest } = (await get("/hello.txt")).headers as Record<string, string>;
  assert.match(etag!, /^"/);
  assert.equal(rest["cache-control"], "no-cache");
  for (const headers of [{ "if-none-match": etag! }, { "if-modified-since": date! }]) {
    for (const method of ["GET", "HEAD"]) {
      const again = await get("/hello.txt", headers, method);
      const kept = { etag, "last-modified": date, "cache-control": "no-cache" };
      assert.deepEqual(again, { status: 304, headers: kept, body: null });
    }
  }
  age(join(root, "hello.txt"), DAY / 2);
  assert.equal((await get("/hello.txt", { "if-none-match": etag! })).status, 200);
  assert.equal((await get("/hello.txt", { "if-modified-since": date! })).status, 200);
  assert.equal((await get("/hello.txt", { "if-match": etag! })).status, 412);
  const failed = await get("/hello.txt", { "if-unmodified-since": date! });
  assert.deepEqual([failed.status, failed.headers["cache-control"], failed.body], [412, "no-store", null]);
});

test("a file that was just written has a weak ETag, by the clock that was given", async (t) => {
  let now = Date.now();
  const { get } = served(t, { now: () => now });
  assert.match((await get("/hello.txt")).headers.etag as string, /^W\//);
  now += 5000;
  assert.match((await get("/hello.txt")).headers.etag as string, /^"/);
});

test("the option version tells apart what size and time do not", async (t) => {
  const tags = [];
  for (const version of [undefined, "1", "2"]) {
    const { get, root } = served(t, { version });
    utimesSync(join(root, "hello.txt"), 1, 1);
    tags.push((await get("/hello.txt")).headers.etag);
  }
  assert.equal(new Set(tags).size, 3);
});

test("one range of octets is answered in part", async (t) => {
  const { get, root, open } = served(t);
  age(join(root, "hello.txt"), DAY);
  const whole = await get("/hello.txt");
  assert.equal(whole.headers["accept-ranges"], "bytes");
  const part = await get("/hello.txt", { range: "bytes=1-3" });
  assert.equal(part.status, 206);
  assert.equal(await octets(part), "ell");
  assert.deepEqual(part.headers, { ...whole.headers, "content-length": "3", "content-range": "bytes 1-3/6" });
  const etag = whole.headers.etag as string;
  assert.equal((await get("/hello.txt", { range: "bytes=1-3", "if-range": etag })).status, 206);
  const other = await get("/hello.txt", { range: "bytes=1-3", "if-range": '"other"' });
  assert.equal(other.status, 200);
  assert.equal(await octets(other), "hello\n");
  assert.equal(await octets(await get("/hello.txt", { range: "bytes=0-1,3-4" })), "hello\n");
  const none = await get("/hello.txt", { range: "bytes=6-" });
  assert.equal(none.status, 416);
  assert.equal(none.headers["content-range"], "bytes */6");
  assert.equal(none.headers["cache-control"], "no-store");
  assert.equal(none.body, null);
  assert.equal((await get("/hello.txt", { range: "bytes=6-", "if-none-match": etag })).status, 304);
  assert.deepEqual(open(), []);
});

test("a long file is streamed, in whole and in part", async (t) => {
  const { app, write, open } = served(t);
  const content = randomBytes(3_000_000);
  write("long.bin", content);
  const { url } = await listen(t, app);
  const whole = await fetch(`${url}/long.bin`);
  assert.deepEqual(Buffer.from(await whole.arrayBuffer()), content);
  const part = await fetch(`${url}/long.bin`, { headers: { range: "bytes=100000-2000000" } });
  assert.deepEqual(Buffer.from(await part.arrayBuffer()), content.subarray(100_000, 2_000_001));
  assert.deepEqual(open(), []);
});

test("the file is closed when the client leaves", async (t) => {
  const { app, write, open } = served(t);
  write("long.bin", randomBytes(50_000_000));
  const { url, errors } = await listen(t, app);
  const connection = rawConnection(Number(new URL(url).port));
  connection.send("GET /long.bin HTTP/1.1\r\nHost: x\r\n\r\n");
  await connection.until("\r\n\r\n");
  connection.socket.pause();
  assert.equal(open().length, 1);
  connection.socket.destroy();
  await until(() => open().length === 0, "the file is closed");
  assert.deepEqual(errors, []);
});

test("a file that shrinks while it is sent cuts the connection", async (t) => {
  const { app, write, open, root } = served(t);
  write("long.bin", randomBytes(50_000_000));
  const { url, errors } = await listen(t, app);
  const response = await fetch(`${url}/long.bin`);
  const reader = response.body!.getReader();
  await reader.read();
  truncateSync(join(root, "long.bin"), 10);
  await assert.rejects(async () => {
    while (!(await reader.read()).done);
  });
  await until(() => open().length === 0 && errors.length === 1, "the file is closed");
  assert.match(String(errors[0]), /became shorter/);
});

test("under a prefix, and nowhere else", async (t) => {
  const { get } = served(t, { prefix: "/static/v1" });
  assert.equal(await octets(await get("/static/v1/css/site.css")), SERVED["css/site.css"]);
  for (const uri of [
    "/css/site.css",
    "/static/v1",
    "/static/v1/",
    "/static/v1css/site.css",
    "/static/v2/css/site.css",
  ]) {
    assert.equal((await get(uri)).status, 404, uri);
  }
});

test("a folder's index answers for it, with a slash at the end", async (t) => {
  const { get, write, open } = served(t, { index: "index.html" });
  assert.equal(await octets(await get("/docs/")), SERVED["docs/index.html"]);
  assert.equal((await get("/docs/")).headers["content-type"], "text/html; charset=utf-8");
  const to = await get("/docs");
  assert.deepEqual([to.status, to.headers.location], [302, "docs/"]);
  const app = stack.use(wrapFile(publicFolder(t).root, { index: "index.html", prefix: "/static" }))(handled);
  assert.equal(
    (await app(requestMap("GET", "/static/docs", { queryString: "a=1&b" }))).headers.location,
    "docs/?a=1&b",
  );
  for (const uri of ["/", "/css", "/css/", "/styles", "/outdir", "/hello.txt/", "//docs", "/docs//", "/%2e%2e/"]) {
    assert.equal((await get(uri)).status, 404, uri);
  }
  write("index.html", "top");
  assert.equal(await octets(await get("/")), "top");
  assert.deepEqual(open(), []);
});

test("the prefix itself leads to the folder's index", async (t) => {
  const { get, write } = served(t, { index: "index.html", prefix: "/a/static" });
  write("index.html", "top");
  assert.equal((await get("/a/static")).headers.location, "static/");
  assert.equal(await octets(await get("/a/static/")), "top");
});

test("Cache-Control is what the option says, for each path", async (t) => {
  const paths: string[] = [];
  const cacheControl = (path: string): string => {
    paths.push(path);
    return path.startsWith("css/") ? "public, max-age=31536000, immutable" : "no-store";
  };
  const { get } = served(t, { cacheControl });
  assert.equal((await get("/css/site.css")).headers["cache-control"], "public, max-age=31536000, immutable");
  assert.equal((await get("/a%20b+c.txt")).headers["cache-control"], "no-store");
  await get("/missing.txt");
  assert.deepEqual(paths, ["css/site.css", "a b+c.txt"]);
  assert.equal(
    (await served(t, { cacheControl: "max-age=60" }).get("/hello.txt")).headers["cache-control"],
    "max-age=60",
  );
});

test("a compressed form beside the file is sent to who takes it", async (t) => {
  const { get, write, root, open } = served(t, { precompressed: true });
  const css = SERVED["css/site.css"]!;
  write("css/site.css.br", brotliCompressSync(css));
  write("css/site.css.gz", gzipSync(css));
  for (const ending of ["", ".br", ".gz"]) write(`alike.txt${ending}`, "four");
  const encoding = async (accept?: string) => {
    const response = await get("/css/site.css", accept === undefined ? {} : { "accept-encoding": accept });
    assert.equal(response.headers.vary, "Accept-Encoding");
    assert.equal(response.headers["content-type"], "text/css; charset=utf-8");
    const body = Buffer.from(response.body as Uint8Array);
    const coding = response.headers["content-encoding"];
    const plain = coding === "br" ? brotliDecompressSync(body) : coding === "gzip" ? gunzipSync(body) : body;
    assert.equal(plain.toString(), css);
    assert.equal(response.headers["content-length"], String(body.byteLength));
    return coding;
  };
  assert.equal(await encoding("gzip, deflate, br, zstd"), "br");
  assert.equal(await encoding("gzip"), "gzip");
  assert.equal(await encoding("x-gzip"), "gzip");
  assert.equal(await encoding("br;q=0.5, gzip;q=0.9"), "gzip");
  assert.equal(await encoding("br;q=0, gzip;q=0.1"), "gzip");
  assert.equal(await encoding("*"), "br");
  assert.equal(await encoding("*, br;q=0"), "gzip");
  for (const accept of [undefined, "", "identity", "br;q=0", "*;q=0", "brr", "br;q=9", ",,;q"]) {
    assert.equal(await encoding(accept), undefined, accept);
  }
  for (const ending of ["", ".br", ".gz"]) utimesSync(join(root, `alike.txt${ending}`), 1, 1);
  const tagOf = async (accept: string) => (await get("/alike.txt", { "accept-encoding": accept })).headers.etag;
  assert.equal(new Set([await tagOf("br"), await tagOf("gzip"), await tagOf("")]).size, 3);
  const part = await get("/css/site.css", { "accept-encoding": "br", range: "bytes=0-1" });
  assert.deepEqual(Buffer.from(part.body as Uint8Array), brotliCompressSync(css).subarray(0, 2));
  assert.equal((await get("/css/site.css", { "accept-encoding": "br" }, "HEAD")).headers["content-encoding"], "br");
  age(join(root, "css/site.css.br"), DAY);
  assert.equal(await encoding("br"), undefined, "an older one was sent");
  assert.equal((await get("/hello.txt", { "accept-encoding": "br" })).headers["content-encoding"], undefined);
  assert.deepEqual(open(), []);
});

test("without the option no compressed form is looked for", async (t) => {
  const { get, write } = served(t);
  write("css/site.css.br", "x");
  const { headers } = await get("/css/site.css", { "accept-encoding": "br" });
  assert.deepEqual([headers["content-encoding"], headers.vary], [undefined, undefined]);
});

test("dotfiles and links are served where the options say so, but nothing from outside", async (t) => {
  const open = served(t, { dotfiles: true, allowSymlinks: true });
  assert.equal(await octets(await open.get("/inner.txt")), SERVED["hello.txt"]);
  assert.equal(await octets(await open.get("/styles/site.css")), SERVED["css/site.css"]);
  assert.equal(await octets(await open.get("/hidden.txt")), CANARY, "a dotfile, which may be served here");
  assert.equal(await octets(await open.get("/.env")), CANARY);
  for (const uri of ["/out.txt", "/absolute.txt", "/outdir/secret.txt", "/loop", "/dangling", "/.."]) {
    assert.equal((await open.get(uri)).status, 404, uri);
  }
});

test("files never touch the session inside", async (t) => {
  const { root } = publicFolder(t);
  const calls: string[] = [];
  const store = storeUnderTest();
  const watched = new Proxy(store, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== "function") return value;
      return (...given: unknown[]): unknown => {
        calls.push(String(key));
        return value.apply(target, given);
      };
    },
  });
  const app = stack.use(wrapFile(root)).use(wrapSession<{ n?: number }>({ store: watched }))(() => ({
    ...text("new"),
    session: { n: 1 },
  }));
  const cookie = `session=${"a".repeat(43)}`;
  const answered = await app(requestMap("GET", "/hello.txt", { headers: { cookie } }));
  assert.deepEqual([answered.headers.vary, answered.headers["set-cookie"], calls], [undefined, undefined, []]);
  assert.ok((await app(requestMap("GET", "/page", { headers: { cookie } }))).headers["set-cookie"]);
  assert.notDeepEqual(calls, []);
});

test("the folder is a path, with a slash or without, or a file: URL", async (t) => {
  const { root } = publicFolder(t);
  for (const given of [root, `${root}/`, `${root}/../pub/.`, pathToFileURL(root), pathToFileURL(`${root}/`).href]) {
    const app = stack.use(wrapFile(given))(handled);
    assert.equal((await app(requestMap("GET", "/hello.txt"))).status, 200, String(given));
    for (const uri of ["/../public/secret.txt", "/../pub.txt", "lic/secret.txt", "/..%2fpublic%2fsecret.txt"]) {
      assert.equal((await app(requestMap("GET", uri))).status, 404, uri);
    }
  }
});

test("what cannot be is said when the stack is built", (t) => {
  const { root } = publicFolder(t);
  const roots: ReadonlyArray<[unknown, RegExp]> = [
    [join(root, "nowhere"), /nowhere cannot be used \(ENOENT\).*file: URL/],
    [join(root, "hello.txt"), /no folder/],
    [join(root, "loop"), /ELOOP/],
    [join(root, "dangling"), /ENOENT/],
    ["", /path, or a file: URL/],
    [undefined, /path, or a file: URL/],
    [new URL("https://example.com/public"), /path, or a file: URL/],
    ["file://elsewhere/public", /path, or a file: URL/],
    ["a\0b", /cannot be used/],
  ];
  for (const [given, message] of roots) {
    assert.throws(() => wrapFile(given as string), { code: "ERR_OPTION", option: "root", message }, String(given));
  }
  const options: ReadonlyArray<[string, unknown]> = [
    ["root", "/srv"],
    ["prefix", "static"],
    ["prefix", "/static/"],
    ["prefix", "/"],
    ["prefix", "//evil"],
    ["prefix", "/a/../b"],
    ["prefix", "/a b"],
    ["prefix", "/a?b"],
    ["prefix", 1],
    ["index", ""],
    ["index", true],
    ["index", "../index.html"],
    ["index", "a/index.html"],
    ["cacheControl", ""],
    ["cacheControl", "a\r\nset-cookie: b"],
    ["cacheControl", 60],
    ["version", ""],
    ["version", 'a"'],
    ["precompressed", "br"],
    ["dotfiles", 1],
    ["allowSymlinks", null],
    ["optional", "yes"],
    ["now", 1],
  ];
  for (const [option, value] of options) {
    assert.throws(() => wrapFile(root, { [option]: value }), { code: "ERR_OPTION", option }, `${option}: ${value}`);
  }
});

test("a folder that may be missing gives nothing out", async (t) => {
  const { root } = publicFolder(t);
  const app = stack.use(wrapFile(join(root, "nowhere"), { optional: true }))(handled);
  assert.equal((await app(requestMap("GET", "/hello.txt"))).status, 404);
  assert.throws(() => wrapFile(join(root, "hello.txt"), { optional: true }), { code: "ERR_OPTION" });
});

test("requests at once are kept apart", async (t) => {
  const { app } = served(t);
  const { url } = await listen(t, app);
  const port = Number(new URL(url).port);
  const paths = Object.keys(SERVED).flatMap((path) => Array<string>(10).fill(path));
  const answers = await Promise.all(
    paths.map((path) => {
      const target = path.split("/").map(encodeURIComponent).join("/");
      return rawExchange(port, `GET /${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    }),
  );
  for (const [index, answer] of answers.entries()) {
    const body = Buffer.from(answer.slice(answer.indexOf("\r\n\r\n") + 4), "latin1").toString();
    assert.equal(body, SERVED[paths[index]!]);
  }
});

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { pathToFileURL } from "node:url";
import { wrapContext } from "../../src/middleware/context.ts";
import { type WebjarsOptions, wrapWebjars } from "../../src/middleware/webjars.ts";
import { text } from "../../src/response.ts";
import { type RequestMap, type ResponseMap, stack } from "../../src/ring.ts";
import { middlewareContract } from "../../src/testing/middleware-contract.ts";
import { rawExchange } from "../support/raw-http.ts";
import { requestMap } from "../support/request-map.ts";
import { listen } from "../support/site.ts";

const CANARY = "CANARY-that-must-not-sing";
const YEAR = "public, max-age=31536000, immutable";

/** An application's folder with packages as npm lays them out, and one as pnpm does. */
function application(t: TestContext): string {
  const base = realpathSync(mkdtempSync(join(tmpdir(), "webjars-")));
  t.after(() => rmSync(base, { recursive: true, force: true }));
  const write = (path: string, content: string): void => {
    mkdirSync(dirname(join(base, path)), { recursive: true });
    writeFileSync(join(base, path), content);
  };
  const jar = (path: string, name: string, version: string): void => {
    write(`${path}/package.json`, JSON.stringify({ name, version, exports: "./none.js", secret: CANARY }));
    write(`${path}/dist/a.js`, `// ${name} ${version}`);
    write(`${path}/dist/a b.css`, "a {}");
    write(`${path}/x.js`, "// x");
    for (const hidden of [
      "README.md",
      ".env",
      ".env.js",
      "readme.js",
      "LICENSE.map",
      "page.html",
      "data.json",
      "x.ts",
    ]) {
      write(`${path}/${hidden}`, CANARY);
    }
    write(`${path}/node_modules/inner/index.js`, CANARY);
    write(`${path}/dist/package.json`, CANARY);
    write(`${path}/.cache/a.js`, CANARY);
  };
  jar("app/node_modules/plain", "plain", "1.2.3");
  jar("app/node_modules/@scope/thing", "@scope/thing", "4.5.6-rc.1+build");
  jar("node_modules/hoisted", "hoisted", "7.0.0");
  jar("app/node_modules/.pnpm/linked@2.0.0/node_modules/linked", "linked", "2.0.0");
  jar("app/node_modules/unlisted", "unlisted", "1.0.0");
  symlinkSync(".pnpm/linked@2.0.0/node_modules/linked", join(base, "app/node_modules/linked"));
  symlinkSync("../../unlisted/x.js", join(base, "app/node_modules/plain/dist/out.js"));
  symlinkSync("../unlisted", join(base, "app/node_modules/plain/elsewhere"));
  symlinkSync("a.js", join(base, "app/node_modules/plain/dist/in.js"));
  mkdirSync(join(base, "app/node_modules/empty"));
  write("app/secret.js", CANARY);
  return join(base, "app");
}

const PACKAGES = ["plain", "@scope/thing", "hoisted", "linked"] as const;

function served(t: TestContext, options: Partial<WebjarsOptions<(typeof PACKAGES)[number]>> = {}) {
  const from = application(t);
  let assetPath!: (name: (typeof PACKAGES)[number], file: string) => string;
  const app = stack.use(wrapWebjars({ packages: PACKAGES, from, ...options }))((request) => {
    assetPath = request.assetPath;
    return text("the handler's", 404);
  });
  const get = async (uri: string, headers: RequestMap["headers"] = {}, method = "GET") =>
    app(requestMap(method, uri, { headers }));
  const pathTo = async (...given: Parameters<typeof assetPath>) => {
    await app(requestMap("POST"));
    return assetPath(...given);
  };
  return { app, get, from, pathTo };
}

const content = ({ body }: ResponseMap): Promise<string> => new Response(body as BodyInit).text();

for (const check of middlewareContract) {
  test(check.name, async (t) => check.run(() => ({ wrap: wrapWebjars({ packages: PACKAGES, from: application(t) }) })));
}

test("bulma and jquery, as npm installed them, over HTTP", async (t) => {
  const app = stack.use(wrapWebjars({ packages: ["bulma", { name: "jquery", folder: "dist" }] }))(({ assetPath }) =>
    text(`${assetPath("bulma", "css/bulma.css")} ${assetPath("jquery", "jquery.min.js")}`),
  );
  const { url } = await listen(t, app);
  const paths = (await (await fetch(url)).text()).split(" ");
  const version = (name: string): string =>
    JSON.parse(readFileSync(`node_modules/${name}/package.json`, "utf8")).version;
  const expected = [
    `/assets/bulma@${version("bulma")}/css/bulma.css`,
    `/assets/jquery@${version("jquery")}/jquery.min.js`,
  ];
  assert.deepEqual(paths, expected);
  for (const [index, file] of ["bulma/css/bulma.css", "jquery/dist/jquery.min.js"].entries()) {
    const response = await fetch(url + paths[index]);
    assert.equal(response.headers.get("cache-control"), YEAR);
    assert.equal(await response.text(), readFileSync(`node_modules/${file}`, "utf8"));
    const plain = await fetch(url + paths[index]!.replace(/@[\d.]+/, ""));
    assert.equal(plain.headers.get("cache-control"), "no-cache");
    assert.equal(plain.headers.get("etag"), response.headers.get("etag"));
    await plain.body?.cancel();
  }
});

test("packages in scopes, in folders above, and behind links", async (t) => {
  const { get, pathTo } = served(t);
  const versions = { plain: "1.2.3", "@scope/thing": "4.5.6-rc.1+build", hoisted: "7.0.0", linked: "2.0.0" };
  for (const name of PACKAGES) {
    assert.equal(await content(await get(`/assets/${name}/dist/a.js`)), `// ${name} ${versions[name]}`);
    const path = await pathTo(name, "dist/a b.css");
    assert.equal(path, `/assets/${name}@${versions[name].replace("+", "%2B")}/dist/a%20b.css`);
    const response = await get(path);
    assert.equal(response.headers["cache-control"], YEAR);
    assert.equal(await content(response), "a {}");
  }
  assert.equal((await get("/assets/%40scope/thing%404.5.6-rc.1+build/dist/a.js")).status, 200);
});

test("the plain path is asked for anew each time, and answered in short", async (t) => {
  const { get } = served(t);
  const first = await get("/assets/plain/dist/a.js");
  assert.equal(first.headers["cache-control"], "no-cache");
  const again = await get("/assets/plain/dist/a.js", { "if-none-match": first.headers.etag as string });
  assert.deepEqual([again.status, again.body], [304, null]);
  assert.match(first.headers.etag as string, /1\.2\.3"$/);
});

test("another version than the installed one is the handler's", async (t) => {
  const { get } = served(t);
  for (const version of ["1.2.4", "1.2", "latest", "^1.2.3", "1.2.3 ", ""]) {
    assert.equal((await get(`/assets/plain@${encodeURIComponent(version)}/dist/a.js`)).status, 404, version);
  }
});

test("what is not for browsers is the handler's", async (t) => {
  const { get, app } = served(t);
  const { url } = await listen(t, app);
  const port = Number(new URL(url).port);
  const uris = [
    ...["package.json", "README.md", ".env", ".env.js", "readme.js", "LICENSE.map", "page.html", "data.json", "x.ts"],
    ...["node_modules/inner/index.js", "NODE_MODULES/inner/index.js", "dist/package.json", ".cache/a.js"],
    ...["dist", "dist/", "", "a", "dist/out.js", "dist/in.js", "dist/missing.js", "dist/../x.js", "dist%2fa.js"],
    ...["../unlisted/x.js", "%2e%2e/unlisted/x.js", "..%2funlisted/x.js", "..\\unlisted\\x.js", "../../secret.js"],
    ...["x.js%00", "x.js::$DATA", "x.js.", "x.js%20", "X.JS", "/x.js", "dist//a.js", "%zz/x.js"],
  ].map((file) => `/assets/plain/${file}`);
  const names = [
    "unlisted",
    "empty",
    ".pnpm",
    "plain%2fdist",
    "@scope",
    "@scope/other",
    "@scope%2fthing",
    "@",
    "@/",
    "@@",
    "plain@",
  ];
  for (const name of names) uris.push(`/assets/${name}/x.js`);
  for (const more of ["__proto__", "constructor", "toString", ".."])
    uris.push(`/assets/${more}/x.js`, `/assets/${more}`);
  uris.push("/assets", "/assets/", "/assets/plain", "/assetsplain/x.js", "/plain/x.js", "//assets/plain/x.js");
  for (const uri of uris) {
    const { status, body } = await get(uri);
    assert.deepEqual([status, body], [404, "the handler's"], uri);
    const answer = await rawExchange(port, `GET ${uri} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    assert.match(answer, /^HTTP\/1\.1 4/, uri);
    assert.ok(!answer.includes(CANARY), uri);
  }
  assert.equal((await get("/assets/plain/x.js")).status, 200);
  assert.equal((await get("/assets/plain/x.js", {}, "HEAD")).body, null);
  assert.equal((await get("/assets/plain/x.js", {}, "POST")).status, 404);
});

test("other endings, another prefix, a folder of the package", async (t) => {
  const { get, pathTo } = served(t, {
    packages: [{ name: "plain", folder: "dist" }, { name: "hoisted" }],
    prefix: "/lib/v1",
    extensions: ["json", "md", "js"],
  });
  assert.equal((await get("/lib/v1/plain/a.js")).status, 200);
  assert.equal((await get("/lib/v1/hoisted/data.json")).status, 200);
  for (const uri of [
    "plain/dist/a.js",
    "plain/../x.js",
    "plain/a%20b.css",
    "hoisted/package.json",
    "hoisted/README.md",
  ]) {
    assert.equal((await get(`/lib/v1/${uri}`)).status, 404, uri);
  }
  assert.equal(await pathTo("plain", "a.js"), "/lib/v1/plain@1.2.3/a.js");
});

test("assetPath throws for what would never be served", async (t) => {
  const { pathTo } = served(t);
  for (const file of [
    "",
    "/x.js",
    "dist/",
    "../x.js",
    "package.json",
    ".env.js",
    "node_modules/inner/index.js",
    "x.ts",
  ]) {
    await assert.rejects(pathTo("plain", file), { code: "ERR_OPTION", option: "assetPath" }, file);
  }
  await assert.rejects(pathTo("unlisted" as "plain", "x.js"), { code: "ERR_OPTION", message: /add it to packages/ });
});

test("a package that is not installed says what to install", (t) => {
  const from = application(t);
  for (const name of ["nowhere", "@scope/nowhere", "empty"]) {
    const message = new RegExp(` or above: npm install ${name}, or say where `);
    assert.throws(() => wrapWebjars({ packages: [name], from }), { code: "ERR_MODULE_MISSING", message }, name);
  }
  wrapWebjars({ packages: ["plain"], from: pathToFileURL(from) });
  wrapWebjars({ packages: ["plain"], from: pathToFileURL(from).href });
});

test("what cannot be is said when the stack is built", (t) => {
  const from = application(t);
  const rows: ReadonlyArray<[string, unknown]> = [
    ["packages", undefined],
    ["packages", []],
    ["packages", "plain"],
    ["packages", ["plain", "plain"]],
    ["packages", ["plain", { name: "plain", folder: "dist" }]],
    ["packages", [".."]],
    ["packages", ["../app"]],
    ["packages", ["plain/dist"]],
    ["packages", ["/etc"]],
    ["packages", [".pnpm"]],
    ["packages", [""]],
    ["packages", [{}]],
    ["packages", [{ name: "plain", folder: "../unlisted" }]],
    ["packages", [{ name: "plain", folder: "/dist" }]],
    ["packages", [{ name: "plain", folder: "nowhere" }]],
    ["packages", [{ name: "plain", folder: "x.js" }]],
    ["packages", [{ name: "plain", folder: "elsewhere" }]],
    ["folders", [{ name: "plain", folders: "dist" }]],
    ["options", [null]],
    ["prefix", "assets"],
    ["extensions", "js"],
    ["extensions", [".js"]],
    ["from", ""],
    ["from", 1],
    ["now", 1],
    ["root", "/assets"],
  ];
  for (const [option, value] of rows) {
    const key = option === "folders" || option === "options" ? "packages" : option;
    const options = { packages: ["plain"], from, [key]: value } as unknown as WebjarsOptions;
    assert.throws(() => wrapWebjars(options), { code: "ERR_OPTION", option }, `${option}: ${JSON.stringify(value)}`);
  }
  const twice = stack.use(wrapWebjars({ packages: ["plain"], from })).use(wrapWebjars({ packages: ["hoisted"], from }));
  assert.throws(() => twice(() => text("")), { code: "ERR_STACK_TWICE" });
});

test("under a context assetPath has its prefix, and leads to the file", async () => {
  const app = stack.use(wrapContext("/wiki")).use(wrapWebjars({ packages: ["bulma"] }))(({ assetPath }) =>
    text(assetPath("bulma", "css/bulma.css")),
  );
  const path = String((await app(requestMap("GET", "/wiki/page"))).body);
  assert.match(path, /^\/wiki\/assets\/bulma@/);
  const file = await app(requestMap("GET", path));
  assert.equal(file.status, 200);
  await (file.body as ReadableStream).cancel();
});

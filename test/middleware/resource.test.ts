import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { wrapResource } from "../../src/middleware/resource.ts";
import { text } from "../../src/response.ts";
import { type Handler, stack } from "../../src/ring.ts";
import { middlewareContract } from "../../src/testing/middleware-contract.ts";
import { publicFolder } from "../support/public-folder.ts";
import { rawExchange } from "../support/raw-http.ts";
import { listen } from "../support/site.ts";

const handled: Handler = () => text("the handler's", 404);

for (const check of middlewareContract) {
  test(check.name, async (t) => check.run(() => ({ wrap: wrapResource(publicFolder(t).root) })));
}

test("files of the application are answered over HTTP, and nothing around them", async (t) => {
  const { root } = publicFolder(t);
  const app = stack.use(wrapResource(pathToFileURL(root), { prefix: "/static" }))(handled);
  const { url } = await listen(t, app);
  const page = await fetch(`${url}/static/css/site.css`);
  assert.equal(page.headers.get("content-type"), "text/css; charset=utf-8");
  const port = Number(new URL(url).port);
  for (const uri of ["/static/../../secret.txt", "/static/..%2f..%2fsecret.txt", "/static/out.txt", "/static/.env"]) {
    const answer = await rawExchange(port, `GET ${uri} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    assert.match(answer, /^HTTP\/1\.1 404 [\s\S]*the handler's/, uri);
  }
});

test("by default it is the folder public of where the process was started", async (t) => {
  const { root } = publicFolder(t);
  const folder = join(root, "application");
  mkdirSync(folder);
  const start = (call: string) => {
    const script = `
      import { wrapResource } from ${JSON.stringify(resolve("src/middleware/resource.ts"))};
      const app = ${call}(() => ({ status: 404, headers: {}, body: "none" }));
      process.chdir("/");
      const { body } = await app({ method: "GET", uri: "/hello.txt", queryString: "", headers: {} });
      process.stdout.write(body);`;
    const node = ["--input-type=module", "--conditions=ringlight-source", "-e", script];
    return spawnSync(process.execPath, node, { cwd: folder, encoding: "utf8" });
  };
  assert.match(start("wrapResource()").stderr, /ERR_OPTION/);
  assert.equal(start("wrapResource(undefined, { optional: true })").stdout, "none");
  mkdirSync(join(folder, "public"));
  cpSync(join(root, "hello.txt"), join(folder, "public/hello.txt"));
  for (const call of ["wrapResource()", 'wrapResource("public")', 'wrapResource("./public/", { optional: true })']) {
    assert.equal(start(call).stdout, "hello\n", call);
  }
});

test("its mistakes are told in its own name", () => {
  const message = /is no option of wrapResource/;
  assert.throws(() => wrapResource(".", { roots: 1 } as never), { code: "ERR_OPTION", option: "roots", message });
});

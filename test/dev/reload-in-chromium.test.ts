import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, before, type TestContext, test } from "node:test";
import type { Browser } from "playwright-core";
import { toNode } from "../../src/adapters/node.ts";
import { wrapReload } from "../../src/dev/wrap-reload.ts";
import { etaEngine } from "../../src/render/eta.ts";
import { renderer } from "../../src/render/index.ts";
import { html, withHeader } from "../../src/response.ts";
import type { Handler } from "../../src/ring.ts";
import { viewsFolder } from "../render/views.ts";
import { launchChromium, withoutChromium } from "../support/chromium.ts";
import { requestMap } from "../support/request-map.ts";
import { until } from "../support/until.ts";

const skip = withoutChromium("wrapReload in Chromium");
let browser: Browser;
before(async () => {
  if (skip === false) browser = await launchChromium();
});
after(() => browser?.close());

/** A server on a port of its own, or on that of one before it. */
async function server(app: Handler, port = 0): Promise<{ url: string; port: number; stop: () => Promise<void> }> {
  const listening = createServer(toNode(app));
  await new Promise<void>((resolve) => listening.listen(port, "127.0.0.1", resolve));
  const at = (listening.address() as AddressInfo).port;
  const stop = () =>
    new Promise<void>((resolve) => {
      listening.close(() => resolve());
      listening.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${at}/`, port: at, stop };
}

async function tab(t: TestContext, url: string) {
  const page = await browser.newPage();
  t.after(() => page.close());
  let loads = 0;
  const complaints: string[] = [];
  page.on("load", () => loads++);
  page.on("console", (each) => each.type() === "error" && complaints.push(each.text()));
  const stream = page.waitForResponse((each) => each.url().endsWith("/__ringlight/reload"));
  await page.goto(url);
  await stream;
  return { page, loads: () => loads, complaints };
}

const CSP = "default-src 'none'; script-src 'self'; connect-src 'self'";

test("a template is changed: the page reloads, once", { skip }, async (t) => {
  const views = viewsFolder(t, { "home.eta": "<!doctype html><body><p>one</p></body>" });
  const render = renderer(etaEngine({ views }));
  const home = (request: Parameters<Handler>[0]) => withHeader(render(request, "home"), "content-security-policy", CSP);
  const { url, stop } = await server(wrapReload({ watch: [views], settle: 0.2 })(home));
  t.after(stop);
  const { page, loads, complaints } = await tab(t, url);
  for (const [count, word] of [
    [2, "two"],
    [3, "three"],
  ] as const) {
    const stream = page.waitForResponse((each) => each.url().endsWith("/__ringlight/reload"));
    writeFileSync(join(views, "home.eta"), `<!doctype html><body><p>${word}</p></body>`);
    await page.getByText(word).waitFor();
    await stream; // the page is loaded, listens again, and has heard what is newest
    assert.equal(loads(), count);
  }
  assert.deepEqual(complaints, []);
});

test("the server is started anew: the page reloads, once", { skip }, async (t) => {
  const app = (word: string) => wrapReload({ watch: [] })(() => html(`<body>${word}</body>`));
  const old = await server(app("old"));
  const { page, loads } = await tab(t, old.url);
  await old.stop();
  const fresh = await server(app("fresh"), old.port);
  t.after(fresh.stop);
  await page.getByText("fresh").waitFor();
  await until(() => loads() === 2, "the second load");
});

test("a page that a cache keeps is not reloaded for ever", { skip }, async (t) => {
  const folder = viewsFolder(t, { "a.txt": "1" });
  const app = wrapReload({ watch: [folder], settle: 0.1 })(() => html("<body>page</body>"));
  const { body: first } = await app(requestMap());
  const stale: Handler = (request) => (request.uri === "/" ? html(first as string) : app(request));
  const { url, stop } = await server(stale);
  t.after(stop);
  const { page, loads } = await tab(t, url);
  let streams = 0;
  page.on("response", (each) => each.url().endsWith("/reload") && streams++);
  writeFileSync(join(folder, "a.txt"), "2");
  await until(() => loads() === 2 && streams === 1, "a reload");
  writeFileSync(join(folder, "a.txt"), "3");
  await until(() => loads() === 3 && streams === 2, "the next change reloads again");
  assert.equal(readFileSync(join(folder, "a.txt"), "utf8"), "3");
});

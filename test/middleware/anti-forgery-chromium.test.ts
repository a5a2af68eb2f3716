import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { antiForgeryField, sessionToken, wrapAntiForgery } from "../../src/middleware/anti-forgery.ts";
import { html } from "../../src/response.ts";
import { type Handler, stack } from "../../src/ring.ts";
import { wrapSession } from "../../src/session/wrap-session.ts";
import { launchChromium, withoutChromium } from "../support/chromium.ts";
import { wrapForm } from "../support/forms-site.ts";
import { listen } from "../support/site.ts";

const skip = withoutChromium("anti-forgery in Chromium");
let browser: Browser;
before(async () => {
  if (skip === false) browser = await launchChromium();
});
after(async () => {
  await browser?.close();
});

const form = (action: string, field: string) =>
  html(`<!doctype html><form method="post" action="${action}">${field}<button>Send</button></form>`);

const headersAlone = (): Handler =>
  stack.use(wrapAntiForgery())((request) =>
    request.method === "POST" ? html("<p>done</p>") : form("/do", antiForgeryField(request)),
  );
const withToken = (): Handler =>
  stack
    .use(wrapSession())
    .use(wrapForm)
    .use(wrapAntiForgery({ strategy: sessionToken() }))((request) => {
    if (request.method !== "POST") return form("/do", antiForgeryField(request));
    return { ...html("<p>done</p>"), session: (s) => ({ ...s, sent: Number(s.sent ?? 0) + 1 }) };
  });

async function submit(page: Page, url: string): Promise<string> {
  await page.goto(url);
  const [response] = await Promise.all([page.waitForNavigation(), page.getByRole("button").click()]);
  return `${response?.status()} ${await page.locator("body").textContent()}`;
}

for (const [name, app] of Object.entries({ headersAlone, withToken })) {
  describe(name, { skip }, () => {
    test("a form of the same site passes, one of another origin is refused", async (t) => {
      const { url } = await listen(t, app());
      const { url: evil } = await listen(t, () => form(`${url}/do`, ""));
      const context = await browser.newContext();
      t.after(() => context.close());
      const page = await context.newPage();
      assert.match(await submit(page, `${url}/`), /^200 done/);
      for (const foreign of [evil, evil.replace("127.0.0.1", "localhost")])
        assert.match(await submit(page, foreign), /^403 Forbidden \(ERR_CSRF\)\s+Sec-Fetch-Site is/);
      assert.match(await submit(page, `${url}/`), /^200 done/, "and the visitor goes on");
    });

    test("tabs that are opened at the same time all send their forms", async (t) => {
      const { url } = await listen(t, app());
      const context = await browser.newContext();
      t.after(() => context.close());
      const pages = await Promise.all([1, 2, 3].map(() => context.newPage()));
      await Promise.all(pages.map((page) => page.goto(url)));
      const cookies = await context.cookies();
      assert.ok(cookies.every(({ httpOnly, sameSite }) => httpOnly && sameSite === "Lax"));
      for (const page of pages) {
        const [response] = await Promise.all([page.waitForNavigation(), page.getByRole("button").click()]);
        assert.equal(response?.status(), 200);
      }
    });
  });
}

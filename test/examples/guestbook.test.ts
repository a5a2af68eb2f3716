import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { guestbookApp } from "../../examples/guestbook/app.ts";
import { guestbook } from "../../examples/guestbook/messages.ts";
import { newKey } from "../../src/crypto/keys.ts";
import { sessionToken, signedToken } from "../../src/middleware/anti-forgery.ts";
import type { Store } from "../../src/session/store.ts";
import { cookieStore } from "../../src/stores/cookie.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { memoryRevocations } from "../../src/stores/revocations.ts";
import { launchChromium, withoutChromium } from "../support/chromium.ts";
import { program } from "../support/program.ts";
import { listen } from "../support/site.ts";
import { request, visitor } from "../support/visitor.ts";

const skip = withoutChromium("the guestbook in Chromium");
let browser: Browser;
before(async () => {
  if (skip === false) browser = await launchChromium();
});
after(async () => {
  await browser?.close();
});

const flash = (page: Page) => page.getByRole("status");

const stores: Record<string, () => Store> = {
  memory: memoryStore,
  "cookie with revocation": () => cookieStore({ keys: newKey(), revocation: memoryRevocations() }),
};

for (const [name, store] of Object.entries(stores))
  test(`${name}: a person signs in, posts, sees the flash once, keeps his theme, signs out and leaves no trace`, {
    skip,
  }, async (t) => {
    const { url, errors } = await listen(t, guestbookApp(guestbook(), { store: store() }));
    const context = await browser.newContext();
    t.after(() => context.close());
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));

    await page.goto(url);
    assert.deepEqual(await context.cookies(), [], "an anonymous visitor gets no cookie");
    await page.getByLabel("Sign in with any name").fill('Bob <b>the</b> "Builder"');
    await page.getByRole("button", { name: "Sign in" }).click();
    assert.equal(await flash(page).textContent(), 'Welcome, Bob <b>the</b> "Builder".');
    await page.reload();
    assert.equal(await flash(page).count(), 0, "the flash is gone on reload");
    assert.match((await page.getByRole("banner").textContent()) ?? "", /Signed in as Bob <b>the<\/b>/);

    await page.getByLabel("Leave a message").fill("Hello <script>alert(1)</script>\nand a second line");
    await page.getByRole("button", { name: "Post" }).click();
    assert.equal(await flash(page).textContent(), "Your message is in the book.");
    assert.match((await page.getByRole("article").textContent()) ?? "", /Hello <script>alert\(1\)<\/script>/);
    mkdirSync(".tmp/screenshots", { recursive: true });
    await page.screenshot({ path: ".tmp/screenshots/guestbook-light.png" });
    await page.reload();
    assert.equal(await flash(page).count(), 0);

    await page.getByRole("link", { name: "Guestbook" }).click();
    assert.match((await page.getByText("Your visits").textContent()) ?? "", /Your visits: 2/);

    await page.getByRole("button", { name: "Dark theme" }).click();
    assert.equal(await page.locator("html").getAttribute("data-theme"), "dark");
    await page.screenshot({ path: ".tmp/screenshots/guestbook-dark.png" });
    const [session] = (await context.cookies()).filter(({ name }) => name === "session");
    assert.deepEqual([session?.httpOnly, session?.sameSite, session?.path, session?.expires], [true, "Lax", "/", -1]);

    await page.getByRole("button", { name: "Sign out" }).click();
    assert.equal(await flash(page).textContent(), "You are signed out.");
    assert.equal(await page.getByRole("button", { name: "Sign in" }).isVisible(), true);
    assert.equal(await page.locator("html").getAttribute("data-theme"), "dark", "the theme cookie stays");
    await page.goBack();
    await page.goto(url);
    assert.equal(await page.getByText("Signed in as").count(), 0);
    const replay = await request(`${url}/`, "GET", { cookie: `session=${session!.value}` });
    assert.equal(
      replay.body.includes("Bob <b>") || replay.body.includes("Signed in as"),
      false,
      "the old cookie, sent again, is nobody",
    );

    await page.goto(`${url}/nowhere`);
    assert.equal(await page.getByRole("heading").textContent(), "404");
    assert.deepEqual(
      complaints.filter((words) => !words.includes("404")),
      [],
    );
    assert.deepEqual(errors, []);
  });

test("without a browser: bad names, an empty message, a form that is too large and an unknown page are told", async (t) => {
  const { url } = await listen(t, guestbookApp(guestbook()));
  t.mock.method(console, "error", () => {});
  const own = { "sec-fetch-site": "same-origin" };
  const post = (path: string, body: string, cookie = "", more: Record<string, string> = own) =>
    fetch(url + path, {
      method: "POST",
      body,
      redirect: "manual",
      headers: { "content-type": "application/x-www-form-urlencoded", cookie, ...more },
    });
  assert.equal((await post("/sign-in", "name=%20")).status, 303);
  assert.equal((await post("/sign-in", `name=${"x".repeat(41)}`)).status, 303);
  assert.equal((await post("/messages", "text=hello")).headers.get("location"), "/");
  assert.equal((await post("/sign-in", `name=${"x".repeat(70_000)}`)).status, 413);
  const crossSite = await post("/sign-in", "name=eve", "theme=dark", { "sec-fetch-site": "cross-site" });
  assert.equal(crossSite.status, 403);
  assert.match(await crossSite.text(), /did not come from a page of this guestbook/);
  assert.equal((await request(`${url}/nowhere`)).status, 404);
  assert.equal((await request(`${url}/messages`)).status, 405);
  assert.equal(
    (await request(`${url}/`, "GET", { cookie: "theme=%22%3E%3Cscript%3E" })).body.includes("<script>"),
    false,
  );
  const anonymous = visitor(url);
  await anonymous.post("/messages");
  assert.match((await anonymous.get("/")).body, /Sign in first/);
});

for (const [name, strategy] of Object.entries({ sessionToken, signedToken: () => signedToken({ keys: newKey() }) }))
  test(`with ${name} every form carries a token, and works in a browser that says nothing of itself`, {
    skip,
  }, async (t) => {
    const { url, errors } = await listen(t, guestbookApp(guestbook(), {}, { strategy: strategy() }));
    const context = await browser.newContext();
    t.after(() => context.close());
    const page = await context.newPage();
    await page.goto(url);
    await page.getByLabel("Sign in with any name").fill("Bob");
    await page.getByRole("button", { name: "Sign in" }).click();
    assert.equal(await flash(page).textContent(), "Welcome, Bob.");
    for (const form of await page.locator("form").all()) {
      assert.match(
        (await form.locator("input[name=__anti-forgery-token]").getAttribute("value")) ?? "",
        /^[\w.-]{40,}$/,
      );
    }
    const cookie = (await context.cookies()).map((each) => `${each.name}=${each.value}`).join("; ");
    const token = await page.locator("form[action='/messages'] input[type=hidden]").getAttribute("value");
    const post = async (fields: Record<string, string>) => {
      const sent = {
        method: "POST",
        body: new URLSearchParams(fields),
        headers: { cookie },
        redirect: "manual",
      } as const;
      return (await fetch(`${url}/messages`, sent)).status;
    };
    assert.equal(await post({ text: "from an old browser", "__anti-forgery-token": token! }), 303);
    assert.equal(await post({ text: "from elsewhere" }), 403);
    await page.goto(url);
    assert.deepEqual(await page.getByRole("article").locator("p").allTextContents(), ["from an old browser"]);
    await page.getByRole("button", { name: "Sign out" }).click();
    assert.equal(await flash(page).textContent(), "You are signed out.");
    assert.equal(await post({ text: "with a token of before", "__anti-forgery-token": token! }), 403);
    assert.deepEqual(errors, []);
  });

test("npm start serves the guestbook, and SIGTERM ends it cleanly", async (t) => {
  const { url, stop } = await program(t, "start");
  const { status, body } = await request(url);
  assert.equal(status, 200);
  assert.match(body, /Sign in with any name/);
  assert.equal(await stop(), 0);
});

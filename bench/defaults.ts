/** What the whole of siteDefaults costs, beside its session alone. */
import assert from "node:assert/strict";
import { siteDefaults, wrapDefaults } from "../src/defaults/index.ts";
import { memoryStore, stack, text, wrapCookies, wrapFlash, wrapSession } from "../src/index.ts";
import { cost, row } from "./measure.ts";
import { request } from "./request.ts";

interface Visitor {
  user?: string;
}
const store = memoryStore();
const session = stack.use(wrapCookies()).use(wrapSession<Visitor>({ store })).use(wrapFlash());
const site = stack.use(wrapDefaults<Visitor>(siteDefaults, { session: { store } }));

const signIn = session(() => ({ ...text("ok"), session: { user: "bob" } }));
const [line] = (await signIn(request)).headers["set-cookie"] as string[];
const headers = { cookie: line!.slice(0, line!.indexOf(";")), "sec-fetch-site": "same-origin" };
const signedIn = { ...request, headers };
const form = () => {
  const type = { "content-type": "application/x-www-form-urlencoded", "content-length": "11" };
  return { ...signedIn, method: "POST", headers: { ...headers, ...type }, body: new Blob(["a=1&b[c]=2"]).stream() };
};

const alone = session(({ session: { user } }) => text(user ?? "nobody"));
const whole = site(({ session: { user } }) => text(user ?? "nobody"));
assert.equal((await alone(signedIn)).body, "bob");
assert.equal((await whole(signedIn)).body, "bob");
assert.equal((await whole(form())).body, "bob");

const reading = await cost(20_000, () => alone(signedIn));
const against = `cookies, session and flash alone (${reading.toFixed(2)} µs)`;
row("siteDefaults: request that reads its session", await cost(20_000, () => whole(signedIn)), reading, "µs", against);
row("siteDefaults: a form of two fields", await cost(2_000, () => whole(form())), reading, "µs", against);

/** A session's own time, beside a handler without one. */
import assert from "node:assert/strict";
import { newKey } from "../src/crypto/keys.ts";
import { cookieStore, memoryRevocations, memoryStore, stack, text, wrapSession } from "../src/index.ts";
import { cost, row } from "./measure.ts";
import { request } from "./request.ts";

interface Visitor {
  user?: string;
  n?: number;
  cart?: string[];
}
const bare = stack(async () => text("nobody"));
const nothing = await cost(20_000, () => bare(request));
const against = `a bare handler (${nothing.toFixed(2)} µs)`;

for (const [name, store] of [
  ["memory", memoryStore()],
  ["cookie", cookieStore({ keys: newKey() })],
  ["cookie, revocation", cookieStore({ keys: newKey(), revocation: memoryRevocations() })],
] as const) {
  const app = stack.use(wrapSession<Visitor>({ store }))(({ uri, session: visitor }) => {
    if (uri === "/set") return { ...text("ok"), session: { user: "bob", cart: ["tea", "milk"], n: 0 } };
    if (uri === "/count") return { ...text("ok"), session: (s) => ({ ...s, n: (s.n ?? 0) + 1 }) };
    return text(visitor.user ?? "nobody");
  });
  const [line] = (await app({ ...request, uri: "/set" })).headers["set-cookie"] as string[];
  const signedIn = { ...request, headers: { cookie: line!.slice(0, line!.indexOf(";")) } };
  assert.equal((await app(signedIn)).body, "bob");
  row(`${name}: anonymous request`, await cost(20_000, () => app(request)), nothing, "µs", against);
  row(`${name}: request that reads its session`, await cost(20_000, () => app(signedIn)), nothing, "µs", against);
  const counting = { ...signedIn, uri: "/count" };
  row(`${name}: request that counts in it`, await cost(20_000, () => app(counting)), nothing, "µs", against);
}

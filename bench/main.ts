/**
 * What ringlight costs, each figure beside a peer or a limit of the same run. `npm run bench`, on a machine that does
 * nothing else; read the ratios, not the microseconds.
 */
import { parseCookie } from "cookie";
import { cookieValues } from "../src/cookies/parse.ts";
import { parseCookies, type RequestMap, stack, text, wrapSession } from "../src/index.ts";
import { memoryStore } from "../src/stores/memory.ts";
import { LIMITS } from "../src/testing/contract/bench.ts";

const ROUNDS = 7;

/** Microseconds per call: the median of several rounds. */
async function cost(calls: number, run: () => unknown): Promise<number> {
  const rounds: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const start = process.hrtime.bigint();
    for (let i = 0; i < calls; i++) await run();
    rounds.push(Number(process.hrtime.bigint() - start) / 1000 / calls);
  }
  return rounds.sort((a, b) => a - b)[ROUNDS >> 1]!;
}

/** The same without waiting between calls. */
function costSync(calls: number, run: () => unknown): number {
  const rounds: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const start = process.hrtime.bigint();
    for (let i = 0; i < calls; i++) run();
    rounds.push(Number(process.hrtime.bigint() - start) / 1000 / calls);
  }
  return rounds.sort((a, b) => a - b)[ROUNDS >> 1]!;
}

const row = (what: string, own: number, peer: number, unit: string, against: string) =>
  console.log(
    `${what.padEnd(44)} ${own.toFixed(2).padStart(9)} ${unit}   ${(own / peer).toFixed(2).padStart(6)} × ${against}`,
  );

// Cookies, beside the field's most used parser.
const header = (count: number) =>
  Array.from({ length: count }, (_, i) => `name${i}=value-${i}-${"x".repeat(20)}`).join("; ");
for (const count of [1, 10, 100]) {
  const cookies = header(count);
  const peer = costSync(50_000 / count, () => parseCookie(cookies));
  row(
    `parse ${count} cookies`,
    costSync(50_000 / count, () => parseCookies(cookies)),
    peer,
    "µs",
    `cookie (${peer.toFixed(2)} µs)`,
  );
}
const long = `${header(100)}; session=x`;
const whole = costSync(2000, () => parseCookies(long));
row(
  "find one of 101 cookies",
  costSync(2000, () => cookieValues(long, "session")),
  whole,
  "µs",
  "parsing them all",
);

// A session's own time, beside a handler without one.
const request: RequestMap = {
  method: "GET",
  scheme: "https",
  host: "example.com",
  uri: "/",
  queryString: "",
  headers: {},
  body: null,
  remoteAddress: undefined,
  signal: new AbortController().signal,
};
interface Visitor {
  user?: string;
  n?: number;
  cart?: string[];
}
const session = wrapSession<Visitor>();
const app = stack.use(session)(({ uri, session: visitor }) => {
  if (uri === "/set") return { ...text("ok"), session: { user: "bob", cart: ["tea", "milk"], n: 0 } };
  if (uri === "/count") return { ...text("ok"), session: (s) => ({ ...s, n: (s.n ?? 0) + 1 }) };
  return text(visitor.user ?? "nobody");
});
const bare = stack(async () => text("nobody"));
const [line] = (await app({ ...request, uri: "/set" })).headers["set-cookie"] as string[];
const signedIn = { ...request, headers: { cookie: line!.slice(0, line!.indexOf(";")) } };
const nothing = await cost(20_000, () => bare(request));
row(
  "anonymous request",
  await cost(20_000, () => app(request)),
  nothing,
  "µs",
  `a bare handler (${nothing.toFixed(2)} µs)`,
);
row("request that reads its session", await cost(20_000, () => app(signedIn)), nothing, "µs", "a bare handler");
const counting = { ...signedIn, uri: "/count" };
row("request that counts in its session", await cost(20_000, () => app(counting)), nothing, "µs", "a bare handler");

// A million sessions: the longest single step, beside the longest step of a Map alone.
const MANY = 1_000_000;
let longest = 0;
const timed = (step: () => void) => {
  const start = process.hrtime.bigint();
  step();
  longest = Math.max(longest, Number(process.hrtime.bigint() - start) / 1e6);
};
const map = new Map<string, object>();
for (let i = 0; i < MANY; i++) timed(() => void map.set(`key-number-${i}`, {}));
const mapLongest = longest;
map.clear();
longest = 0;
const store = memoryStore();
const context = { now: 0, limits: LIMITS, emit: () => {}, cookieName: "session" };
const draft = {
  data: new Map([['"n"', "1"]]),
  slots: new Map(),
  subject: undefined,
  authenticatedAt: undefined,
  persist: undefined,
};
for (let i = 0; i < MANY; i++) {
  context.now += 2;
  timed(() => void store.create(draft, context));
}
row("longest create of 1 000 000", longest, mapLongest, "ms", `that of a Map (${mapLongest.toFixed(2)} ms)`);
longest = 0;
context.now += (LIMITS.timeout + LIMITS.refresh + 180) * 1000;
for (let i = 0; i < MANY; i++) timed(() => void store.create(draft, context));
row("longest create while all of them expire", longest, mapLongest, "ms", "that of a Map");

/** A million sessions in memory: the longest single step, beside the longest step of a Map alone. */
import { memoryStore } from "../src/stores/memory.ts";
import { LIMITS } from "../src/testing/contract/bench.ts";
import { row } from "./measure.ts";

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

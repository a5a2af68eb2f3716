/** Store contract: only what the store handed out is a session. */

import { bench, expect, expectGone, expectRefused, expectSame, fields } from "./bench.ts";
import type { StoreCheck } from "./check.ts";

export const identityChecks: readonly StoreCheck[] = [
  {
    name: "tokens differ, and none is short enough to guess",
    guarantee: "G6",
    async run(open) {
      const store = await bench(open);
      const tokens = new Set<string>();
      for (let i = 0; i < 100; i++) tokens.add(await store.create());
      expectSame(tokens.size, 100, "different tokens of 100");
      for (const token of tokens)
        expect(/^[A-Za-z0-9_~-]{22,8000}$/.test(token), "a token should hold 128 bits and fit a cookie");
    },
  },
  {
    name: "a token that was never issued is refused and never adopted",
    guarantee: "G6",
    async run(open) {
      const foreign = await (await bench(open)).create({ data: fields({ user: "eve" }) });
      const store = await bench(open);
      const base = await store.live(await store.create());
      expectRefused(await store.read(foreign), "another store's token");
      expectGone(await store.update(foreign, { base, set: fields({ n: 1 }) }), "another store's token");
      expectSame(await store.end(foreign), false, "ending what is not there");
      expectRefused(await store.read(foreign), "another store's token after an update and an end");
    },
  },
  {
    name: "a bent token is no session, whatever it looks like, and never an error",
    guarantee: "G6",
    async run(open) {
      const store = await bench(open);
      const token = await store.create({ data: fields({ user: "bob" }) });
      const base = await store.live(token);
      for (const bent of bend(token)) {
        expectRefused(await store.read(bent), JSON.stringify(bent.slice(0, 60)));
        expectGone(await store.update(bent, { base, set: fields({ n: 1 }) }), JSON.stringify(bent.slice(0, 60)));
        expectSame(await store.end(bent), false, `ending ${JSON.stringify(bent.slice(0, 60))}`);
      }
      expectSame((await store.live(token)).data.get('"n"'), undefined, "the session itself");
    },
  },
  {
    name: "half of one session's token opens nothing with half of another's",
    guarantee: "G6",
    async run(open) {
      const store = await bench(open);
      const [a, b] = [await store.create({ subject: "a" }), await store.create({ subject: "b" })];
      const middle = Math.floor(a.length / 2);
      expectRefused(await store.read(a.slice(0, middle) + b.slice(middle)), "a spliced token");
    },
  },
];

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

function bend(token: string): string[] {
  // every last character: those whose spare bits differ may decode to the same octets
  const changed = [...ALPHABET].map((last) => token.slice(0, -1) + last);
  changed.push((token.startsWith("A") ? "B" : "A") + token.slice(1));
  const cut = [token.slice(0, -1), token.slice(1), token.slice(0, token.length / 2), "", " "];
  const longer = [
    `${token}A`,
    `${token}=`,
    `${token} `,
    `${token}\u0000`,
    token + token,
    `"${token}"`,
    "A".repeat(1_000_000),
  ];
  const names = [
    "__proto__",
    "constructor",
    "toString",
    "undefined",
    "null",
    "*",
    "../../etc/passwd",
    "session:1",
    "' OR 1=1 --",
    "\r\n",
    "ü".repeat(43),
  ];
  return [...changed, ...cut, ...longer, ...names, swapCase(token)].filter((bent) => bent !== token);
}

function swapCase(token: string): string {
  return token === token.toLowerCase() ? token.toUpperCase() : token.toLowerCase();
}

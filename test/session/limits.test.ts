import assert from "node:assert/strict";
import { test } from "node:test";
import { type LimitOptions, limitsOf } from "../../src/session/limits.ts";

const defaults = { timeout: 1800, absolute: 43_200, refresh: 60, grace: 60 };

for (const [given, limits] of [
  [{}, {}],
  [{ timeout: undefined, absolute: undefined, refresh: undefined, grace: undefined, maxAge: undefined }, {}],
  [{ timeout: 300 }, { timeout: 300, refresh: 10 }],
  [{ timeout: 1 }, { timeout: 1, refresh: 1 / 30 }],
  [{ timeout: 86_400 }, { timeout: 86_400, absolute: 86_400 }],
  [{ maxAge: 10 }, { refresh: 5 }],
  [{ maxAge: 121 }, {}],
  [{ maxAge: 119 }, { refresh: 59.5 }],
  [
    { maxAge: 10, timeout: 90 },
    { timeout: 90, refresh: 3 },
  ],
  [{ maxAge: 10, refresh: 60 }, {}],
  [
    { refresh: 0, grace: 0 },
    { refresh: 0, grace: 0 },
  ],
  [
    { timeout: 60, absolute: 60, refresh: 60, grace: 600 },
    { timeout: 60, absolute: 60, refresh: 60, grace: 600 },
  ],
] as Array<[LimitOptions, object]>) {
  test(`the limits of ${JSON.stringify(given)} are ${JSON.stringify(limits)} over the defaults`, () => {
    assert.deepEqual(limitsOf(given), { ...defaults, ...limits });
  });
}

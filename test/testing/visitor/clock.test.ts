import assert from "node:assert/strict";
import { test } from "node:test";
import { movableClock } from "../../../src/testing/index.ts";

test("it stands still until it is moved", () => {
  const { now, advance, set } = movableClock(new Date("2030-01-01T00:00:00Z"));
  assert.equal(now(), Date.UTC(2030, 0, 1));
  advance(1.5);
  assert.equal(now(), Date.UTC(2030, 0, 1) + 1500);
  advance(-2.5);
  assert.equal(now(), Date.UTC(2030, 0, 1) - 1000);
  set(new Date(5));
  assert.equal(now(), 5);
  set(7);
  assert.equal(now(), 7);
});

test("it begins at the present", (t) => {
  t.mock.timers.enable({ apis: ["Date"], now: 1234 });
  const clock = movableClock();
  t.mock.timers.setTime(9999);
  assert.equal(clock.now(), 1234);
});

test("what is no time is refused", () => {
  const clock = movableClock(0);
  assert.throws(() => movableClock(new Date("no")), { code: "ERR_OPTION", option: "start" });
  assert.throws(() => clock.set(Number.NaN), { code: "ERR_OPTION", option: "instant" });
  assert.throws(() => clock.advance("60" as never), { code: "ERR_OPTION", option: "seconds" });
  assert.equal(clock.now(), 0);
});

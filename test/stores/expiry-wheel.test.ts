import assert from "node:assert/strict";
import { test } from "node:test";
import { expiryWheel } from "../../src/stores/expiry-wheel.ts";

const MINUTE = 60_000;
const YEAR = 525_600; // minutes

interface Member {
  readonly name: string;
  deadline: number;
  minute: number;
}

/** A wheel that counts, over members with a deadline in minutes. */
function open() {
  const expired: string[] = [];
  const wheel = expiryWheel<Member>((member) => {
    expired.push(member.name);
    wheel.remove(member); // as the store does
  });
  const add = (name: string, minute: number): Member => {
    const member = { name, deadline: minute * MINUTE, minute: 0 };
    wheel.add(member, member.deadline);
    return member;
  };
  /** Turns once at a minute; gives how many members it looked at. */
  const turn = (minute: number): number => {
    const looked = new Set<Member>();
    wheel.turn(minute * MINUTE, (member) => {
      looked.add(member);
      return member.deadline;
    });
    return looked.size;
  };
  /** Turns until so many have expired; gives how many turns that took. */
  const turnsUntil = (count: number, minute: number, most = 10_000): number => {
    for (let turns = 1; turns <= most; turns++) {
      turn(minute);
      if (expired.length >= count) return turns;
    }
    return assert.fail(`${expired.length} of ${count} expired in ${most} turns`);
  };
  return { wheel, expired, add, turn, turnsUntil };
}

test("a turn looks at four members, no more and no fewer, until all that are due are gone", () => {
  const { add, turn, expired } = open();
  for (let i = 0; i < 10; i++) add(String(i), 0);
  assert.deepEqual([turn(1), expired.length], [4, 4]);
  assert.deepEqual([turn(1), expired.length], [4, 8]);
  assert.deepEqual([turn(1), expired.length], [2, 10]);
  assert.deepEqual([turn(1), expired.length], [0, 10]);
  assert.deepEqual(expired, ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
});

test("a minute without members counts as one of the four steps", () => {
  const { add, turn, expired } = open();
  add("first", 0);
  for (let minute = 7; minute < 40; minute++) add("later", minute); // so many that the gap is walked, not jumped
  turn(8); // the first, and three of the minutes 1 to 7
  assert.deepEqual(expired, ["first"]);
  turn(8); // the other four
  assert.deepEqual(expired, ["first"]);
  turn(8);
  assert.deepEqual(expired, ["first", "later"]);
});

test("one turn for each member that is added keeps up, with a minute for each too", () => {
  const { add, turn, expired } = open();
  for (let minute = 0; minute < 2000; minute++) {
    add(String(minute), minute);
    turn(minute);
    assert.ok(minute - expired.length <= 4, `at minute ${minute} only ${expired.length} are gone`);
  }
});

test("nothing expires before its deadline, or in the minute of it: each at the minute after", () => {
  const { add, turn, expired } = open();
  add("a", 10);
  add("b", 10.5);
  for (const minute of [0, 9, 10, 10.5, 10.999]) turn(minute);
  assert.deepEqual(expired, []);
  turn(11);
  assert.deepEqual(expired, ["a", "b"]);
});

test("a clock that jumps by years takes a few turns, and skipped members are all collected, earliest first", () => {
  const { add, turnsUntil, expired } = open();
  const minutes = [0, 1, 5, 60, 1440, YEAR, 3 * YEAR, 9 * YEAR];
  for (const minute of minutes.toReversed()) add(String(minute), minute);
  assert.ok(turnsUntil(minutes.length, 30 * YEAR) <= minutes.length);
  assert.deepEqual(expired, minutes.map(String));
});

test("a jump passes over what is not due yet, and leaves it in its minute", () => {
  const { add, turn, turnsUntil, expired } = open();
  add("past", 0);
  add("future", 20 * YEAR);
  assert.ok(turnsUntil(1, 10 * YEAR) <= 2);
  for (let i = 0; i < 20; i++) turn(20 * YEAR);
  assert.deepEqual(expired, ["past"]);
  assert.ok(turnsUntil(2, 20 * YEAR + 1) <= 2);
  add("after", 20 * YEAR + 3);
  assert.ok(turnsUntil(3, 20 * YEAR + 4) <= 3);
});

test("after a jump over an empty wheel a member with a nearer deadline is found", () => {
  const { add, turn, turnsUntil, expired } = open();
  add("a", 0);
  for (let i = 0; i < 5; i++) turn(10 * YEAR);
  assert.deepEqual(expired, ["a"]);
  add("b", 10); // the clock was set back
  assert.ok(turnsUntil(2, 11) <= 2);
});

test("200,000 minutes with members and a jump over all of them: a turn throws nothing, and looks at four", () => {
  const { add, turn, expired } = open();
  for (let minute = 0; minute < 200_000; minute++) add(String(minute), minute);
  assert.ok(turn(20 * YEAR) <= 4);
  assert.ok(turn(20 * YEAR) <= 4);
  assert.deepEqual(expired, ["0", "1", "2", "3"].slice(0, expired.length));
  assert.ok(expired.length > 0);
});

test("a deadline that moved later costs nothing until the old minute comes; then the member is filed again", () => {
  const { add, turn, expired } = open();
  const member = add("a", 0);
  member.deadline = 100 * MINUTE;
  assert.equal(turn(1), 1);
  assert.deepEqual(expired, []);
  assert.equal(turn(99), 0, "not looked at before its new minute");
  for (let i = 0; i < 100 && expired.length === 0; i++) turn(101);
  assert.deepEqual(expired, ["a"]);
});

test("a deadline that moved earlier is filed under its own minute at once; later or the same, nothing is done", () => {
  const { wheel, add, turn, expired } = open();
  const [sooner, later, same] = [add("sooner", 50), add("later", 50), add("same", 50)];
  for (const [member, minute] of [
    [sooner, 10],
    [later, 90],
    [same, 50],
  ] as const) {
    member.deadline = minute * MINUTE;
    wheel.refile(member, member.deadline);
  }
  assert.deepEqual([sooner.minute, later.minute, same.minute], [11, 51, 51]);
  for (let i = 0; i < 50; i++) turn(11);
  assert.deepEqual(expired, ["sooner"]);
  for (let i = 0; i < 50; i++) turn(51);
  assert.deepEqual(expired, ["sooner", "same"]);
  for (let i = 0; i < 50; i++) turn(91);
  assert.deepEqual(expired, ["sooner", "same", "later"]);
});

test("a member that was taken out is not looked at, also in the midst of its minute", () => {
  const { wheel, add, turn, expired } = open();
  const members = Array.from({ length: 9 }, (_, i) => add(String(i), 0));
  turn(1);
  wheel.remove(members[4]!);
  wheel.remove(members[4]!);
  wheel.remove(members[8]!);
  assert.equal(turn(1), 3);
  assert.deepEqual(expired, ["0", "1", "2", "3", "5", "6", "7"]);
});

test("minutes whose members were all taken out leave nothing behind", () => {
  const { wheel, add, turnsUntil } = open();
  add("first", 0);
  for (let minute = 1; minute <= 1000; minute++) wheel.remove(add("gone", minute));
  add("last", 900);
  assert.ok(turnsUntil(2, 990) <= 2, "the gap is jumped over");
});

test("members that come while a minute is half collected are collected with it", () => {
  const { add, turn, turnsUntil, expired } = open();
  for (let i = 0; i < 6; i++) add(String(i), 0);
  turn(1);
  add("late", 0);
  assert.ok(turnsUntil(7, 1) <= 2);
  assert.equal(expired.at(-1), "late");
});

test("a minute is walked once, however many turns that takes: nothing that was removed is stepped over again", (t) => {
  const { add, turnsUntil } = open();
  for (let i = 0; i < 100; i++) add(String(i), 0);
  const values = t.mock.method(Set.prototype, "values").mock;
  assert.equal(turnsUntil(100, 1), 25);
  assert.equal(values.callCount(), 1);
});

test("after a jump the minutes are looked through once, not once for each of them", (t) => {
  const { add, turnsUntil, expired } = open();
  for (let minute = 1999; minute >= 0; minute--) add(String(minute), minute);
  const keys = t.mock.method(Map.prototype, "keys").mock;
  turnsUntil(2000, YEAR);
  assert.ok(keys.callCount() <= 2, `${keys.callCount()} times`);
  assert.deepEqual(
    expired,
    Array.from({ length: 2000 }, (_, minute) => String(minute)),
  );
});

test("a member that is filed before the clock jumps back over a gap is not passed over", () => {
  const { add, turn, turnsUntil, expired } = open();
  for (const minute of [0, 10, 20, 30]) add(String(minute), minute);
  turn(YEAR);
  add("15", 15); // the clock was set back
  add("25", 25);
  turnsUntil(6, YEAR);
  assert.deepEqual(expired.toSorted(), ["0", "10", "15", "20", "25", "30"]);
});

test("a member that comes into the minute whose last member has just gone is collected", () => {
  const { add, turn, expired } = open();
  for (let i = 0; i < 4; i++) add(String(i), 0);
  for (let minute = 1; minute < 60; minute++) add("other", minute);
  turn(1); // the four, and no step more
  add("late", 0); // the clock was set back
  for (let minute = 2; minute < 60; minute++) for (let i = 0; i < 10; i++) turn(minute);
  assert.ok(expired.includes("late"));
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { subjectIndex } from "../../src/stores/subject-index.ts";

interface Member {
  readonly name: string;
  subject: string | undefined;
}
const member = (name: string, subject?: string): Member => ({ name, subject });

function open(...members: readonly Member[]) {
  const index = subjectIndex<Member>(({ subject }) => subject);
  for (const each of members) index.add(each);
  return { ...index, names: (subject: string) => index.of(subject).map(({ name }) => name) };
}

test("each subject has its own members; who has none is in no list", () => {
  const { names } = open(member("a", "bob"), member("b"), member("c", "bob"), member("d", "alice"), member("e", ""));
  assert.deepEqual(names("bob"), ["a", "c"]);
  assert.deepEqual(names("alice"), ["d"]);
  assert.deepEqual(names(""), ["e"], "the empty subject is a subject");
  assert.deepEqual(names("nobody"), []);
  assert.deepEqual(names("undefined"), []);
});

test("a member that is taken out is in no list, and its fellows stay", () => {
  const [a, b] = [member("a", "bob"), member("b", "bob")];
  const { names, remove, add } = open(a, b);
  remove(a);
  remove(a);
  remove(member("c", "nobody"));
  remove(member("d"));
  assert.deepEqual(names("bob"), ["b"]);
  remove(b);
  assert.deepEqual(names("bob"), []);
  add(a);
  assert.deepEqual(names("bob"), ["a"]);
});

test("added twice a member is there once", () => {
  const a = member("a", "bob");
  const { names, add } = open(a);
  add(a);
  assert.deepEqual(names("bob"), ["a"]);
});

test("a list is as it was when it was asked for: members may be taken out while it is walked", () => {
  const all = Array.from({ length: 5 }, (_, i) => member(String(i), "bob"));
  const { of, names, remove } = open(...all);
  const walked: string[] = [];
  for (const each of of("bob")) {
    walked.push(each.name);
    remove(each);
  }
  assert.deepEqual(walked, ["0", "1", "2", "3", "4"]);
  assert.deepEqual(names("bob"), []);
});

test("a member without a subject takes no room", (t) => {
  const { add } = open();
  const set = t.mock.method(Map.prototype, "set").mock;
  add(member("a"));
  assert.equal(set.callCount(), 0);
});

test("a subject without members takes no room", (t) => {
  const a = member("a", "bob");
  const { remove } = open(a);
  const deleted = t.mock.method(Map.prototype, "delete").mock;
  remove(a);
  assert.deepEqual(
    deleted.calls.map(({ arguments: [key] }) => key),
    ["bob"],
  );
});

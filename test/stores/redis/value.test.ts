import assert from "node:assert/strict";
import { test } from "node:test";
import { newRecord } from "../../../src/session/record.ts";
import type { Entry } from "../../../src/stores/entry.ts";
import { type Commit, foundOf, hasCommit, newCommit, storedText } from "../../../src/stores/redis-value.ts";

const none = { data: new Map(), slots: new Map(), subject: undefined, authenticatedAt: undefined, persist: undefined };
const entry: Entry = { record: newRecord(none, 1000), hash: "h".repeat(43), tombstones: [] };

/** A session after these commits, one after the other. */
function after(commits: readonly Commit[]) {
  return commits.reduce(
    (found, commit) => foundOf("k", storedText(entry, found?.commits ?? "", commit)),
    foundOf("k", storedText(entry, "")),
  );
}

test("a commit is known through 64 later ones, and not through 65", () => {
  const [first, ...later] = Array.from({ length: 66 }, () => newCommit(5000)) as [Commit, ...Commit[]];
  assert.equal(hasCommit(after([first]), first), true);
  assert.equal(hasCommit(after([first, ...later.slice(0, 64)]), first), true);
  assert.equal(hasCommit(after([first, ...later]), first), false);
});

test("a commit is known for two minutes, until the next one comes", () => {
  const first = newCommit(5000);
  assert.equal(hasCommit(after([first, newCommit(124_999)]), first), true);
  assert.equal(hasCommit(after([first, newCommit(125_000)]), first), false);
  assert.equal(hasCommit(after([first]), newCommit(5000)), false, "another one");
  assert.equal(hasCommit(undefined, first), false);
});

test("without commits it is the entry's text; what is no entry is none, whatever its lines", () => {
  assert.equal(storedText(entry, "").includes("\n"), false);
  assert.equal(foundOf("k", storedText(entry, ""))?.commits, "");
  for (const junk of ["", "\n", "\nabc", "{}\n{}", 7, null, Buffer.from([255])])
    assert.equal(foundOf("k", junk), undefined);
  assert.ok(foundOf("k", Buffer.from(storedText(entry, "", newCommit(1)))), "octets are text too");
});

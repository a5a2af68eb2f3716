import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Linked, recencyList } from "../../src/stores/recency-list.ts";

interface Member extends Linked<Member> {
  readonly name: string;
}
const member = (name: string): Member => ({ name, older: undefined, newer: undefined });

function open(...names: readonly string[]) {
  const list = recencyList<Member>();
  const members = Object.fromEntries(names.map((name) => [name, member(name)]));
  for (const name of names) list.use(members[name]!);
  /** Both ways, so that no link is forgotten. */
  const order = () => {
    let text = "";
    let last: Member | undefined;
    for (let each = list.oldest(); each; each = each.newer) {
      assert.equal(each.older, last, `what is older than ${each.name}`);
      text += each.name;
      last = each;
    }
    return text;
  };
  const use = (name: string) => list.use(members[name]!);
  const remove = (name: string) => list.remove(members[name]!);
  return { list, members, order, use, remove };
}

test("members stand in order of use, whichever of them is used again", () => {
  for (const [used, order] of [
    ["a", "bcda"],
    ["b", "acdb"],
    ["d", "abcd"],
  ] as const) {
    const list = open("a", "b", "c", "d");
    list.use(used);
    assert.equal(list.order(), order);
  }
});

test("a member that is taken out leaves its neighbours joined, at either end and between", () => {
  for (const [gone, order] of [
    ["a", "bcd"],
    ["c", "abd"],
    ["d", "abc"],
  ] as const) {
    const list = open("a", "b", "c", "d");
    list.remove(gone);
    assert.equal(list.order(), order);
    assert.deepEqual([list.members[gone]!.older, list.members[gone]!.newer], [undefined, undefined]);
    list.use(gone);
    assert.equal(list.order(), order + gone, "and may come back");
  }
});

test("the last one taken out leaves a list that works", () => {
  const { list, members, order, use, remove } = open("a");
  remove("a");
  assert.equal(list.oldest(), undefined);
  use("a");
  assert.equal(order(), "a");
  list.use(member("b"));
  assert.equal(list.oldest(), members.a);
  assert.equal(order(), "ab");
});

test("whatever is used and taken out, the order is that of the last use", () => {
  const step = fc.tuple(fc.constantFrom("use", "remove"), fc.constantFrom("a", "b", "c", "d", "e"));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { order, use, remove } = open("a", "b", "c", "d", "e");
      const model = new Set("abcde");
      for (const [what, name] of steps) {
        if (what === "remove" && !model.has(name)) continue; // only what is in the list may be taken out
        model.delete(name);
        if (what === "use") model.add(name);
        if (what === "use") use(name);
        else remove(name);
        assert.equal(order(), [...model].join(""));
      }
    }),
  );
});

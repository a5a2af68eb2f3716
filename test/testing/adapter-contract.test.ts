import assert from "node:assert/strict";
import { test } from "node:test";
import type { OpenAdapter } from "../../src/testing/adapter-contract/site.ts";
import { adapterContract } from "../../src/testing/adapter-contract.ts";
import { brokenAdapters } from "../broken-adapters/broken-adapters.ts";
import { openNode } from "../support/contract-hosts/node.ts";

for (const { name, caughtBy, open } of brokenAdapters) {
  test(`broken, and caught: ${name}`, { timeout: 30_000 }, async () => {
    const check = adapterContract.find((each) => each.name === caughtBy);
    assert.ok(check, `no check is called ${caughtBy}`);
    await assert.rejects(check.run(open), { name: "AssertionError" });
    await check.run(openNode);
  });
}

test("every check has a name of its own, which begins with its promise", () => {
  const names = adapterContract.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  for (const { name, promise } of adapterContract) assert.ok(name.startsWith(`${promise}: `));
});

/** Bare Node without the ways that not every host has. */
const openFew: OpenAdapter = ({ options, pages }) => {
  const few = Object.entries(pages).map(([path, page]) => [
    path,
    ({ writeHead: _, flushHead: __, ...answers }: Parameters<typeof page>[0]) => page(answers),
  ]);
  return openNode({ options, pages: Object.fromEntries(few) });
};

const ahead = adapterContract.find(({ needs }) => needs.includes("writeHead"))!;

test("a check of a way that the host does not have never passes in silence: it says that it is skipped", async () => {
  assert.equal(ahead.skip(), false);
  await assert.rejects(ahead.run(openFew), { message: /^skipped: the host has no head to write ahead; say so: lacks/ });
  const about = { lacks: { writeHead: "it has none", flushHead: "nor this" } };
  assert.equal(ahead.skip(about), "skipped: the host has no head to write ahead: it has none");
  await assert.rejects(ahead.run(openFew, about), { message: /^skipped: the host has no head to write ahead: it has/ });
  const others = adapterContract.filter(({ needs }) => needs.length === 0);
  assert.equal(others[0]!.skip(about), false);
  await others[0]!.run(openFew, about);
});

test("a way that is said to be lacking, and is there, is an error", async () => {
  const about = { lacks: { fail: "none" } };
  const check = adapterContract.find(({ needs }) => needs.length === 0)!;
  await assert.rejects(check.run(openNode, about), { message: /the host has fail, which is said to be lacking/ });
});

test("the host is ended, whatever comes of the check", async () => {
  let ended = 0;
  const open: OpenAdapter = async (site) => {
    const { port, close } = await openNode(site);
    return {
      port,
      async close() {
        await close();
        ended++;
      },
    };
  };
  const check = adapterContract.find(({ needs }) => needs.length === 0)!;
  await check.run(open);
  await assert.rejects(check.run((site) => open({ ...site, pages: {} })));
  assert.equal(ended, 2);
});

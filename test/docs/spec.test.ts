import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";

test("SPEC 3.5 names every middleware that may stand only once", () => {
  const made = globSync("src/**/*.ts").flatMap((file) =>
    [...readFileSync(file, "utf8").matchAll(/\bonce<.*>\("(\w+)"/g)].map(([, name]) => name),
  );
  const sentence = /^## 3\.[\s\S]*?^5\. (.*)$/m.exec(readFileSync("SPEC.md", "utf8"))?.[1] ?? "";
  const named = [...sentence.matchAll(/`(wrap\w+)`/g)].map(([, name]) => name);
  assert.ok(made.length > 4);
  assert.deepEqual(named.sort(), made.sort());
});

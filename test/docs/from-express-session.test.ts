import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";

test("the diff of docs/guide/from-express-session.md is the one between the two examples", () => {
  const [, printed] = /```diff\n([\s\S]*?)```/.exec(readFileSync("docs/guide/from-express-session.md", "utf8")) ?? [];
  const files = ["examples/express/with-express-session.ts", "examples/express/main.ts"] as const;
  const { stdout } = spawnSync("git", ["diff", "--no-index", "-U3", "--no-color", ...files], { encoding: "utf8" });
  const hunks = stdout.slice(stdout.indexOf("@@")).replaceAll(/^@@.*@@.*\n/gm, "");
  assert.equal(printed, hunks);
});

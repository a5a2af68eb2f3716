import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { test } from "node:test";

test("a folder that may not be looked at counts as missing; where it is needed, it is said what allows it", () => {
  const start = (call: string) => {
    const script = `import { folderAt } from ${JSON.stringify(resolve("src/static/root.ts"))}; console.log(${call})`;
    const allowed = [
      "--permission",
      `--allow-fs-read=${resolve("src")}/*`,
      `--allow-fs-read=${resolve("package.json")}`,
    ];
    return spawnSync(process.execPath, [...allowed, "--input-type=module", "-e", script], { encoding: "utf8" });
  };
  assert.equal(start('folderAt("docs", true)').stdout, "undefined\n");
  assert.equal(start('folderAt("src", true)').stdout, `${resolve("src")}\n`);
  assert.match(
    start('folderAt("docs")').stderr,
    /docs cannot be used \(ERR_ACCESS_DENIED\): run node with --allow-fs-read/,
  );
});

/** The example of the guide is run as it stands. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { test } from "node:test";

test("an Express application passes the contract by the guide's own words", async (t) => {
  const blocks = readFileSync("docs/guide/servers.md", "utf8").matchAll(/```ts\n(.*?)```/gs);
  const [example] = [...blocks].map(([, code]) => code!).filter((code) => code.includes("adapterContract"));
  mkdirSync(".tmp", { recursive: true });
  const folder = mkdtempSync(".tmp/guide-");
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "contract.test.ts");
  writeFileSync(file, example!);
  const child = spawn(process.execPath, ["--conditions=ringlight-source", file], {
    env: { ...process.env, NODE_TEST_CONTEXT: undefined, NODE_ENV: "test", NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const closed = once(child, "close");
  const printed = await text(child.stdout);
  const [code] = await closed;
  assert.equal(code, 0, printed);
  assert.match(printed, /^. fail 0$/m);
  assert.match(printed, /skipped: the host has no head to write ahead: nobody here writes heads/);
});

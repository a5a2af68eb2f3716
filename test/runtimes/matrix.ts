/** The adapter contract over every host, on the runtimes that these tests are not run by: SPEC.md, 8.3 has the matrix. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { globSync } from "node:fs";
import { resolve } from "node:path";
import { test } from "node:test";

const HERE = "test/runtimes";
const FILES = globSync("test/adapters/contract/*.test.ts");
const SOURCE = "--conditions=ringlight-source";

export interface Column {
  readonly name: string;
  /** Where its program is, under node_modules. */
  readonly program: string;
  readonly args: readonly string[];
  /** Finds how many passed in what it prints; all of them, as its exit code says that none failed. */
  readonly passed: RegExp;
}

const node = (version: number): Column => ({
  name: `Node ${version}`,
  program: `node${version}/bin/node`,
  args: ["--test", SOURCE, ...FILES],
  passed: /^. pass (\d+)$/m,
});

export const COLUMNS: Readonly<Record<"node22" | "node26" | "bun" | "deno", Column>> = {
  node22: node(22),
  node26: node(26),
  bun: {
    name: "Bun",
    program: "@oven/bun-*/bin/bun",
    args: ["test", SOURCE, ...FILES.map((file) => `./${file}`)],
    passed: /^ (\d+) pass$/m,
  },
  deno: {
    name: "Deno",
    program: "@deno/*/deno",
    args: ["test", "--allow-all", "--no-check", SOURCE, ...FILES],
    passed: /passed \((\d+) steps\)/,
  },
};

/** Runs it there, in a process of its own, as one test. */
export function holdsOn({ name, program, args, passed }: Column): void {
  const [found] = globSync(`${HERE}/node_modules/${program}`).sort((a, b) => a.length - b.length);
  const words = `needs ${name}, and it is not installed: npm ci --prefix ${HERE}`;
  if (found === undefined && process.env.CI === "true") throw new Error(words);
  test(`the adapter contract holds on ${name}`, { skip: found === undefined && words, timeout: 110_000 }, async (t) => {
    const env = {
      ...process.env,
      NO_COLOR: "1",
      DENO_NO_UPDATE_CHECK: "1",
      CONTRACT_STORES: "memory",
      NODE_TEST_CONTEXT: undefined,
    };
    const child = spawn(resolve(found!), args, { env, stdio: ["ignore", "pipe", "pipe"] });
    t.after(() => child.kill("SIGKILL"));
    let printed = "";
    const keep = (chunk: unknown) => {
      printed += chunk;
    };
    for (const stream of [child.stdout, child.stderr]) stream.on("data", keep);
    const [code] = await once(child, "close");
    assert.equal(code, 0, printed);
    const [, count] = passed.exec(printed) ?? [];
    assert.ok(Number(count) >= 500, `only ${count} checks ran:\n${printed.slice(-2000)}`);
    t.diagnostic(`${count} passed on ${name}`);
  });
}

/** Importing one host's face loads no other's, and no package: hosts are known by their shape. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";

const FACES = {
  express: ["express", "to-express"],
  fastify: ["fastify", "to-fastify"],
  koa: ["koa", "to-koa"],
  hono: ["hono", "to-hono"],
  fetch: ["fetch", "fetch-session"],
  node: ["node", "node-session", "node-serve", "node-listener", "node-upgrade"],
} as const;

/** What is loaded, as paths under src and packages; types load nothing. */
function loaded(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const text = readFileSync(join("src", file), "utf8").replaceAll(/\/\*[\s\S]*?\*\//g, "");
  for (const [, clause, target] of text.matchAll(/^(?:import|export)\b([^;"]*?)\bfrom\s+"([^"]+)";/gm)) {
    const names = /\{([^}]*)\}/
      .exec(clause!)?.[1]
      ?.split(",")
      .filter((name) => name.trim() !== "");
    if (/^\s*type\b/.test(clause!) || names?.every((name) => /^\s*type\b/.test(name))) continue;
    if (target!.startsWith(".")) loaded(join(dirname(file), target!), seen);
    else seen.add(target!);
  }
  return seen;
}

for (const [name, own] of Object.entries(FACES)) {
  test(`ringlight/${name} loads no other face and no package`, () => {
    const files = loaded(`adapters/${name}.ts`);
    assert.ok(files.size > 50, "the graph was not found");
    const others = Object.values(FACES)
      .flat()
      .filter((each) => !(own as readonly string[]).includes(each));
    assert.deepEqual(
      others.filter((each) => files.has(`adapters/${each}.ts`)),
      [],
    );
    assert.deepEqual(
      [...files].filter((each) => !each.endsWith(".ts") && !each.startsWith("node:")),
      [],
    );
  });
}

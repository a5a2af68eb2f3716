/** The store that a test runs over where it does not care which: in memory, unless a file says otherwise. */
import { globSync } from "node:fs";
import type { Store } from "../../src/session/store.ts";
import { memoryStore } from "../../src/stores/memory.ts";

let open: () => Store = memoryStore;

/** A new, empty one. */
export function storeUnderTest(): Store {
  return open();
}

/** Runs every file of `test/guarantees` over stores that are opened so. */
export async function guaranteesOver(opened: () => Store): Promise<void> {
  open = opened;
  const files = globSync("*.test.ts", { cwd: new URL("../guarantees", import.meta.url) });
  for (const file of files.sort()) await import(new URL(`../guarantees/${file}`, import.meta.url).href);
}

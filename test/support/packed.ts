/** The package as it is published, unpacked into a folder beside all other packages that are installed here. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { TestContext } from "node:test";
import type { Ending } from "./ending.ts";
import type { Program } from "./program.ts";

/** Gives the folder, with a copy of `examples` in it; removed when the tests end. */
export function packedExamples(t: Ending): string {
  const folder = mkdtempSync(join(tmpdir(), "ringlight-packed-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  execFileSync(process.execPath, ["scripts/build.ts"], { stdio: "ignore" });
  execFileSync("npm", ["pack", "--ignore-scripts", "--pack-destination", folder], { stdio: "ignore" });
  const [tarball] = readdirSync(folder).filter((name) => name.endsWith(".tgz"));
  const modules = join(folder, "node_modules");
  mkdirSync(join(modules, "ringlight"), { recursive: true });
  execFileSync("tar", ["-xzf", join(folder, tarball!), "-C", join(modules, "ringlight"), "--strip-components=1"]);
  for (const name of readdirSync("node_modules")) {
    if (!name.startsWith(".") && name !== "ringlight") symlinkSync(resolve("node_modules", name), join(modules, name));
  }
  cpSync("examples", join(folder, "examples"), { recursive: true });
  return folder;
}

/** Starts an example as its user does, without any option of Node's, and finds its address in what it prints. */
export async function example(t: TestContext, folder: string, file: string): Promise<Program> {
  const env = { ...process.env, PORT: "0", NODE_OPTIONS: "", NODE_TEST_CONTEXT: undefined };
  const child = spawn(process.execPath, [join("examples", file)], {
    cwd: folder,
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => child.kill("SIGKILL"));
  const exit = once(child, "exit");
  let printed = "";
  for await (const chunk of child.stdout) {
    printed += chunk;
    const url = /http:\/\/\S+/.exec(printed)?.[0];
    if (!url) continue;
    const stop = async () => {
      child.kill("SIGTERM");
      return (await exit)[0] as number | null;
    };
    return { url, stop };
  }
  throw new Error(`examples/${file} ended without an address: ${printed}`);
}

/** The runtimes: where their programs are, and how each one serves the application in a process of its own. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { TestContext } from "node:test";
import { type Compatibility, workerConfig } from "./workerd.ts";

const HERE = "test/runtimes";

export interface Runtime {
  readonly name: string;
  /** Whether it tells an application the address of its peer. */
  readonly tellsPeer: boolean;
  /** Whether it serves static files of a folder. */
  readonly hasFolders: boolean;
  /** What it says of static files in a folder that is not there. */
  readonly folderless: RegExp;
  /** Where its program is, under node_modules; `undefined`: it is this very process's. */
  readonly program: string | undefined;
  /** Where another program is that it needs. */
  readonly bundler?: string;
  /** What it is called with, given a folder for whatever it writes. */
  readonly args: (folder: string) => readonly string[];
}

const ESBUILD = "@esbuild/*/bin/esbuild";

const workerd = (name: string, compatibility: Compatibility): Runtime => ({
  name,
  tellsPeer: false,
  hasFolders: false,
  folderless: /Workers have no folders; leave static files to the platform's assets/,
  program: "@cloudflare/workerd-*/bin/workerd",
  bundler: ESBUILD,
  args: (folder) => ["serve", workerConfig(folder, installed(ESBUILD)!, compatibility), "--control-fd=1"],
});

const MISSING = /cannot be used \(ENOENT\): make the folder/;

// The least that Deno needs to be allowed: TMPDIR and its folder for uploads and static files. With the last its request.signal
// does not abort after every answer.
const deno = (folder: string): readonly string[] => [
  "--allow-net=127.0.0.1",
  "--allow-env=NODE_ENV,TMPDIR",
  `--allow-read=${folder}`,
  `--allow-write=${folder}`,
  "--unstable-no-legacy-abort",
];

// The programs in the packages for this platform: those of the plain names need an install script to work.
export const RUNTIMES: readonly Runtime[] = [
  {
    name: "Node",
    tellsPeer: true,
    hasFolders: true,
    folderless: MISSING,
    program: undefined,
    args: () => [`${HERE}/node.ts`],
  },
  {
    name: "Bun",
    tellsPeer: true,
    hasFolders: true,
    folderless: MISSING,
    program: "@oven/bun-*/bin/bun",
    args: () => [`${HERE}/bun.ts`],
  },
  {
    name: "Deno",
    tellsPeer: true,
    hasFolders: true,
    folderless: /cannot be used \(NotCapable\): run deno with --allow-read/,
    program: "@deno/*/deno",
    args: (folder) => ["run", "--no-remote", "--no-lock", ...deno(folder), `${HERE}/deno.ts`],
  },
  workerd("workerd", { date: "2026-11-01", flags: [] }),
  workerd("workerd as of 2024-09-23", { date: "2024-09-23", flags: ["nodejs_compat"] }), // the first that has Buffer
];

/** Its program, unless it is not installed. */
export function programOf({ program }: Runtime): string | undefined {
  return program === undefined ? process.execPath : installed(program);
}

// The shortest: an older npm installs what is for musl too, and that has a longer name.
function installed(program: string): string | undefined {
  return globSync(`${HERE}/node_modules/${program}`).sort((a, b) => a.length - b.length)[0];
}

/** Why a runtime's test cannot run here, for `test(…, { skip })`; with CI=true that is a failure instead. */
export function without(suite: string, runtime: Runtime): string | false {
  if (programOf(runtime) && (runtime.bundler === undefined || installed(runtime.bundler))) return false;
  const words = `${suite} needs ${runtime.name}, and it is not installed: npm ci --prefix ${HERE}`;
  if (process.env.CI === "true") throw new Error(words);
  return words;
}

/**
 * Serves the application on a free port of 127.0.0.1 until the test ends, and gives its address. Its TMPDIR has a folder
 * `static` with a file hello.txt.
 */
export async function serving(t: TestContext, runtime: Runtime): Promise<string> {
  mkdirSync(".tmp", { recursive: true });
  const folder = resolve(mkdtempSync(".tmp/runtimes-"));
  mkdirSync(join(folder, "static"));
  writeFileSync(join(folder, "static/hello.txt"), "hello");
  let ended: (() => Promise<unknown>) | undefined;
  t.after(async () => {
    await ended?.();
    rmSync(folder, { recursive: true });
  });
  const env = { ...process.env, TMPDIR: folder, DENO_DIR: folder, DENO_NO_UPDATE_CHECK: "1", DENO_NO_PROMPT: "1" };
  const child = spawn(programOf(runtime)!, runtime.args(folder), { env, stdio: ["ignore", "pipe", "inherit"] });
  const exit = once(child, "exit");
  ended = () => {
    child.kill("SIGKILL");
    return exit.catch(() => {}); // it never started: the test has failed with that already
  };
  const { promise, resolve: found, reject } = Promise.withResolvers<string>();
  let printed = "";
  child.stdout.on("data", (chunk) => {
    printed += chunk;
    const [, port] = /(?:127\.0\.0\.1:|"port":)(\d+)\D/.exec(printed) ?? [];
    if (port !== undefined) found(`http://127.0.0.1:${port}`);
  });
  exit.then(() => reject(new Error(`${runtime.name} ended without an address: ${printed}`)), reject);
  return promise;
}

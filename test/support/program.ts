/** A program of the project as a user starts it, with a port of its own, stopped by its process id. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { TestContext } from "node:test";

export interface Program {
  readonly url: string;
  /** Sends SIGTERM and gives the exit code; `null` where the signal itself ended it. */
  readonly stop: () => Promise<number | null>;
}

/** Starts an npm script that prints the address it listens on. */
export async function program(
  t: TestContext,
  script: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<Program> {
  const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as { scripts: Record<string, string> };
  const [command, ...args] = scripts[script]!.split(" ");
  return started(t, [command === "node" ? process.execPath : command!, ...args], { env: environment });
}

/** Starts a command that prints the address it listens on, to whichever of its outputs. */
export async function started(
  t: TestContext,
  [command, ...args]: readonly [string, ...string[]],
  { cwd, env }: { readonly cwd?: string; readonly env?: Readonly<Record<string, string | undefined>> } = {},
): Promise<Program> {
  const child = spawn(command, args, {
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...process.env, PORT: "0", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const exit = once(child, "exit");
  t.after(() => child.kill("SIGKILL"));
  const stop = async () => {
    child.kill("SIGTERM");
    return (await exit)[0] as number | null;
  };
  const { promise, resolve, reject } = Promise.withResolvers<Program>();
  let printed = "";
  const read = (chunk: unknown) => {
    printed += chunk;
    const url = /http:\/\/[^\s/]+(?=[\s/])/.exec(printed)?.[0];
    if (url !== undefined) resolve({ url, stop });
  };
  child.stdout.on("data", read);
  child.stderr.on("data", (chunk) => {
    process.stderr.write(chunk);
    read(chunk);
  });
  exit.then(() => reject(new Error(`${[command, ...args].join(" ")} ended without an address: ${printed}`)), reject);
  return promise;
}

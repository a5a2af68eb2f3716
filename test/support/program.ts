/** A program of the project as a user starts it: `npm run NAME` with a port of its own, stopped by its process id. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import type { TestContext } from "node:test";

export interface Program {
  readonly url: string;
  /** Sends SIGTERM and gives the exit code. */
  readonly stop: () => Promise<number | null>;
}

/** Starts an npm script that prints the address it listens on. */
export async function program(
  t: TestContext,
  script: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<Program> {
  const { scripts } = JSON.parse(await (await import("node:fs/promises")).readFile("package.json", "utf8")) as {
    scripts: Record<string, string>;
  };
  const [command, ...args] = scripts[script]!.split(" ");
  const child = spawn(command === "node" ? process.execPath : command!, args, {
    env: { ...process.env, PORT: "0", ...environment },
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
  throw new Error(`npm run ${script} ended without an address: ${printed}`);
}

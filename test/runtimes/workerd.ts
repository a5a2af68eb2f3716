/** The Worker as JavaScript, and the configuration that tells workerd to serve it. */
import { spawnSync } from "node:child_process";
import { globSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const MAIN = "test/runtimes/worker.js";

/** What chooses how workerd behaves, as in a project's wrangler.json. */
export interface Compatibility {
  readonly date: string;
  readonly flags: readonly string[];
}

/** Compiles worker.ts, with all that it imports, into a folder, and gives the path of the configuration beside it. */
export function workerConfig(folder: string, compatibility: Compatibility): string {
  const tsc = ["node_modules/typescript/bin/tsc", "-p", "test/runtimes/tsconfig.worker.json", "--outDir", folder];
  const { status, stdout, stderr } = spawnSync(process.execPath, tsc, { encoding: "utf8" });
  if (status !== 0) throw new Error(`tsc: ${stdout}${stderr}`);
  const others = globSync("**/*.js", { cwd: folder }).filter((file) => file !== MAIN);
  const path = join(folder, "config.capnp");
  writeFileSync(path, config([MAIN, ...others], compatibility));
  return path;
}

/** The first module is the Worker; the others are found by their relative paths. Port 0 lets the system choose. */
function config(modules: readonly string[], { date, flags }: Compatibility): string {
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [(name = "app", worker = (
    modules = [${modules.map((file) => `(name = "${file}", esModule = embed "${file}")`).join(", ")}],
    compatibilityDate = "${date}",
    compatibilityFlags = ${JSON.stringify(flags)},
  ))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "app")],
);
`;
}

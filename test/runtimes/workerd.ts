/** The Worker as one module, bundled as wrangler does it, and the configuration that tells workerd to serve it. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

const MODULE = "worker.js";

/** What chooses how workerd behaves, as in a project's wrangler.json. */
export interface Compatibility {
  readonly date: string;
  readonly flags: readonly string[];
}

// Libraries in CommonJS require modules of Node's, and a module of ECMAScript has no `require`.
const REQUIRE = 'import { createRequire as requireAt } from "node:module"; const require = requireAt("/");';

/** Bundles worker.ts into a folder, with all that it imports, and gives the path of the configuration beside it. */
export function workerConfig(folder: string, esbuild: string, compatibility: Compatibility): string {
  const { status, stderr } = spawnSync(
    esbuild,
    [
      "test/runtimes/worker.ts",
      `--outfile=${join(folder, MODULE)}`,
      "--bundle",
      "--format=esm",
      "--target=es2024",
      "--external:node:*",
      "--conditions=ringlight-source",
      `--banner:js=${REQUIRE}`,
    ],
    { encoding: "utf8" },
  );
  if (status !== 0) throw new Error(`esbuild: ${stderr}`);
  const path = join(folder, "config.capnp");
  writeFileSync(path, config(compatibility));
  return path;
}

/** Port 0 lets the system choose. */
function config({ date, flags }: Compatibility): string {
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [(name = "app", worker = (
    modules = [(name = "${MODULE}", esModule = embed "${MODULE}")],
    compatibilityDate = "${date}",
    compatibilityFlags = ${JSON.stringify(flags)},
  ))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "app")],
);
`;
}

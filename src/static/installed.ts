/** Packages of npm that are installed for an application, found when the stack is built. */
import { readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, join, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { badOption, RinglightError } from "../errors.ts";

export interface Installed {
  readonly version: string;
  /** The real path of its folder, or of the named folder in it. */
  readonly root: string;
}

// https://github.com/npm/validate-npm-package-name, and the older names with capitals.
const NAME = /^(?:@[a-z\d~-][\w.~-]*\/)?[a-z\d~-][\w.~-]*$/i;

/**
 * Looks for `node_modules/NAME` in the application's folder and in those above it, as Node does. Where it is a link, as
 * pnpm and workspaces make it, what it leads to is the package. Throws `ERR_OPTION` for a name or folder that cannot be,
 * `ERR_MODULE_MISSING` for a package that is not there.
 */
export function installed(name: string, folder: string | undefined, from: string | URL): Installed {
  if (typeof name !== "string" || !NAME.test(name))
    throw badOption("packages", `${JSON.stringify(name)} is no package's name`);
  const { root: base, version } = nearest(name, applicationFolder(from));
  if (folder === undefined) return { version, root: base };
  const root = realFolder(join(base, folder));
  if (root?.startsWith(base + sep)) return { version, root };
  throw badOption("packages", `${name} has no folder ${JSON.stringify(folder)} of its own`);
}

function nearest(name: string, from: string): Installed {
  for (let folder = from; ; folder = dirname(folder)) {
    const root = realFolder(join(folder, "node_modules", name));
    const version = root === undefined ? undefined : versionIn(root);
    if (root !== undefined && version !== undefined) return { version, root };
    if (folder === dirname(folder)) break;
  }
  const remedy =
    `wrapWebjars serves files of the package ${name}, which is not installed in ${from} or above: ` +
    `npm install ${name}, or say where the application is: from: import.meta.dirname`;
  throw new RinglightError("ERR_MODULE_MISSING", remedy, { option: "packages" });
}

function realFolder(path: string): string | undefined {
  try {
    const real = realpathSync.native(path);
    return statSync(real).isDirectory() ? real : undefined;
  } catch {
    return undefined;
  }
}

/** `undefined` for a folder that is no package. */
function versionIn(root: string): string | undefined {
  try {
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version?: unknown };
    return typeof version === "string" && /^[\w.+-]{1,256}$/.test(version) ? version : undefined;
  } catch {
    return undefined;
  }
}

function applicationFolder(from: unknown): string {
  if (typeof from === "string" && from !== "" && !from.startsWith("file:")) return resolve(from);
  try {
    return fileURLToPath(from as string | URL);
  } catch {
    throw badOption("from", "must be the application's folder: a path, or a file: URL");
  }
}

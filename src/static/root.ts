/** The folder whose files are served, found when the stack is built. */
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { badOption } from "../errors.ts";

/**
 * A folder's real path. A relative one counts from the folder that the process was started in; a URL must be `file:`.
 * `undefined` where nothing is there, or nothing may be looked at, and it is optional; else `ERR_OPTION`.
 */
export function folderAt(root: string | URL, optional = false): string | undefined {
  const path = pathOf(root);
  try {
    const { realpathSync, statSync } = fileSystem();
    const real = realpathSync.native(path);
    if (statSync(real).isDirectory()) return real;
  } catch (error) {
    if (optional && isMissing(error)) return undefined;
    throw unusable(path, error);
  }
  throw badOption("root", `${path} is no folder`);
}

function pathOf(root: unknown): string {
  if (typeof root === "string" && root !== "" && !root.startsWith("file:")) return resolve(root);
  try {
    return fileURLToPath(root as string | URL);
  } catch {
    throw badOption("root", 'must be a folder: a path, or a file: URL such as new URL("./public/", import.meta.url)');
  }
}

// Not imported: Workers of before 2025-09-15 have no such module, and run the rest of the stack.
function fileSystem(): typeof import("node:fs") {
  return createRequire(resolve("/"))("node:fs");
}

function isMissing(error: unknown): boolean {
  return codeOf(error) === "ENOENT" || codeOf(error) in FORBIDDEN || onWorkers();
}

/** By the code or name of the error with which a runtime refuses to look at all: what allows it. */
const FORBIDDEN: Readonly<Record<string, string>> = {
  NotCapable: "run deno with --allow-read",
  ERR_ACCESS_DENIED: "run node with --allow-fs-read",
};

function unusable(path: string, error: unknown): Error {
  const code = codeOf(error);
  const remedy = onWorkers()
    ? "Workers have no folders; leave static files to the platform's assets"
    : (FORBIDDEN[code] ?? "make the folder, or give an absolute path or a file: URL");
  return badOption("root", `${path} cannot be used (${code}): ${remedy}`);
}

function codeOf(error: unknown): string {
  const { code, name } = error as NodeJS.ErrnoException;
  return code ?? name;
}

function onWorkers(): boolean {
  return globalThis.navigator?.userAgent === "Cloudflare-Workers";
}

/** The folder whose files are served, found when the stack is built. */
import { realpathSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { badOption } from "../errors.ts";

/**
 * A folder's real path. A relative one counts from the folder that the process was started in; a URL must be `file:`.
 * `undefined` where nothing is there and it is optional, else `ERR_OPTION`.
 */
export function folderAt(root: string | URL, optional = false): string | undefined {
  const path = pathOf(root);
  try {
    const real = realpathSync.native(path);
    if (statSync(real).isDirectory()) return real;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw unusable(path, error);
    if (optional) return undefined;
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

function unusable(path: string, error: unknown): Error {
  const code = (error as NodeJS.ErrnoException).code ?? "unknown";
  return badOption(
    "root",
    `${path} cannot be used (${code}): make the folder, or give an absolute path or a file: URL`,
  );
}

/** `tempFileStore`: uploads in files that are gone after the answer. */
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { badOption, checkNames } from "../../errors.ts";
import type { FileStore } from "./file-store.ts";

/** The options of `tempFileStore`. */
export interface TempFileOptions {
  /** A folder that is there when the store is made. Default: the system's for temporary files. */
  readonly folder?: string | undefined;
}

/**
 * Each file lies alone in a folder of its own that nobody but this user may enter (0700), readable for nobody else (0600),
 * under a name that the visitor has no part in. `stored` is its path. It is removed after the answer: when its body has
 * ended, failed or been cancelled, where it is a stream. To keep it, move it before you answer.
 *
 * Throws `ERR_OPTION` for a folder that is not there, where the runtime lets it be looked at.
 */
export function tempFileStore(options: TempFileOptions = {}): FileStore<string> {
  checkNames(options, ["folder"], "tempFileStore");
  const { folder } = options;
  if (folder !== undefined && (typeof folder !== "string" || folder === "" || isMissing(folder)))
    throw badOption("folder", "must be the path of a folder that is there");
  return {
    temporary: true,
    async save({ stream }) {
      const { mkdtemp, open } = await fileSystem();
      const own = await mkdtemp(join(folder ?? (await systemFolder()), "upload-"));
      const path = join(own, "file");
      try {
        const file = await open(path, "wx", 0o600);
        try {
          for await (const chunk of stream) await file.appendFile(chunk); // writeFile begins anew on Workers
        } finally {
          await file.close();
        }
      } catch (error) {
        await remove(path);
        throw error;
      }
      return path;
    },
    remove,
  };
}

async function remove(path: string): Promise<void> {
  const { rm, rmdir } = await fileSystem();
  await rm(path, { force: true });
  await rmdir(dirname(path));
}

/** Whether no folder is there; one that may not be looked at is not missing. */
function isMissing(folder: string): boolean {
  try {
    const { statSync }: typeof import("node:fs") = createRequire(resolve("/"))("node:fs"); // some runtimes have none
    return !statSync(folder).isDirectory();
  } catch (error) {
    return ["ENOENT", "ENOTDIR"].includes(String((error as NodeJS.ErrnoException).code));
  }
}

function systemFolder(): Promise<string> {
  return import("node:os").then(
    ({ tmpdir }) => tmpdir(),
    () => "/tmp", // Workers of before 2025-09-15 have no such module, but this folder
  );
}

// Not before it is needed: some runtimes have no file system, and other stores.
function fileSystem(): Promise<typeof import("node:fs/promises")> {
  return import("node:fs/promises");
}

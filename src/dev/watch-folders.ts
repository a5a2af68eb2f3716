/** Folders whose changes are told, once for what changes together. */
import { badOption } from "../errors.ts";

/** Node's own `fs`, where the runtime has it; asked for when needed, so that importing this file loads nothing. */
const fs = (): typeof import("node:fs") | undefined => globalThis.process?.getBuiltinModule?.("node:fs");

/** Where templates and static files usually are, as far as there is such a folder. */
export function usualFolders(): readonly string[] {
  return ["views", "templates", "public", "resources"].filter((folder) => fs()?.existsSync(folder));
}

/** Throws `ERR_OPTION` for what cannot be watched. */
export function checkWatched(watched: readonly (string | URL)[]): void {
  const must = "must be a list of folders or files that are there";
  if (!Array.isArray(watched)) throw badOption("watch", must);
  for (const path of watched as readonly unknown[]) {
    const isFile = typeof path === "string" || (path instanceof URL && path.protocol === "file:");
    if (!isFile || fs()?.existsSync(path) === false) throw badOption("watch", `${must}, not ${JSON.stringify(path)}`);
  }
}

/**
 * Calls `onChange` once nothing has changed for `settle` seconds. Nothing of it keeps the process alive. A folder that
 * cannot be watched, as when the system's limit is reached, is told on the console.
 */
export function watchFolders(watched: readonly (string | URL)[], onChange: () => void, settle: number): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const changed = (): void => {
    clearTimeout(timer);
    timer = setTimeout(onChange, settle * 1000);
    timer.unref?.();
  };
  const warn = (error: unknown) => console.warn(`wrapReload: not watched any more: ${error}`);
  for (const path of watched) {
    try {
      fs()?.watch(path, { recursive: true, persistent: false }, changed).on("error", warn).unref();
    } catch (error) {
      warn(error);
    }
  }
}

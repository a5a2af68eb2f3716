/** `wrapResource`: the files that come with the application. */
import type { Middleware } from "../ring.ts";
import { type FilesOptions, filesMiddleware } from "../static/files.ts";

export type { FilesOptions } from "../static/files.ts";

/**
 * Answers GET and HEAD with a file of `root`, by default `"public"`, where a regular file of that name is; every other
 * request goes to the handler. The same as `wrapFile` in all (`docs/decisions/0016`): Ring has two, because what is
 * packed in a jar is no file.
 *
 * So that it does not depend on where the process is started: `wrapResource(new URL("../public/", import.meta.url))`.
 * With `optional: true` the folder may be missing when the stack is built. Throws `ERR_OPTION` as `wrapFile` does.
 */
export function wrapResource(root: string | URL = "public", options: FilesOptions = {}): Middleware {
  return filesMiddleware("wrapResource", root, options);
}

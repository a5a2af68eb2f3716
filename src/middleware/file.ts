/** `wrapFile`: the files of a folder that change while the program runs. */
import type { Middleware } from "../ring.ts";
import { type FilesOptions, filesMiddleware } from "../static/files.ts";

export type { FilesOptions } from "../static/files.ts";

/**
 * Answers GET and HEAD with a file of `root`, where a regular file of that name is; every other request goes to the
 * handler. `root` is a path, from the folder that the process was started in where it is relative, or a `file:` URL. It
 * is resolved once: where it is a link that is changed later, the old folder stays.
 *
 * With ETag, Last-Modified, conditional requests and single ranges (RFC 9110, 8.8, 13, 14). Not served are what lies
 * outside the folder, dotfiles, symbolic links, and files that this process may not read. What visitors upload belongs
 * on another host, or behind a Content-Security-Policy with `sandbox`: an HTML or SVG file runs as a page of yours.
 *
 * Throws `ERR_OPTION` when built with an impossible option, or where the folder is not there. While answering it rejects
 * only when the system fails (no descriptor left, a broken disk).
 */
export function wrapFile(root: string | URL, options: FilesOptions = {}): Middleware {
  return filesMiddleware("wrapFile", root, options);
}

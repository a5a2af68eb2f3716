/** A folder's files as a middleware: what `wrapResource` and `wrapFile` share. */
import { badOption, checkNames } from "../errors.ts";
import { redirect } from "../response.ts";
import type { Middleware, RequestMap, ResponseMap } from "../ring.ts";
import { fileAnswer } from "./answer.ts";
import { isHidden, isSafe, namesUnder } from "./names.ts";
import { openInside, type ServedFolder } from "./open-inside.ts";
import { checkPrefix } from "./prefix.ts";
import { folderAt } from "./root.ts";

/** The options of `wrapResource` and `wrapFile`; one that cannot be throws `ERR_OPTION` when it is built. */
export interface FilesOptions {
  /** Where the folder stands in the site: `"/static"`, no slash at its end. Default `""`: at the top. */
  readonly prefix?: string | undefined;
  /**
   * The file that answers for a folder: `"index.html"`. A folder's path without its slash is then redirected (302) to
   * the one with it. Default: none, the handler answers.
   */
  readonly index?: string | undefined;
  /**
   * The header Cache-Control, or what gives it for a path below the folder: `(path) => path.startsWith("hashed/") ?
   * "public, max-age=31536000, immutable" : "no-cache"`. Default `"no-cache"`: kept, but asked for each time (304).
   */
  readonly cacheControl?: string | ((path: string) => string) | undefined;
  /**
   * Part of every ETag, letters, digits and `.+_-`: the release. For builds that stamp every file with the same time, where
   * a changed file of the same size would otherwise pass for the old one.
   */
  readonly version?: string | undefined;
  /** Whether `site.css.br` or `site.css.gz` beside `site.css` is sent to who accepts it. Default `false`. */
  readonly precompressed?: boolean | undefined;
  /** Whether files and folders whose name begins with a dot are served. Default `false`: only `/.well-known/`. */
  readonly dotfiles?: boolean | undefined;
  /** Whether symbolic links are followed, to files in the folder itself, never out of it. Default `false`: not served. */
  readonly allowSymlinks?: boolean | undefined;
  /**
   * Whether the folder may be missing when the stack is built, or not be looked at (Deno without `--allow-read`, Workers);
   * then nothing of it is ever served. Default `false`.
   */
  readonly optional?: boolean | undefined;
  /** The clock, in milliseconds, by which a file counts as just modified. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
}

const FLAGS = ["precompressed", "dotfiles", "allowSymlinks", "optional"] as const;
const KNOWN = ["prefix", "index", "cacheControl", "version", ...FLAGS, "now"] as const;

/** Checks the options, finds the folder, and gives the middleware. */
export function filesMiddleware(name: string, root: string | URL, options: FilesOptions): Middleware {
  checkOptions(name, options);
  const { allowSymlinks = false, dotfiles = false } = options;
  const real = folderAt(root, options.optional);
  if (real === undefined) return (handler) => (request) => handler(request);
  const folder: ServedFolder = { root: real, allowSymlinks, offers: (names) => dotfiles || !isHidden(names) };
  return (handler) => async (request) => (await answer(folder, request, options)) ?? handler(request);
}

async function answer(
  folder: ServedFolder,
  request: RequestMap,
  options: FilesOptions,
): Promise<ResponseMap | undefined> {
  const { prefix = "", index, cacheControl = "no-cache", version, precompressed, now = Date.now } = options;
  if (request.method !== "GET" && request.method !== "HEAD") return undefined;
  const asked = namesUnder(prefix, request.uri);
  if (asked === undefined) return undefined;
  const hasSlash = asked.at(-1) === "";
  if (hasSlash && index === undefined) return undefined;
  const names = hasSlash ? [...asked.slice(0, -1), index!] : asked;
  const found = await fileAnswer(folder, names, request, {
    cacheControl: () => (typeof cacheControl === "function" ? cacheControl(names.join("/")) : cacheControl),
    version,
    precompressed,
    now,
  });
  if (found !== "folder") return found;
  return hasSlash || index === undefined ? undefined : toSlash(folder, asked, index, request);
}

/**
 * From `/docs` to `/docs/`, so that the page's relative links hold, if there is a page. The place is told relative to
 * the path that was asked for: it cannot lead to another host, and holds wherever the site is mounted.
 */
async function toSlash(
  folder: ServedFolder,
  names: readonly string[],
  index: string,
  { uri, queryString }: RequestMap,
): Promise<ResponseMap | undefined> {
  const page = await openInside(folder, [...names, index]);
  if (page === undefined || page === "folder") return undefined;
  await page.handle.close();
  const last = encodeURIComponent(names.at(-1) ?? uri.slice(uri.lastIndexOf("/") + 1));
  return redirect(`${last}/${queryString === "" ? "" : `?${queryString}`}`, 302);
}

function checkOptions(name: string, options: FilesOptions): void {
  checkNames(options, KNOWN, name);
  const { prefix, index, cacheControl, version, now } = options;
  for (const flag of FLAGS) {
    if (options[flag] !== undefined && typeof options[flag] !== "boolean")
      throw badOption(flag, "must be true or false");
  }
  checkPrefix(prefix);
  if (index !== undefined && (typeof index !== "string" || !isSafe(index)))
    throw badOption("index", 'must be a file\'s name, such as "index.html"');
  if (cacheControl !== undefined && typeof cacheControl !== "string" && typeof cacheControl !== "function")
    throw badOption("cacheControl", "must be a header's value, or a function that gives one");
  if (typeof cacheControl === "string" && !/^[\t\x20-\x7e]+$/.test(cacheControl))
    throw badOption("cacheControl", "must be what a header can carry");
  if (version !== undefined && (typeof version !== "string" || !/^[\w.+-]{1,64}$/.test(version)))
    throw badOption("version", "must be 1 to 64 letters, digits, or . + _ -");
  if (now !== undefined && typeof now !== "function") throw badOption("now", "must be a function");
}

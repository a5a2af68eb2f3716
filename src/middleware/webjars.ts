/** `wrapWebjars`: scripts, styles and fonts of installed npm packages. */
import { contextOf } from "../context/mount.ts";
import { badOption, checkNames } from "../errors.ts";
import { type Bare, type Layer, type Middleware, once, type RequestMap, type ResponseMap } from "../ring.ts";
import { fileAnswer } from "../static/answer.ts";
import { ASSET_ENDINGS, isAsset } from "../static/assets.ts";
import { installed } from "../static/installed.ts";
import { isSafe, namesUnder } from "../static/names.ts";
import type { ServedFolder } from "../static/open-inside.ts";
import { checkPrefix } from "../static/prefix.ts";

/** The options of `wrapWebjars`; one that cannot be throws `ERR_OPTION` when it is built. */
export interface WebjarsOptions<Package extends string = string> {
  /** The packages whose files are served, and no others; with `folder`, only what is below that folder of the package. */
  readonly packages: readonly (Package | { readonly name: Package; readonly folder?: string | undefined })[];
  /** Where they stand in the site. Default `"/assets"`: `/assets/bulma/css/bulma.css`. */
  readonly prefix?: string | undefined;
  /** The application's folder, in whose `node_modules`, or in those above, the packages lie. Default `process.cwd()`. */
  readonly from?: string | URL | undefined;
  /**
   * The endings of the files that are served, in lower case. Default `js mjs css map wasm woff2 woff ttf otf eot svg png jpg
   * jpeg gif webp avif ico`. package.json, README, LICENSE, dotfiles and `node_modules` in a package never are.
   */
  readonly extensions?: readonly string[] | undefined;
  /** The clock, in milliseconds, by which a file counts as just modified. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
}

/** What `wrapWebjars` adds to the request. */
export interface WithAssets<Package extends string = string> extends Layer {
  readonly request: {
    /**
     * The path of a package's file with its version in it, which browsers keep for a year:
     * `assetPath("bulma", "css/bulma.css")` is `/assets/bulma@1.0.4/css/bulma.css`, after the prefix of a `wrapContext`
     * outside. Throws `ERR_OPTION` for a package that was not named, and for a file that is never served.
     */
    readonly assetPath: (name: Package, file: string) => string;
  };
  readonly response: {};
}

interface Served {
  readonly version: string;
  readonly folder: ServedFolder;
}

const YEAR = "public, max-age=31536000, immutable";

/**
 * Answers GET and HEAD under `/assets/NAME/…` (asked for anew each time, 304) and `/assets/NAME@VERSION/…` (kept for a
 * year) with files of installed packages. Another version than the one that is installed, and all else, goes to the
 * handler. Versions are read when the stack is built: after `npm install` start the program again.
 *
 * Throws `ERR_MODULE_MISSING` when built for a package that is not installed, `ERR_OPTION` for an impossible option,
 * `ERR_STACK_TWICE` around another `wrapWebjars`.
 */
export function wrapWebjars<const Package extends string>(
  options: WebjarsOptions<Package>,
): Middleware<Bare, WithAssets<Package>> {
  const packages = servedPackages(options);
  const { prefix = "/assets", now = Date.now } = options;
  return once<Bare, WithAssets<Package>>("wrapWebjars", (handler) => async (request) => {
    const at = contextOf(request) + prefix;
    const assetPath = (name: Package, file: string): string => pathTo(at, packages, name, file);
    const given = { ...request, assetPath } as Parameters<typeof handler>[0];
    return (await assetAnswer(packages, prefix, now, request)) ?? handler(given);
  });
}

async function assetAnswer(
  packages: ReadonlyMap<string, Served>,
  prefix: string,
  now: () => number,
  request: RequestMap,
): Promise<ResponseMap | undefined> {
  if (request.method !== "GET" && request.method !== "HEAD") return undefined;
  const [first = "", ...below] = namesUnder(prefix, request.uri) ?? [];
  const named = first.startsWith("@") ? `${first}/${below.shift() ?? ""}` : first;
  const [, name = "", version] = /^(@?[^@]*)(?:@(.+))?$/.exec(named) ?? [];
  const found = packages.get(name);
  if (found === undefined || (version !== undefined && version !== found.version)) return undefined;
  const cacheControl = (): string => (version === undefined ? "no-cache" : YEAR);
  const answer = await fileAnswer(found.folder, below, request, { cacheControl, version: found.version, now });
  return answer === "folder" ? undefined : answer;
}

function pathTo(prefix: string, packages: ReadonlyMap<string, Served>, name: string, file: string): string {
  const found = packages.get(name);
  if (found === undefined)
    throw badOption("assetPath", `wrapWebjars serves no package ${JSON.stringify(name)}: add it to packages`);
  const names = String(file).split("/");
  if (!names.every(isSafe) || !found.folder.offers(names))
    throw badOption("assetPath", `${JSON.stringify(file)} is no file that wrapWebjars serves of ${name}`);
  const version = encodeURIComponent(found.version);
  return [prefix, `${name}@${version}`, ...names.map(encodeURIComponent)].join("/");
}

const KNOWN = ["packages", "prefix", "from", "extensions", "now"] as const;

function servedPackages(options: WebjarsOptions): ReadonlyMap<string, Served> {
  checkNames(options, KNOWN, "wrapWebjars");
  const { packages, prefix, from = process.cwd(), extensions = ASSET_ENDINGS, now } = options;
  checkPrefix(prefix);
  if (now !== undefined && typeof now !== "function") throw badOption("now", "must be a function");
  if (!Array.isArray(extensions) || !extensions.every((one) => typeof one === "string" && /^[a-z\d]+$/.test(one)))
    throw badOption("extensions", 'must be a list of endings in lower case, without the dot: ["css", "js"]');
  if (!Array.isArray(packages) || packages.length === 0)
    throw badOption("packages", 'must be a list of packages: ["bulma", { name: "jquery", folder: "dist" }]');
  const endings = new Set(extensions);
  const served = new Map<string, Served>();
  for (const { name, folder } of packages.map(asEntry)) {
    if (served.has(name)) throw badOption("packages", `${name} stands there twice`);
    const { version, root } = installed(name, folder, from);
    served.set(name, { version, folder: { root, allowSymlinks: false, offers: (names) => isAsset(names, endings) } });
  }
  return served;
}

function asEntry(entry: unknown): { readonly name: string; readonly folder?: string | undefined } {
  if (typeof entry === "string") return { name: entry };
  checkNames(entry, ["name", "folder"], "packages");
  const { name, folder } = entry as { name: string; folder?: string };
  if (folder !== undefined && (typeof folder !== "string" || !folder.split("/").every(isSafe)))
    throw badOption("packages", `folder of ${name} must be a path in the package, such as "dist"`);
  return { name, folder };
}

/** `etaEngine`: templates by Eta (https://eta.js.org), an optional package. */
import { statSync } from "node:fs";
import { extname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { badOption, checkNames, RinglightError } from "../errors.ts";
import { moduleMissing } from "../module-missing.ts";
import { inProduction } from "../production.ts";
import type { SyncEngine } from "./renderer.ts";
import { checkTemplateName, quoted } from "./template-name.ts";

const { Eta, EtaFileResolutionError, EtaParseError } = await import("eta").catch((cause: unknown) => {
  throw moduleMissing("ringlight/render/eta", "eta", cause);
});

/** Where templates are, and whether they stay in memory. */
export interface EtaEngineOptions {
  /** The folder: a path, or a URL such as `new URL("views", import.meta.url)`. */
  readonly views: string | URL;
  /** Whether a template is read once, or whenever it is used. Default: once with NODE_ENV=production. */
  readonly cache?: boolean | undefined;
}

/**
 * An engine for `renderer`: `home` is `home.eta` in `views`. `<%= %>` escapes, `<%~ %>` does not. Built, it throws
 * `ERR_OPTION` where `views` is no folder. Rendering, `ERR_TEMPLATE` for a template that is not there or cannot be
 * read, by name, and for a name that is no plain path, `..` or `/etc/passwd`; other errors are the template's own, with its file and line outside
 * production.
 */
export function etaEngine(options: EtaEngineOptions): SyncEngine {
  checkNames(options, ["views", "cache"], "etaEngine");
  const { cache = inProduction() } = options;
  if (typeof cache !== "boolean") throw badOption("cache", "must be true or false");
  const views = folderOf(options.views);
  const eta = new Eta({ views, cache, cacheFilepaths: cache, autoEscape: true, debug: !inProduction() });
  return (template, view) => {
    checkTemplateName(template);
    try {
      // `__blocks` is Eta's own, and printed raw: a value of that name would be HTML in a layout's blocks.
      return eta.render(template, { ...view, __blocks: undefined });
    } catch (error) {
      throw named(error, template);
    }
  };
}

function folderOf(views: unknown): string {
  const must = 'must be a folder with templates: a path, or new URL("views", import.meta.url)';
  if (typeof views !== "string" && !(views instanceof URL)) throw badOption("views", must);
  let path: string | undefined;
  try {
    path = resolve(typeof views === "string" ? views : fileURLToPath(views));
    if (statSync(path).isDirectory()) return path;
  } catch {
    // Not there, or no file: URL.
  }
  throw badOption("views", path === undefined ? must : `${must}; ${path} is none`);
}

/** Eta's word for a file that is missing or that it cannot read, in ours; it may be one that the template includes. */
function named(error: unknown, template: string): unknown {
  const chain = [error, error instanceof Error ? error.cause : undefined];
  const missing = chain.find((each) => each instanceof EtaFileResolutionError) as Error | undefined;
  const unread = chain.find((each) => each instanceof EtaParseError) as Error | undefined;
  if (!missing && !unread) return error;
  const file = quoted(extname(template) === "" ? `${template}.eta` : template);
  const reason = unread?.message.split("\n").filter((line) => line !== "")[1] ?? "";
  const message = missing
    ? `template ${file}: ${missing.message}`
    : `template ${file}, or one that it includes, cannot be read: ${reason}`;
  return new RinglightError("ERR_TEMPLATE", message, { cause: error });
}

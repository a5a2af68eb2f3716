/** `toHono`: an application mounted in Hono. */
import { checkContextPath } from "../context/mount.ts";
import { checkNames } from "../errors.ts";
import type { Handler } from "../ring.ts";
import { type Mountable, placed, readBefore } from "./host-place.ts";
import { type FetchOptions, fetchMount } from "./to-fetch.ts";

/** The options of `toHono`; those of `toFetch`, of which `remoteAddress` is given Hono's context. */
export interface ToHonoOptions<Context> extends Omit<FetchOptions, "remoteAddress"> {
  /** The path that the application is under, as of `wrapContext`; anything else goes on to the next handler. Default: all. */
  readonly prefix?: string | undefined;
  /** The peer's address: `(c) => getConnInfo(c).remote.address`, by `conninfo` of the runtime. Default: unknown. */
  readonly remoteAddress?: ((context: Context) => string | undefined) | undefined;
}

/** The members of a context of Hono that are used. */
export interface HonoContext {
  readonly req: { readonly raw: Request };
}

/** A handler of Hono. */
export type HonoMount<Context> = (context: Context, next: () => Promise<void>) => Promise<Response | undefined>;

/**
 * `hono.all("/wiki/*", toHono(app, { prefix: "/wiki" }))`. The application has `context`, `pathInfo` and `fullUri` as under
 * `wrapContext`; its 404 is its answer. Scheme and host are those of the request's URL and Host header, as under `toFetch`.
 * Hono has no sessions: with `hostStore()`, and with an option that cannot be, it throws `ERR_OPTION` when built.
 */
export function toHono<Context extends HonoContext>(
  app: Mountable,
  options: ToHonoOptions<Context> = {},
): HonoMount<Context> {
  checkNames(options, ["prefix", "scheme", "remoteAddress", "onError"], "toHono");
  const { prefix = "", remoteAddress, ...rest } = options;
  if (options.prefix !== undefined) checkContextPath(prefix, "prefix", 'toHono(app, { prefix: "/wiki" })');
  const told = typeof remoteAddress === "function" ? (_: Request, c: Context) => remoteAddress(c) : remoteAddress;
  const answered = fetchMount<Context>(app as Handler, { ...rest, remoteAddress: told }, (map, { bodyUsed, url }) => {
    const remedy = "stand before who calls c.req.json() and the like";
    const body = bodyUsed ? readBefore(remedy) : map.body;
    return placed({ ...map, body }, { asked: url, off: "", prefix });
  });
  return async (context, next) => {
    const response = await answered(context.req.raw, context);
    if (response) return response;
    await next();
    return undefined;
  };
}

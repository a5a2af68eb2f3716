/** `toFetch`: an application as a Fetch handler, for Bun, Deno, Cloudflare Workers and every server of that shape. */
import { checkNames } from "../errors.ts";
import { plainAnswer } from "../failure/plain-answer.ts";
import { type OnError, printError, report } from "../on-error.ts";
import type { Handler, RequestMap } from "../ring.ts";
import { answer, checkServed } from "./edge.ts";
import { checkWho, fetchRequest, fetchResponse, type Who } from "./fetch-map.ts";

/** The options of `toFetch`; one that cannot be throws `ERR_OPTION` when it is built. */
export interface FetchOptions<Info = unknown> extends Who<Info> {
  /** Is told of errors; default `console.error`. */
  readonly onError?: OnError | undefined;
}

/** What the runtime hands beside the request (Bun's server, Deno's info, Workers' env) is passed on to `remoteAddress`. */
export type FetchHandler<Info = unknown> = (request: Request, info?: Info) => Promise<Response>;

/**
 * Serves an application: `Bun.serve({ fetch: toFetch(app) })`, `Deno.serve(toFetch(app))`, `export default { fetch:
 * toFetch(app) }`. Bodies stream both ways; every Set-Cookie is a header of its own. Never rejects. Throws `ERR_OPTION`
 * when built with an option that cannot be.
 *
 * On Deno run with `--unstable-no-legacy-abort`, or `request.signal` aborts after every answer; on Workers the
 * compatibility flag `nodejs_compat`, or a date from 2026-08-04 on, gives `node:crypto`.
 *
 * These servers resolve `.` and `..` in the path before a handler sees it; toNode does not.
 */
export function toFetch<Info = unknown>(app: Handler, options: FetchOptions<Info> = {}): FetchHandler<Info> {
  checkNames(options, ["scheme", "remoteAddress", "onError"], "toFetch");
  const answered = fetchMount(app, options, (request) => request);
  return async (request, info) => (await answered(request, info as Info))!;
}

/** As `toFetch`, of requests as `placed` gives them; no answer where it gives none. */
export function fetchMount<Info>(
  app: Handler,
  options: FetchOptions<Info>,
  placed: (map: RequestMap, request: Request) => RequestMap | undefined,
): (request: Request, info: Info) => Promise<Response | undefined> {
  checkWho(options);
  checkServed(app, options.onError);
  const onError = options.onError ?? printError;
  return async (request, info) => {
    const map = placed(fetchRequest(request, options, info, onError), request);
    if (!map) return undefined;
    const response = await answer(app, map, onError);
    try {
      return fetchResponse(response);
    } catch (error) {
      // A stream of which somebody has read already.
      report(onError, error, map);
      return fetchResponse(plainAnswer(500));
    }
  };
}

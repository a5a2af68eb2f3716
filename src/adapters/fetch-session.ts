/** `session` for bare handlers of Fetch: Bun, Deno, Workers, and the route handlers of Next.js. */
import { type Face, face } from "../faces/face.ts";
import type { Lent } from "../faces/lent.ts";
import type { FaceArguments, FaceCodecArguments, FaceOptions, Lendable, LendableWithCodec } from "../faces/options.ts";
import { plainAnswer } from "../failure/plain-answer.ts";
import { statusOf } from "../failure/status-of.ts";
import { report } from "../on-error.ts";
import type { Json } from "../session/json.ts";
import type { AnyKeptSession } from "../session/kept.ts";
import type { AnySession } from "../session/wrap-session.ts";
import { checkWho, fetchRequest, fetchResponse, type Who } from "./fetch-map.ts";
import { lendOnFetch, withForm } from "./lend-fetch.ts";

/** Beside the options of the session: what a request of Fetch does not say. `remoteAddress` is given what the runtime hands first beside it. */
// biome-ignore lint/suspicious/noExplicitAny: whatever the runtime hands
export interface FetchSessionOptions extends Who<any> {}

/** Makes handlers of Fetch of handlers that sessions are lent to. */
export interface FetchSession<Data extends object, Flash = Json> {
  /**
   * `Bun.serve({ fetch: sessions.handler((request, { session, flash }) => …) })`, `export const GET =
   * sessions.handler(…)`. What the runtime hands beside the request comes after what is lent. Never rejects: what the
   * handler throws is a 500 that `onError` is told of.
   */
  handler<Rest extends readonly unknown[], Answer extends Response | undefined, Asked extends Request = Request>(
    handle: (request: Asked, lent: Lent<Data, Flash>, ...rest: Rest) => Answer | Promise<Answer>,
  ): (request: Asked, ...rest: Rest) => Promise<Answer | Response>;
  /** What was lent to this request, for functions that get the request alone. Throws `ERR_OPTION` where nothing was. */
  of(request: Request): Lent<Data, Flash>;
}

/** With the option `codec`: the session may hold what JSON would change. */
export function session<Data extends LendableWithCodec<Data> & object = AnyKeptSession, Flash = Json>(
  ...options: FaceCodecArguments<Data, FetchSessionOptions>
): FetchSession<Data, Flash>;
/**
 * Lends session, flash, cookies and anti-forgery to handlers of Fetch. What they wrote to the session is stored before the
 * response is handed to the runtime; while its body is streamed a change is an error. Who takes `session` out of what is lent
 * has looked at it: the response gets `Vary: Cookie`.
 */
export function session<Data extends Lendable<Data> & object = AnySession, Flash = Json>(
  ...options: FaceArguments<Data, FetchSessionOptions>
): FetchSession<Data, Flash>;
export function session(options: FaceOptions<object> & FetchSessionOptions = {}): FetchSession<object> {
  const { scheme, remoteAddress, ...rest } = options;
  checkWho({ scheme, remoteAddress });
  const lending: Face<object, Json> = face(rest);
  const { onError } = lending;
  return {
    of: lending.of,
    handler:
      (handle) =>
      async (request, ...more) => {
        const map = fetchRequest(request, { scheme, remoteAddress }, more[0], onError);
        const failed = (error: unknown): Response => {
          report(onError, error, map);
          return fetchResponse(plainAnswer(statusOf(error)));
        };
        try {
          return await lendOnFetch(lending, await withForm(lending, map, request), request, async (lent) => {
            lending.keep(request, lent);
            const run = async () => handle(request, lending.of(request), ...more);
            return run().catch(failed); // an answer as any other: what was written to the session is stored before it
          });
        } catch (error) {
          return failed(error);
        }
      },
  };
}

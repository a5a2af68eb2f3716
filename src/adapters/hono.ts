/** `session` for Hono. Complete list of `ringlight/hono`. */
import { checkAlone, type Face, face } from "../faces/face.ts";
import { checkCalled } from "../faces/foreign-options.ts";
import { LENT_NAMES, type Lent, type LentToHost } from "../faces/lent.ts";
import type { FaceArguments, FaceCodecArguments, FaceOptions, Lendable, LendableWithCodec } from "../faces/options.ts";
import { plainAnswer } from "../failure/plain-answer.ts";
import { statusOf } from "../failure/status-of.ts";
import type { RequestMap } from "../ring.ts";
import type { Json } from "../session/json.ts";
import type { AnyKeptSession } from "../session/kept.ts";
import type { AnySession } from "../session/wrap-session.ts";
import { checkWho, fetchRequest, fetchResponse, type Who } from "./fetch-map.ts";
import { lendOnFetch, withForm } from "./lend-fetch.ts";

export type * from "../faces/public.ts";
export { type HonoContext, type HonoMount, type ToHonoOptions, toHono } from "./to-hono.ts";

/** A context of Hono, as far as it is used. */
interface Context {
  readonly req: { readonly raw: Request; parseBody(): Promise<Record<string, unknown>> };
  // biome-ignore lint/suspicious/noExplicitAny: Hono's own types say more than is used
  res: any;
}

/** What Hono cannot say: the scheme behind a proxy, and the peer's address, for which `remoteAddress` is given the context. */
export interface HonoSessionOptions extends Pick<Who<unknown>, "scheme"> {
  // biome-ignore lint/suspicious/noExplicitAny: a context of whatever environment
  readonly remoteAddress?: ((context: any) => string | undefined) | undefined;
}

/** A middleware of Hono, which gives its variables to the handlers after it. */
export interface HonoSession<Data extends object, Flash = Json> {
  // biome-ignore lint/suspicious/noExplicitAny: as Hono's MiddlewareHandler has it
  (c: any, next: () => Promise<void>): Promise<Response | undefined>;
  /** What was lent to this context. Throws `ERR_OPTION` where nothing was. */
  of(c: object): Lent<Data, Flash>;
}

/** With the option `codec`: the session may hold what JSON would change. */
export function session<Data extends LendableWithCodec<Data> & object = AnyKeptSession, Flash = Json>(
  ...options: FaceCodecArguments<Data, HonoSessionOptions>
): HonoSession<Data, Flash>;
/**
 * Lends `c.var.session`, `c.var.flash()`, `c.var.cookies`, `c.var.setCookie()` and `c.var.antiForgery()` to the handlers after
 * it: `app.use(session({ store }))`, typed by `new Hono<{ Variables: Lent<Visitor> }>()`. `c.var.session.destroy()` ends the
 * session. What they wrote to it is stored before the response is handed on; one that cannot be opened is thrown, for
 * `app.onError`, and by default answered as what it is: 503.
 */
export function session<Data extends Lendable<Data> & object = AnySession, Flash = Json>(
  ...options: FaceArguments<Data, HonoSessionOptions>
): HonoSession<Data, Flash>;
export function session(options: FaceOptions<object> & HonoSessionOptions = {}): HonoSession<object> {
  checkCalled(options);
  const { scheme, remoteAddress, ...rest } = options;
  checkWho({ scheme, remoteAddress });
  const lending: Face<object, Json> = face(rest);
  const told = remoteAddress && ((_: Request, c: Context) => remoteAddress(c));
  const middleware = async (c: Context, next: () => Promise<void>): Promise<Response | undefined> => {
    const { raw } = c.req;
    const map = fetchRequest(raw, { scheme, remoteAddress: told }, c, lending.onError);
    let ran: Response | undefined;
    const response = await lendOnFetch(lending, await withFields(lending, map, c), async (lent) => {
      checkAlone((c as unknown as Variables).var);
      lending.keep(c, lent);
      lendVariables(c, lent);
      await next();
      ran = c.res as Response;
      return ran;
    }).catch((error: unknown) => {
      throw ran ? error : answered(error);
    });
    if (!ran) return response;
    if (response !== ran) {
      c.res = undefined; // or Hono would add the headers of the one before
      c.res = response;
    }
    return undefined;
  };
  return Object.assign(middleware, { of: lending.of });
}

/** With a form's fields, which Hono has kept where somebody has read them by it. */
async function withFields(lending: Face<object, Json>, map: RequestMap, { req }: Context): Promise<RequestMap> {
  if (!lending.wantsForm || !req.raw.bodyUsed) return withForm(lending, map, req.raw);
  const formParams = await req.parseBody().catch(() => ({})); // read past Hono: no token came
  return { ...map, formParams } as RequestMap;
}

/** As Hono's HTTPException: `app.onError` is told, and who has none answers with its status. */
function answered(error: unknown): unknown {
  if (typeof error !== "object" || error === null || "getResponse" in error) return error;
  return Object.assign(error, { getResponse: () => fetchResponse(plainAnswer(statusOf(error))) });
}

interface Variables {
  get(name: string): unknown;
  set(name: string, value: unknown): void;
  readonly var: object;
}

/** `c.var` is made of a Map anew each time: so that only who takes a member has looked at it, members are accessors there. */
function lendVariables(context: object, lent: LentToHost): void {
  const c = context as Variables;
  const [get, set] = [c.get, c.set];
  const all = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(c), "var")!.get as () => object;
  const isLent = (name: string): name is keyof Lent<object> =>
    (LENT_NAMES as readonly string[]).includes(name) && get(name) === undefined;
  c.get = (name) => (isLent(name) ? lent[name] : get(name));
  c.set = (name, value) => {
    if (name === "session") lent.session = value as object | null;
    else set(name, value);
  };
  const members = () => LENT_NAMES.filter(isLent).map((name) => [name, { get: () => lent[name], enumerable: true }]);
  const view = () => Object.defineProperties({ ...all.call(c) }, Object.fromEntries(members()));
  Object.defineProperty(c, "var", { get: view, configurable: true });
}

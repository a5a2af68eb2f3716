/** `session` for Koa. Complete list of `ringlight/koa`. */
import { type Face, face } from "../faces/face.ts";
import { checkCalled } from "../faces/foreign-options.ts";
import type { Lent } from "../faces/lent.ts";
import type { FaceArguments, FaceCodecArguments, FaceOptions, Lendable, LendableWithCodec } from "../faces/options.ts";
import { Session, sessionKind } from "../faces/session-object.ts";
import type { Json } from "../session/json.ts";
import type { AnyKeptSession } from "../session/kept.ts";
import type { AnySession } from "../session/wrap-session.ts";
import { headRequest, lendOnNode } from "./lend-node.ts";
import { lendUpgrades, type Upgrades } from "./lend-upgrade.ts";
import { sendNode } from "./node-response.ts";
import type { KoaContext } from "./to-koa.ts";

export type * from "../faces/public.ts";
export type { UpgradeListener, UpgradeOptions, WebSocketLike, WebSocketServerLike } from "./lend-upgrade.ts";
export { type KoaContext, type KoaMount, type ToKoaOptions, toKoa } from "./to-koa.ts";

/** A context of Koa, as far as it is used. */
type Context = Omit<KoaContext, "session" | "body" | "remove"> & { readonly request?: { readonly body?: unknown } };

/** A middleware of Koa, and a way to what it lends that the compiler knows. */
export interface KoaSession<Data extends object, Flash = Json> extends Upgrades {
  (ctx: Context, next: () => Promise<unknown>): Promise<void>;
  /** What was lent to this context, typed: `sessions.of(ctx).session.user`. Throws `ERR_OPTION` where nothing was. */
  of(ctx: object): Lent<Data, Flash>;
}

/** With the option `codec`: the session may hold what JSON would change. */
export function session<Data extends LendableWithCodec<Data> & object = AnyKeptSession, Flash = Json>(
  ...options: FaceCodecArguments<Data>
): KoaSession<Data, Flash>;
/**
 * Lends `ctx.session`, `ctx.flash()`, `ctx.setCookie()` and `ctx.antiForgery()` to the middleware after it:
 * `app.use(session({ store }))`, typed by `new Koa<Koa.DefaultState, Lent<Visitor>>()`. `ctx.session.maxAge = …` is
 * `session.cookie.maxAge`, in milliseconds as koa-session has it; `ctx.cookies` is Koa's own. What they wrote to the session
 * is stored before the response's head is sent; one that cannot be opened is thrown, for `app.on("error")`.
 */
export function session<Data extends Lendable<Data> & object = AnySession, Flash = Json>(
  ...options: FaceArguments<Data>
): KoaSession<Data, Flash>;
export function session(options: FaceOptions<object> = {}): KoaSession<object> {
  checkCalled(options);
  const lending: Face<object, Json> = face(options, koaSession);
  const middleware = (ctx: Context, next: () => Promise<unknown>): Promise<void> =>
    new Promise((resolve, reject) => {
      const { protocol, host, ip, originalUrl } = ctx;
      const told = { scheme: protocol === "https" ? "https" : "http", host, remoteAddress: ip } as const;
      lendOnNode(lending, headRequest(ctx.req, originalUrl, told, ctx.request?.body), ctx.res, {
        run(lent) {
          lending.lend(ctx, lent);
          next().then(() => resolve(), reject);
        },
        failed: reject,
        refuse: (response) => sendNode(ctx.res, response).then(resolve),
      });
    });
  return Object.assign(middleware, { of: lending.of, upgrade: lendUpgrades(lending) });
}

/** With the names that koa-session has beside. */
class WithMaxAge extends Session {
  get maxAge(): number | null {
    return this.cookie.maxAge;
  }
  set maxAge(milliseconds: number | null) {
    this.cookie.maxAge = milliseconds;
  }
}

const koaSession = sessionKind(WithMaxAge);

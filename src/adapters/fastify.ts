/** `session` for Fastify 5. Complete list of `ringlight/fastify`. */
import { RinglightError } from "../errors.ts";
import { type Face, face } from "../faces/face.ts";
import { LENT_NAMES, type Lent } from "../faces/lent.ts";
import type { FaceArguments, FaceCodecArguments, FaceOptions, Lendable, LendableWithCodec } from "../faces/options.ts";
import { Session, sessionKind } from "../faces/session-object.ts";
import type { Json } from "../session/json.ts";
import type { AnyKeptSession } from "../session/kept.ts";
import type { AnySession } from "../session/wrap-session.ts";
import { headRequest, lendOnNode } from "./lend-node.ts";
import { lendUpgrades, type Upgrades } from "./lend-upgrade.ts";
import type { FastifyReply, FastifyRequest } from "./to-fastify.ts";

export type * from "../faces/public.ts";
export type { UpgradeListener, UpgradeOptions, WebSocketLike, WebSocketServerLike } from "./lend-upgrade.ts";
export {
  type FastifyInstance,
  type FastifyMount,
  type FastifyReply,
  type FastifyRequest,
  type ToFastifyOptions,
  toFastify,
} from "./to-fastify.ts";

type HostRequest = Omit<FastifyRequest, "session"> & { readonly body?: unknown };
type HostReply = Pick<FastifyReply, "raw" | "code" | "header" | "send">;

/** Fastify, as far as it is used. */
interface Instance {
  hasRequestDecorator(name: string): boolean;
  // biome-ignore lint/suspicious/noExplicitAny: Fastify's own types say more than is used
  decorateRequest: any;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  addHook: any;
}

/** A plugin of Fastify, and a way to what it lends that the compiler knows. */
export interface FastifySession<Data extends object, Flash = Json> extends Upgrades {
  (instance: Instance, options: object, done: (error?: Error) => void): void;
  /** What was lent to this request, typed: `sessions.of(request).session.user`. Throws `ERR_OPTION` where nothing was. */
  of(request: object): Lent<Data, Flash>;
}

/** With the option `codec`: the session may hold what JSON would change. */
export function session<Data extends LendableWithCodec<Data> & object = AnyKeptSession, Flash = Json>(
  ...options: FaceCodecArguments<Data>
): FastifySession<Data, Flash>;
/**
 * A plugin, `await app.register(sessions)` with `const sessions = session({ store })`, that lends `request.session`,
 * `request.flash()`, `request.cookies`, `request.setCookie()` and `request.antiForgery()` to all routes from there on; what
 * another plugin has under such a name stays. The session is opened in the hook `onRequest`; with a token strategy of
 * anti-forgery in `preValidation`, when a form has been read. What handlers and hooks wrote to it is stored before the
 * reply's head is sent, in the raw response too; one that cannot be opened goes to the error handler.
 */
export function session<Data extends Lendable<Data> & object = AnySession, Flash = Json>(
  ...options: FaceArguments<Data>
): FastifySession<Data, Flash>;
export function session(options: FaceOptions<object> = {}): FastifySession<object> {
  const lending: Face<object, Json> = face(options, fastifySession);
  const plugin = (instance: Instance, _: object, done: (error?: Error) => void): void => {
    if (instance.hasRequestDecorator("session")) return void done(twice());
    for (const name of LENT_NAMES) if (!instance.hasRequestDecorator(name)) decorate(instance, name, lending);
    const hook = (request: HostRequest, reply: HostReply, go: (error?: unknown) => void): void => {
      const { raw, originalUrl, protocol, host, ip, body } = request;
      lendOnNode(
        lending,
        headRequest(raw, originalUrl, { scheme: protocol, host, remoteAddress: ip }, body),
        reply.raw,
        {
          run(lent) {
            lending.keep(request, lent);
            go();
          },
          failed: go,
          refuse({ status, headers, body }) {
            reply.code(status);
            for (const [name, value] of Object.entries(headers)) reply.header(name, value);
            reply.send(body ?? undefined);
          },
        },
      );
    };
    instance.addHook(lending.wantsForm ? "preValidation" : "onRequest", hook);
    done();
  };
  // As fastify-plugin does: what it decorates is there outside of it, too.
  const meta = { [Symbol.for("skip-override")]: true, [Symbol.for("fastify.display-name")]: "ringlight" };
  return Object.assign(plugin, meta, { of: lending.of, upgrade: lendUpgrades(lending) });
}

function decorate(instance: Instance, name: keyof Lent<object>, { of }: Face<object, Json>): void {
  instance.decorateRequest(name, {
    getter(this: object) {
      return of(this)[name];
    },
    ...(name === "session" && {
      setter(this: object, next: object | null) {
        of(this).session = next;
      },
    }),
  });
}

function twice(): RinglightError {
  const remedy = "Fastify's requests have a session already: leave out the other plugin, ours or @fastify/session";
  return new RinglightError("ERR_STACK_TWICE", remedy);
}

/** With the names that @fastify/session has beside. */
class WithGetters extends Session {
  get sessionId(): string | undefined {
    return this.id;
  }
  get(key: string): unknown {
    return (this as unknown as Record<string, unknown>)[key];
  }
  set(key: string, value: unknown): void {
    (this as unknown as Record<string, unknown>)[key] = value;
  }
}

const fastifySession = sessionKind(WithGetters);

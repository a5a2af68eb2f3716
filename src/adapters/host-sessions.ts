/** Sessions of express-session, @fastify/session and koa-session, each as a `HostSession`. */
import type { HostSession } from "../session/host-session.ts";

interface Library<Session> {
  /** What the request has now, whatever it is. */
  readonly current: () => unknown;
  readonly isSession: (found: object) => boolean;
  readonly id: (session: Session) => string;
  /** Names beside those of the session's own methods. */
  readonly keeps: (key: string) => boolean;
  readonly regenerate: (session: Session) => Promise<unknown>;
  readonly destroy: (session: Session) => Promise<unknown>;
  readonly save: (session: Session) => Promise<unknown>;
  /** As of `HostSession`. */
  readonly savesOnce: boolean;
}

type Callback = (error?: unknown) => void;

interface ExpressSession {
  readonly id: string;
  regenerate(done: Callback): unknown;
  destroy(done: Callback): unknown;
  save(done: Callback): unknown;
}

/** express-session's, in Express and Connect. */
export function expressSession(req: { readonly session?: unknown }): HostSession {
  return hostSession<ExpressSession>({
    current: () => req.session,
    isSession: (found) => has(found, ["regenerate", "destroy", "save"]) && "id" in found,
    id: ({ id }) => id,
    keeps: (key) => key === "cookie" || key === "id" || key === "req",
    regenerate: (session) => called((done) => session.regenerate(done)),
    destroy: (session) => called((done) => session.destroy(done)),
    save: (session) => called((done) => session.save(done)),
    savesOnce: true,
  });
}

interface FastifySession {
  readonly sessionId: string;
  regenerate(): Promise<void>;
  destroy(): Promise<void>;
  save(): Promise<void>;
}

/** @fastify/session's. */
export function fastifySession(request: { readonly session?: unknown }): HostSession {
  return hostSession<FastifySession>({
    current: () => request.session,
    isSession: (found) => has(found, ["regenerate", "destroy", "save"]) && "sessionId" in found,
    id: ({ sessionId }) => sessionId,
    keeps: (key) => key === "cookie",
    regenerate: (session) => session.regenerate(),
    destroy: (session) => session.destroy(),
    save: (session) => session.save(),
    savesOnce: false,
  });
}

interface KoaSession {
  readonly externalKey: string;
  regenerate(): Promise<void>;
  manuallyCommit(): Promise<void>;
  save(): Promise<void>;
}

/** koa-session's, with a store; one in the cookie has no id that could change. */
export function koaSession(ctx: { session?: unknown }): HostSession {
  const isSession = (found: object) =>
    has(found, ["regenerate", "manuallyCommit", "save"]) && "externalKey" in found && found.externalKey !== undefined;
  return hostSession<KoaSession>({
    current: () => ctx.session,
    isSession,
    id: ({ externalKey }) => externalKey,
    keeps: (key) => key === "isNew" || key.startsWith("_"),
    async regenerate(session) {
      if (ctx.session === null) ctx.session = {};
      await ((ctx.session ?? session) as KoaSession).regenerate();
    },
    async destroy(session) {
      ctx.session = null;
      await session.manuallyCommit(); // which removes what is null, and waits for it
    },
    save: (session) => session.save(),
    savesOnce: false,
  });
}

function hostSession<Session extends object>(library: Library<Session>): HostSession {
  let known: Session | undefined; // one that was destroyed can still begin another
  const live = (): (Session & Record<string, unknown>) | undefined => {
    const found = library.current();
    if (typeof found !== "object" || found === null || !library.isSession(found)) return undefined;
    known = found as Session;
    return found as Session & Record<string, unknown>;
  };
  const keeps = (key: string): boolean =>
    library.keeps(key) || (known !== undefined && key in Object.getPrototypeOf(known));
  const keysOf = (session: object) => Object.keys(session).filter((key) => !keeps(key));
  const on = async (act: (session: Session) => Promise<unknown>) => void (await act(live() ?? known!));
  return {
    data() {
      const session = live();
      if (!session) return undefined;
      const data: Record<string, unknown> = Object.create(null);
      for (const key of keysOf(session)) data[key] = session[key];
      return data;
    },
    id: () => library.id(live() ?? known!),
    keeps,
    replace(data) {
      const session = live();
      if (!session) return;
      for (const key of keysOf(session)) if (!Object.hasOwn(data, key)) delete session[key];
      Object.assign(session, data);
    },
    regenerate: () => on(library.regenerate),
    destroy: () => on(library.destroy),
    save: () => on(library.save),
    savesOnce: library.savesOnce,
  };
}

function has(found: object, methods: readonly string[]): boolean {
  return methods.every((name) => typeof (found as Record<string, unknown>)[name] === "function");
}

function called(call: (done: Callback) => unknown): Promise<void> {
  return new Promise((resolve, reject) => call((error) => (error ? reject(error) : resolve())));
}

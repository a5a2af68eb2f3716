/** A site with forms: pages that give their token as the body, under a token strategy and a store, on a real socket. */
import type { TestContext } from "node:test";
import type { RinglightError } from "../../src/errors.ts";
import { readForm } from "../../src/form.ts";
import {
  type AntiForgeryOptions,
  antiForgeryToken,
  type TokenStrategy,
  type WithAntiForgery,
  wrapAntiForgery,
} from "../../src/middleware/anti-forgery.ts";
import { type WithFlash, wrapFlash } from "../../src/middleware/flash.ts";
import { text } from "../../src/response.ts";
import { type Bare, type Handler, type Layer, type Middleware, type ResponseMap, stack } from "../../src/ring.ts";
import type { SessionEvent } from "../../src/session/events.ts";
import { recreate } from "../../src/session/next.ts";
import type { Store } from "../../src/session/store.ts";
import { type AnySession, type WithSession, wrapSession } from "../../src/session/wrap-session.ts";
import { listen } from "./site.ts";

type FormHandler = Handler<WithSession<AnySession> & WithFlash & WithAntiForgery>;
export type FormPages = Readonly<Record<string, (request: Parameters<FormHandler>[0]) => unknown>>;

interface WithFormParams extends Layer {
  readonly request: { readonly formParams: Readonly<Record<string, string | readonly string[] | undefined>> };
  readonly response: {};
}

/** Reads a posted form, as a middleware of a stack would. */
export const wrapForm: Middleware<Bare, WithFormParams> = (handler) => async (request) => {
  const form = await readForm(request);
  const formParams: Record<string, string | readonly string[]> = Object.create(null);
  for (const name of form.keys()) formParams[name] = form.getAll(name).length > 1 ? form.getAll(name) : form.get(name)!;
  return handler({ ...request, formParams } as Parameters<typeof handler>[0]);
};

const pages: FormPages = {
  "/plain": () => ({}),
  "/token": (request) => ({ body: antiForgeryToken(request) }),
  "/do": () => ({ body: "done" }),
  "/account/delete": () => ({ body: "deleted" }),
  "/one-form": (request) => ({
    body: antiForgeryToken(request, { action: "/account/delete?really=1", method: "post" }),
  }),
  "/count": () => ({ session: (s: AnySession) => ({ ...s, n: Number(s.n ?? 0) + 1 }) }),
  "/show": ({ session, flash }) => ({ body: JSON.stringify([session, flash ?? null]) }),
  "/login": ({ session }) => ({ session: { ...session, user: "bob" } }),
  "/logout": () => ({ session: null }),
  "/recreate": ({ session }) => ({ session: recreate(session) }),
  "/login-token": (request) => ({ session: { user: "bob" }, body: antiForgeryToken(request) }),
  "/logout-token": (request) => ({ session: null, body: antiForgeryToken(request) }),
  "/recreate-token": (request) => ({ session: recreate(request.session), body: antiForgeryToken(request) }),
  "/fresh-token": (request) => ({ session: { brand: "new" }, body: antiForgeryToken(request) }),
  "/count-token": (request) => ({ session: { n: 1, ...request.session }, body: antiForgeryToken(request) }),
  "/flash-token": (request) => ({ flash: "saved", body: antiForgeryToken(request) }),
};

export interface FormsSite {
  readonly url: string;
  readonly errors: unknown[];
  readonly events: SessionEvent[];
  /** What `onRefused` was told. */
  readonly refused: RinglightError[];
}

export async function formsSite(
  t: TestContext,
  store: Store,
  strategy: TokenStrategy,
  {
    more = {},
    options = {},
  }: { readonly more?: FormPages; readonly options?: Omit<AntiForgeryOptions, "strategy"> } = {},
): Promise<FormsSite> {
  const events: SessionEvent[] = [];
  const refused: RinglightError[] = [];
  const session = wrapSession<AnySession>({ store, onEvent: (event) => void events.push(event) });
  const antiForgery = wrapAntiForgery({
    ...options,
    strategy,
    onRefused: (error) => void refused.push(error),
  });
  const handle: FormHandler = async (request) => {
    const page = { ...pages, ...more }[request.uri];
    return page ? { ...text("ok"), ...((await page(request)) as Partial<ResponseMap>) } : text("not here", 404);
  };
  const app = stack.use(session).use(wrapFlash()).use(wrapForm).use(antiForgery)(handle);
  return { ...(await listen(t, app)), events, refused };
}

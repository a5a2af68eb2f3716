/** Sessions of other libraries, made by those libraries: what a browser would send of them. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import cookieSession from "cookie-session";
import { getIronSession } from "iron-session";
import { type ExpressPage, type ExpressSite, expressSite } from "./express-site.ts";
import { request, type Visit } from "./visitor.ts";

/** The Cookie header of what a response set. */
export function sent({ setCookies }: Pick<Visit, "setCookies">): string {
  return setCookies.map((line) => line.split(";")[0]).join("; ");
}

export interface OldExpress extends ExpressSite {
  /** Signs a visitor in, and gives his Cookie header. */
  readonly signIn: (user: string) => Promise<string>;
  readonly who: (cookie: string) => Promise<string>;
  readonly signOut: (cookie: string) => Promise<unknown>;
}

/** An application on express-session. */
export async function oldExpress(
  t: TestContext,
  options: Parameters<typeof expressSite>[2],
  more: Readonly<Record<string, ExpressPage>> = {},
): Promise<OldExpress> {
  const pages: Record<string, ExpressPage> = {
    "/login": ({ session }, query) => {
      session.user = query;
      session.cart = [1, 2];
    },
    "/who": ({ session }) => session.user,
    "/logout": ({ session }) => new Promise((resolve) => session.destroy(resolve)),
    ...more,
  };
  const site = await expressSite(t, pages, options);
  return {
    ...site,
    signIn: async (user) => sent(await request(`${site.url}/login?${user}`)),
    who: async (cookie) => (await request(`${site.url}/who`, "GET", { cookie })).body,
    signOut: (cookie) => request(`${site.url}/logout`, "GET", { cookie }),
  };
}

/** The Cookie header that cookie-session makes of data. */
export async function cookieSessionHeader(
  t: TestContext,
  options: CookieSessionInterfaces.CookieSessionOptions,
  data: object,
): Promise<string> {
  const middleware = cookieSession(options);
  const server = createServer((incoming, response) => {
    middleware(incoming as never, response as never, () => {
      (incoming as unknown as { session: object }).session = data;
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return sent(await request(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
}

export type IronVersion = 8 | 9;

// Its declarations do not compile beside a newer `cookie`; those of version 9 fit what is used of it.
const { getIronSession: getIronSession8 } = (await import("iron-session8" as string)) as Pick<
  typeof import("iron-session"),
  "getIronSession"
>;

/** The Cookie header that iron-session makes of data. */
export async function ironHeader(
  version: IronVersion,
  options: Parameters<typeof getIronSession>[2],
  data: object,
): Promise<string> {
  const response = new Response();
  const incoming = new Request("http://127.0.0.1/");
  const open = version === 9 ? getIronSession : getIronSession8;
  const session = await open<Record<string, unknown>>(incoming, response, options);
  Object.assign(session, data);
  await session.save();
  return sent({ setCookies: response.headers.getSetCookie() });
}

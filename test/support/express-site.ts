/** express-session's own middleware over node:http on a real socket, without express: it is a function of request, response and next. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import session from "express-session";

export type ExpressSession = session.Session & session.SessionData & { [key: string]: unknown };

/** A request that has been through the middleware. */
export interface ExpressRequest {
  session: ExpressSession;
  readonly sessionID: string;
  readonly sessionStore: session.Store;
}

/** Answers a path: what it gives is sent as JSON. */
export type ExpressPage = (request: ExpressRequest, query: string) => unknown;

export interface ExpressSite {
  readonly url: string;
  /** What the middleware or a page handed to `next`, or threw. */
  readonly errors: unknown[];
}

export async function expressSite(
  t: TestContext,
  pages: Readonly<Record<string, ExpressPage>>,
  options: Partial<session.SessionOptions>,
): Promise<ExpressSite> {
  const errors: unknown[] = [];
  const middleware = session({ secret: "secret", resave: false, saveUninitialized: false, ...options });
  const answer = async (request: ExpressRequest, response: ServerResponse, url: string) => {
    const [path, query = ""] = url.split("?");
    const body = await pages[path!]!(request, query);
    response.end(JSON.stringify(body ?? null));
  };
  const server = createServer((request: IncomingMessage, response) => {
    const failed = (error: unknown) => {
      errors.push(error);
      if (!response.headersSent) response.statusCode = (error as { status?: number }).status ?? 500;
      response.end();
    };
    middleware(request as never, response as never, (error?: unknown) => {
      if (error) failed(error);
      else answer(request as unknown as ExpressRequest, response, request.url!).catch(failed);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, errors };
}

/** A method of the session that takes a callback, as a promise. */
export function done(call: (callback: (error?: unknown) => void) => unknown): Promise<void> {
  return new Promise((resolve, reject) => call((error) => (error ? reject(error) : resolve())));
}

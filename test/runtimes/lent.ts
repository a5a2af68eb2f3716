/** Sessions lent to handlers of bare Fetch and of Hono, on the runtimes: the same pages under `/lent-fetch` and `/lent-hono`. */
import { Hono } from "hono";
import { session as fetchSession, type Lent } from "../../src/adapters/fetch.ts";
import { session as honoSession } from "../../src/adapters/hono.ts";
import { sessionToken } from "../../src/middleware/anti-forgery.ts";
import { memoryStore } from "../../src/stores/memory.ts";

interface Data {
  user?: string;
  n?: number;
  a?: number;
  b?: number;
  at?: string;
}

type Answer = Promise<Response | undefined>;

/** Opens a WebSocket in the runtime's own way, and says the words when it is open. Bun has answered then, and gives nothing. */
export type OpenSocket = (words: string) => Response | undefined;

/** Given again to each who asks for it. */
const SHARED = new Response(null, { status: 204 });

const told: string[] = [];

/** Given again and again, which no runtime forbids where there is no body. */
const EMPTY = new Response();
const NO_CONTENT = new Response(null, { status: 204 });

/** Requests that have their session and wait for the rest of their body. */
const waiting = new Set<string>();

async function page(path: string, request: Request, lent: Lent<Data, string>, open: OpenSocket): Answer {
  const held = async () => {
    lent.session.n; // reads
    waiting.add(path);
    await request.text();
    waiting.delete(path);
  };
  switch (path) {
    case "/in":
      Object.assign(lent.session, { user: "bob", n: 0 });
      return new Response("in");
    case "/held-a":
      await held();
      lent.session.a = 1;
      return new Response("a");
    case "/held-read":
      await held();
      return new Response(String(lent.session.n));
    case "/b":
      lent.session.b = 1;
      return Response.redirect(request.url); // whose headers cannot be changed
    case "/count":
      lent.session.update((s) => ({ ...s, n: (s.n ?? 0) + 1 }));
      return new Response("counted");
    case "/flash":
      lent.flash("hi");
      lent.setCookie("one", "1");
      lent.setCookie("two", "2");
      return new Response(null, { status: 204 });
    case "/shared":
      lent.session.user = "bob";
      return SHARED;
    case "/socket":
      return open(lent.session.user ?? "nobody");
    case "/begin-socket":
      lent.session.user = "bob";
      return open("begun");
    case "/date":
      Object.assign(lent.session, { at: new Date(0) });
      return new Response("never sent", { headers: { "x-secret": "1" } });
    case "/save":
      lent.session.a = 2;
      await lent.session.save();
      return new Response(String(lent.session.id !== undefined));
    case "/out":
      lent.session = null as never;
      return new Response("out");
    case "/text":
      lent.session.user = "bob";
      return new Response("Jürgen 🌙");
    case "/empty":
      lent.setCookie("mine", crypto.randomUUID());
      return EMPTY;
    case "/no-content":
      lent.setCookie("mine", crypto.randomUUID());
      return NO_CONTENT;
    case "/show":
      return Response.json({ ...lent.session, flash: lent.flash() ?? null });
    default:
      return new Response("plain");
  }
}

const onError = (error: unknown) => void told.push((error as { code?: string }).code ?? "none");
const options = { store: memoryStore(), onError };
const sessions = fetchSession<Data, string>(options);
const bare = sessions.handler((request, lent, open: OpenSocket) =>
  page(new URL(request.url).pathname.replace("/lent-fetch", ""), request, lent, open),
);

const hono = new Hono<{ Bindings: { open: OpenSocket }; Variables: Lent<Data, string> }>().basePath("/lent-hono");
const middleware = honoSession<Data, string>(options);
hono.use(middleware);
hono.all("/*", async (c) => {
  const answer = await page(c.req.path.replace("/lent-hono", ""), c.req.raw, middleware.of(c), c.env.open);
  return answer ?? new Response(null); // Hono wants one, and Bun does not send it
});

const tokens = { ...options, antiForgery: { strategy: sessionToken() } };
const tokenSessions = fetchSession<Data, string>(tokens);
const tokenMiddleware = honoSession<Data, string>(tokens);
const bareForm = tokenSessions.handler(form);
const honoForm = new Hono().use(tokenMiddleware).all("/*", (c) => form(c.req.raw, tokenMiddleware.of(c)));

/** Gives a token, and reads a form that was found to have it. */
async function form(request: Request, lent: Lent<Data, string>): Promise<Response> {
  if (request.method === "POST") return new Response(String((await request.formData()).get("text")));
  lent.session.user = "bob";
  return new Response(lent.antiForgery());
}

/** The answer of these pages; `undefined` for others. */
export function lentPage(request: Request, open: OpenSocket): { readonly answer: Answer } | undefined {
  const { pathname } = new URL(request.url);
  if (pathname === "/waiting") return { answer: Promise.resolve(Response.json([...waiting])) };
  if (pathname === "/told") return { answer: Promise.resolve(Response.json(told.splice(0))) };
  if (pathname === "/lent-fetch/form") return { answer: bareForm(request) };
  if (pathname === "/lent-hono/form") return { answer: Promise.resolve(honoForm.fetch(request)) };
  if (pathname.startsWith("/lent-fetch/")) return { answer: bare(request, open) };
  if (pathname.startsWith("/lent-hono/")) return { answer: Promise.resolve(hono.fetch(request, { open })) };
  return undefined;
}

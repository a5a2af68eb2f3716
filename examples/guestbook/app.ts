/** The guestbook: sign in by name, post, see a flash once, choose a theme, sign out. */
import {
  type Handler,
  type Middleware,
  readForm,
  redirect,
  type SessionOptions,
  stack,
  type WithCookies,
  type WithFlash,
  type WithSession,
  wrapCookies,
  wrapFlash,
  wrapSession,
} from "ringlight";
import { GET, notFound, POST, routes } from "ringlight/routing";
import { errorPage, render, stylesheet, type View } from "./layout.ts";
import { type Guestbook, MAX_MESSAGE, MAX_NAME } from "./messages.ts";

/** What the guestbook keeps of a visitor. */
export interface Visitor {
  user?: string;
  visits?: number;
}

/** What one page tells the next. */
export interface Notice {
  readonly kind: "good" | "bad";
  readonly text: string;
}

type Page = Parameters<Handler<WithSession<Visitor> & WithFlash<Notice> & WithCookies>>[0];

const YEAR = 365 * 86_400;

/** The application over a guestbook; `options` are those of `wrapSession`. */
export function guestbookApp(book: Guestbook, options: SessionOptions<Visitor> = {}): Handler {
  return stack.use(wrapCookies()).use(wrapErrorPage).use(wrapSession<Visitor>(options)).use(wrapFlash<Notice>())(
    routes(
      GET("/", (request) =>
        render("book", view(request, { messages: book.newest(50), maxMessage: MAX_MESSAGE, maxName: MAX_NAME })),
      ),

      // A page cannot carry a session, so counting a visit is a controller of its own that redirects. The function is
      // applied to the newest value: visits at the same time are all counted.
      GET("/visit", ({ session }) =>
        session.user === undefined
          ? redirect("/")
          : { ...redirect("/"), session: (visitor) => ({ ...visitor, visits: (visitor.visits ?? 0) + 1 }) },
      ),

      POST("/sign-in", async (request) => {
        const name = (await readForm(request)).get("name")?.trim() ?? "";
        if (name === "" || name.length > MAX_NAME) {
          return { ...redirect("/"), flash: { kind: "bad", text: `A name has 1 to ${MAX_NAME} characters.` } };
        }
        // The session's user changes, so the session gets a new token by itself.
        return {
          ...redirect("/visit"),
          session: { ...request.session, user: name },
          flash: { kind: "good", text: `Welcome, ${name}.` },
        };
      }),

      POST("/messages", async (request) => {
        const { user } = request.session;
        if (user === undefined) return { ...redirect("/"), flash: { kind: "bad", text: "Sign in first." } };
        const text = (await readForm(request)).get("text")?.trim() ?? "";
        if (text === "" || text.length > MAX_MESSAGE) {
          return { ...redirect("/"), flash: { kind: "bad", text: `A message has 1 to ${MAX_MESSAGE} characters.` } };
        }
        book.add(user, text);
        return { ...redirect("/"), flash: { kind: "good", text: "Your message is in the book." } };
      }),

      POST("/theme", async (request) => {
        const theme = (await readForm(request)).get("theme") === "dark" ? "dark" : "light";
        return { ...redirect("/"), cookies: { theme: { value: theme, maxAge: YEAR, sameSite: "lax" } } };
      }),

      POST("/sign-out", () => ({
        ...redirect("/"),
        session: null,
        flash: { kind: "good", text: "You are signed out." },
      })),

      GET("/style.css", () => stylesheet()),
      notFound((request) => errorPage(404, "There is no such page.", themeOf(request as Page))),
    ),
  );
}

function view(request: Page, more: Partial<View>): View {
  const { user, visits } = request.session;
  const { sessionStatus } = request;
  // An expired session is told as such for a minute at least; after that its token is merely unknown.
  const expired = sessionStatus.state === "refused" && /^(expired|unknown)/.test(sessionStatus.reason);
  return { title: "Guestbook", user, visits, flash: request.flash, theme: themeOf(request), expired, ...more };
}

function themeOf({ cookies }: Pick<Page, "cookies">): "dark" | "light" {
  return cookies.theme?.value === "dark" ? "dark" : "light";
}

/** Anything that goes wrong inside is a page for the visitor and a line in the log. */
const wrapErrorPage: Middleware<WithCookies> = (handler) => async (request) => {
  try {
    return await handler(request);
  } catch (error) {
    console.error(error);
    const status = error instanceof Error && "status" in error && typeof error.status === "number" ? error.status : 500;
    const words = status === 413 ? "That was too much at once." : "Something went wrong. Try again in a moment.";
    return errorPage(status, words, themeOf(request));
  }
};

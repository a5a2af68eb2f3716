/** The guestbook: sign in by name, post, see a flash once, choose a theme, sign out. */
import {
  type Handler,
  type OnRefused,
  type RequestOf,
  redirect,
  type SessionOptions,
  stack,
  type WithFlash,
  type WithSession,
} from "ringlight";
import type { AntiForgeryOptions } from "ringlight/anti-forgery";
import { wrapContentSecurityPolicy } from "ringlight/content-security-policy";
import { siteDefaults, wrapDefaults } from "ringlight/defaults";
import { wrapInternalError } from "ringlight/internal-error";
import { GET, notFound, POST, routes } from "ringlight/routing";
import { errorPage, render } from "./layout.ts";
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

/** A request of somebody who visits. */
export type Visited = RequestOf<WithSession<Visitor> & WithFlash<Notice>>;

const YEAR = 365 * 86_400;

/** The application over a guestbook; `options` are those of `wrapSession`. */
export function guestbookApp(
  book: Guestbook,
  options: SessionOptions<Visitor> = {},
  antiForgery: AntiForgeryOptions = {},
): Handler {
  return stack
    .use(wrapContentSecurityPolicy())
    .use(wrapInternalError({ page: ({ status, request }) => errorPage(status, WRONG, request) }))
    .use(
      wrapDefaults<Visitor, Notice>(siteDefaults, {
        session: options,
        params: { urlencoded: { limit: 65_536 }, multipart: { limit: 65_536 } },
        security: { antiForgery, referrerPolicy: "same-origin" },
        onRefused,
        static: { resources: new URL("public", import.meta.url) },
      }),
    )(
    routes(
      GET("/", (request) =>
        render(request, "book", { messages: book.newest(50), maxMessage: MAX_MESSAGE, maxName: MAX_NAME }),
      ),

      // A page cannot carry a session, so counting a visit is a controller of its own that redirects. The function is
      // applied to the newest value: visits at the same time are all counted.
      GET("/visit", ({ session }) =>
        session.user === undefined
          ? redirect("/")
          : { ...redirect("/"), session: (visitor) => ({ ...visitor, visits: (visitor.visits ?? 0) + 1 }) },
      ),

      POST("/sign-in", ({ session, formParams }) => {
        const name = typed(formParams.name);
        if (name === "" || name.length > MAX_NAME) {
          return { ...redirect("/"), flash: { kind: "bad", text: `A name has 1 to ${MAX_NAME} characters.` } };
        }
        // The session's user changes, so the session gets a new token by itself.
        return {
          ...redirect("/visit"),
          session: { ...session, user: name },
          flash: { kind: "good", text: `Welcome, ${name}.` },
        };
      }),

      POST("/messages", ({ session: { user }, formParams }) => {
        if (user === undefined) return { ...redirect("/"), flash: { kind: "bad", text: "Sign in first." } };
        const text = typed(formParams.text);
        if (text === "" || text.length > MAX_MESSAGE) {
          return { ...redirect("/"), flash: { kind: "bad", text: `A message has 1 to ${MAX_MESSAGE} characters.` } };
        }
        book.add(user, text);
        return { ...redirect("/"), flash: { kind: "good", text: "Your message is in the book." } };
      }),

      POST("/theme", ({ formParams }) => {
        const theme = formParams.theme === "dark" ? "dark" : "light";
        return { ...redirect("/"), cookies: { theme: { value: theme, maxAge: YEAR, sameSite: "lax" } } };
      }),

      POST("/sign-out", () => ({
        ...redirect("/"),
        session: null,
        flash: { kind: "good", text: "You are signed out." },
      })),

      notFound((request) => errorPage(404, "There is no such page.", request)),
    ),
  );
}

const WRONG = "Something went wrong. Try again in a moment.";
const REFUSED: Readonly<Record<number, string>> = {
  403: "That did not come from a page of this guestbook. Go back, reload it, and try again.",
  413: "That was too much at once.",
};

/** What middleware let nobody do is a page for the visitor. */
const onRefused: OnRefused = ({ status }, request) => errorPage(status, REFUSED[status] ?? WRONG, request);

/** What a person typed into one field; a field that came twice is not from our form. */
function typed(value: string | readonly string[] | undefined): string {
  return typeof value === "string" ? value.trim() : "";
}

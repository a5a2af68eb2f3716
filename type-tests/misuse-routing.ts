/** What must not compile around `routes(…)`: each marked line, with the marked words; no other line. */
import { wrapCookies } from "../src/cookies/wrap-cookies.ts";
import { redirect, text } from "../src/response.ts";
import { type Bare, type Handler, type Layer, type Middleware, type Page, stack } from "../src/ring.ts";
import { GET, notFound, POST, routes } from "../src/routing/index.ts";

interface WithSession<Data extends object> extends Layer {
  readonly request: { readonly session: Readonly<Data> };
  readonly response: { readonly session?: Data | null | ((current: Data) => Data) | undefined };
}
interface User {
  readonly user?: string;
  readonly role?: "admin" | "guest";
}
declare function wrapSession<Data extends object>(): Middleware<Bare, WithSession<Data>>;
declare function render(name: string): Page;
declare const chance: boolean;
const site = stack.use(wrapSession<User>());

// A misspelt key of the response.
site(
  routes(
    GET("/logout", () => ({ ...text("bye"), sesion: null })), //! no middleware takes response.sesion
  ),
);
site(
  routes(
    GET("/logout", async ({ session }) => ({ ...text(session.user ?? ""), sesion: null })), //! no middleware takes response.sesion
  ),
);
site(
  routes(
    GET("/flash", () => ({ ...redirect("/"), flash: "Saved." })), //! no middleware takes response.flash
  ),
);
site(
  routes(
    notFound(() => ({ ...text("?", 404), sesion: null })), //! no middleware takes response.sesion
  ),
);
routes(
  GET("/bare", () => ({ ...text("bye"), session: null })), //! no middleware takes response.session
);

// A misspelt key of the session.
site(
  routes(
    GET("/login/:id", ({ params, session }) => ({ ...text("hi"), session: { ...session, usr: params.id } })), //! the session has no key usr
  ),
);
site(
  routes(
    POST("/count", () => ({ ...text("hi"), session: (current) => ({ ...current, usr: 1 }) })), //! the session has no key usr
  ),
);
site(
  routes(
    GET("/either", ({ session }) => ({ ...text("hi"), session: chance ? null : { ...session, usr: 1 } })), //! the session has no key usr
  ),
);

// A wrong value, a wrong parameter, a key that nobody adds.
site(
  routes(
    GET("/wrong", ({ session }) => ({ ...text("hi"), session: { ...session, user: 1 } })), //! Type 'number' is not assignable to type 'string'
  ),
);
site(
  routes(
    GET("/role", ({ session }) => ({ ...text("hi"), session: { ...session, role: "root" } })), //! "root"
  ),
);
site(
  routes(
    GET("/login/:id", ({ params }) => text(params.name)), //! Property 'name' does not exist on type
  ),
);
site(
  routes(
    GET("/posts/:page?", ({ params }) => text(params.page)), //! Argument of type 'string | undefined' is not assignable
  ),
);
site(
  routes(
    GET("/flash", ({ flash }) => text(flash)), //! Property 'flash' does not exist on type
  ),
);
site(
  routes(
    GET("/nothing", () => {}), //! Type 'void' is not assignable to type
  ),
);

// A cookie's attribute that is none, in one of two branches too.
const shop = stack.use(wrapCookies());
shop(
  routes(
    GET("/cookie", () => ({ ...text("hi"), cookies: { a: { value: "1", samesite: "lax" } } })), //! the cookie a has no attribute samesite
  ),
);
shop(
  routes(
    GET("/branch", () => (chance ? text("no") : { ...text("hi"), cookies: { a: { value: "1", samesite: "lax" } } })), //! the cookie a has no attribute samesite
  ),
);
shop(
  routes(
    notFound(() => ({ ...text("?", 404), cookies: { a: { value: "1", httponly: true } } })), //! the cookie a has no attribute httponly
  ),
);

// A page carries no session, in any branch.
site(
  routes(
    GET("/page", ({ session }) => ({ ...render("page.html"), session })), //! a page cannot carry session: redirect instead
  ),
);
site(
  routes(
    GET("/two", ({ session }) => (chance ? { ...redirect("/"), session } : { ...render("p"), session: null })), //! a page cannot carry session
  ),
);
site(
  routes(
    GET("/branch", ({ session }) => (chance ? { ...redirect("/"), session } : { ...redirect("/"), sesion: null })), //! no middleware takes response.sesion
  ),
);

// A handler that wants what this stack does not give.
const admin: Handler<WithSession<{ admin: true }>> = ({ session }) => text(String(session.admin));
site(
  routes(
    GET("/admin", admin), //! not assignable to parameter of type
  ),
);
stack(
  routes<WithSession<User>>(GET("/", ({ session }) => text(session.user ?? ""))), //! Property 'session' is missing in type
);

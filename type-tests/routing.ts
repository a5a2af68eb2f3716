/** What must compile around `routes(…)`. */
import { redirect, text } from "../src/response.ts";
import { type Bare, type Handler, handler, type Layer, type Middleware, type Page, stack } from "../src/ring.ts";
import { ANY, DELETE, GET, notFound, OPTIONS, PATCH, POST, PUT, type Route, routes } from "../src/routing/index.ts";

interface WithSession<Data extends object> extends Layer {
  readonly request: { readonly session: Readonly<Data> };
  readonly response: { readonly session?: Data | null | ((current: Data) => Data) | undefined };
}
interface User {
  readonly user?: string;
  readonly role?: "admin" | "guest";
  readonly cart?: readonly string[];
}
declare function wrapSession<Data extends object>(): Middleware<Bare, WithSession<Data>>;
declare function render(name: string): Page;
declare const chance: boolean;

const site = stack.use(wrapSession<User>());

// The page's three routes, without an annotation.
export const app: Handler = site(
  routes(
    GET("/login/:id", ({ params, session }) => ({
      ...text(`User set to: ${params.id}`),
      session: { ...session, user: params.id },
    })),
    GET("/remove", ({ session: { user, ...rest } }) => ({ ...text(`${user} removed`), session: rest })),
    GET("/logout", () => ({ ...text("Session cleared"), session: null })),
    POST("/count", () => ({ ...text("ok"), session: (current) => ({ ...current, role: "guest" }) })),
    PUT("/cart", ({ session }) => ({ ...text("ok"), session: { ...session, cart: [...(session.cart ?? []), "tea"] } })),
    PATCH("/cart", () => ({ ...text("ok"), session: { cart: ["tea"], role: "admin" } })),
    DELETE("/page", () => render("page.html")),
    OPTIONS("/page", () => text("own")),
    ANY("/any", async ({ session }) => text(session.user ?? "nobody")),
    notFound(({ session, uri }) => ({ ...text(`${session.user}, ${uri} is not here`), status: 404 })),
  ),
);

// One branch redirects, another shows a page; async too.
export const branches: Handler = site(
  routes(
    GET("/a", ({ session }) => (session.user ? redirect("/home") : render("login.html"))),
    GET("/b", ({ session }) => {
      if (!session.user) return redirect("/login");
      return { ...redirect("/home"), session: { ...session, role: "admin" } };
    }),
    POST("/c", async ({ session }) => {
      await Promise.resolve();
      if (chance) return { ...redirect("/"), session: null };
      return chance ? text("stay") : { ...text("go"), session: { ...session, user: "bob" } };
    }),
  ),
);

// Branches that say different things: none is folded into another.
export const unions: Handler = site(
  routes(
    POST("/two", ({ session }) =>
      chance ? { ...redirect("/login"), session: null } : { ...redirect("/"), session: { ...session, user: "bob" } },
    ),
    POST("/three", async ({ session }) => {
      if (chance) return { ...redirect("/"), session: null };
      if (chance) return { ...redirect("/"), session: (current) => ({ ...current, role: "guest" }) };
      return { ...redirect("/"), session: { ...session, cart: ["tea"] } };
    }),
  ),
);

// Handlers that were declared elsewhere.
const whoami: Handler<WithSession<User>> = ({ session }) => text(session.user ?? "nobody");
const plain: Handler = () => text("plain");
const checked = handler<WithSession<User>>()(({ session }) => ({
  ...text("ok"),
  session: { ...session, user: "ada" },
}));
const standalone: Route = GET("/health", () => text("ok"));
const named: Route<WithSession<User>> = GET("/named/:id", ({ params, session }) => ({ ...text(params.id), session }));
export const separately: Handler = site(
  routes(GET("/who", whoami), GET("/plain", plain), GET("/checked", checked), standalone, named),
);
const table = routes<WithSession<User>>(GET("/", ({ session }) => text(session.user ?? "")));
export const later: Handler = site(table);
export const wrapped: Handler = wrapSession<User>()(table);

// Without any middleware.
export const bare: Handler = routes(GET("/", ({ uri }) => text(uri)));
export const stacked: Handler = stack(routes(GET("/", ({ uri }) => text(uri))));

declare const made: string;

// The pattern's parameters.
export const params: Handler = routes(
  GET("/a/:one/b/:two", ({ params: { one, two } }) => text(one satisfies string satisfies typeof two)),
  GET("/files/**:path", ({ params }) => text(params.path satisfies string)),
  GET("/posts/:page?", ({ params }) => text((params.page satisfies string | undefined) ?? "1")),
  GET("/users/:id(\\d+)", ({ params }) => text(params.id satisfies string)),
  GET(made, ({ params }) => text(params.any ?? "")),
);

/** What must compile. */
import {
  type DeepReadonly,
  type Handler,
  handler,
  type Middleware,
  type Page,
  recreate,
  redirect,
  stack,
  text,
  type WithFlash,
  type WithSession,
  wrapCookies,
  wrapFlash,
  wrapSession,
} from "../src/index.ts";

interface User {
  user?: string;
  cart?: { item: string; count: number }[];
  prefs?: Readonly<Record<string, string>>;
}

const app = stack.use(wrapCookies()).use(wrapSession<User>()).use(wrapFlash<{ kind: "good" | "bad"; text: string }>());

app(() => text("no keys"));
app(({ session }) => ({ ...text(""), session }));
app(({ session }) => ({ ...text(""), session: { ...session, user: "bob" } }));
app(({ session: { user, ...rest } }) => ({ ...text(user ?? ""), session: rest }));
app(({ session }) => ({
  ...text(""),
  session: { ...session, cart: [...(session.cart ?? []), { item: "a", count: 1 }] },
}));
app(() => ({ ...text(""), session: (s) => ({ ...s, user: s.user ?? "bob" }) }));
app(() => ({ ...text(""), session: null, flash: { kind: "good", text: "bye" } }));
app(({ session }) => ({ ...text(""), session: recreate({ ...session, user: "bob" }, { persist: 60 }) }));
app(() => ({
  ...text(""),
  session: undefined,
  sessionCookieAttrs: { maxAge: 10 },
  cookies: { a: "b", c: { value: "d", sameSite: "lax" } },
}));
app(async ({ session, flash, cookies }) =>
  session.user ? redirect("/") : { ...text(flash?.text ?? cookies.a?.value ?? ""), session: null },
);
app((request): Page | ReturnType<typeof text> => text(request.host));

const whoami: Handler<WithSession<User>> = ({ session }) => text(session.user ?? "");
app(whoami);
const greet = handler<WithSession<User> & WithFlash<string>>()(({ session, flash }) => ({
  ...text(flash ?? ""),
  session: { ...session, user: "x" },
}));
stack.use(wrapSession<User>()).use(wrapFlash<string>())(greet);

const wrapTimer: Middleware = (inner) => async (request) => {
  const response = await inner(request);
  return { ...response, headers: { ...response.headers, "x-timer": "1" } };
};
stack.use(wrapTimer).use(wrapSession<User>())(whoami);

stack.use(wrapSession())(({ session }) => ({ ...text(""), session: { ...session, anything: [1, { deep: null }] } }));
stack.use(wrapSession<{ count: number }>({ initial: { count: 0 } }))(({ session }) => ({
  ...text(`${session.count + 1}`),
  session: { count: 1 },
}));

export const frozen: DeepReadonly<User> = { cart: [] };

interface Staff {
  user?: string;
  role?: "admin" | "guest";
}
const staff = stack.use(wrapSession<Staff>());
staff(({ session, uri }) => {
  if (uri === "/no") return text("no");
  if (uri === "/fn") return { ...text(""), session: (s) => ({ ...s, role: "guest" }) };
  if (uri === "/out") return { ...redirect("/"), session: null };
  return { ...text(""), session: { ...session, role: "admin" } };
});
staff(({ session }) => ({ ...text(""), session: recreate({ ...session, role: "admin" }) }));
staff(({ session, uri }) =>
  uri === "/no" ? text("no") : { ...text(""), session: recreate({ ...session, role: "admin" as const }) },
);

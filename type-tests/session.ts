/** What must compile. */
import * as devalue from "devalue";
import { toFetch } from "../src/adapters/fetch.ts";
import { serve, toNode } from "../src/adapters/node.ts";
import {
  type Codec,
  type DeepReadonly,
  expiredCookie,
  type Handler,
  handler,
  type Middleware,
  memoryStore,
  type Page,
  type RequestOf,
  recreate,
  redirect,
  stack,
  text,
  type WithFlash,
  type WithSession,
  type WithSlots,
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
staff(({ session }) => ({
  ...text(""),
  session: recreate(session, { persist: undefined, authenticated: undefined, endOthers: undefined }),
}));
staff(() => ({ ...text(""), session: recreate((s) => ({ ...s, role: s.role ?? "guest" })) }));
staff(() => ({ ...text(""), session: recreate((s: Staff) => ({ ...s, role: "admin" as const })) }));
staff(({ session, uri }) =>
  uri === "/no" ? text("no") : { ...text(""), session: recreate({ ...session, role: "admin" as const }) },
);

// With a codec: what JSON would change.
interface Kept {
  user?: string;
  seen?: Date;
  byDay?: Map<string, { at: Date; tags: Set<string> }[]>;
  big?: bigint;
  bytes?: Uint8Array;
  home?: URL;
  either?: string | Date | null;
}
const kept = stack.use(wrapSession<Kept>({ codec: devalue, subject: ({ user }) => user }));
kept(({ session }) => ({ ...text(session.seen?.toISOString() ?? ""), session }));
kept(({ session }) => ({
  ...text(String(session.byDay?.get("monday")?.[0]?.tags.has("new"))),
  session: { ...session, seen: new Date(), big: 1n, bytes: new Uint8Array(2), home: new URL("http://a.test") },
}));
kept(() => ({
  ...text(""),
  session: (s) => ({
    ...s,
    byDay: new Map([...(s.byDay ?? []), ["friday", [{ at: new Date(), tags: new Set(["a"]) }]]]),
  }),
}));
kept(({ session }) => ({ ...text(""), session: recreate({ ...session, either: new Date() }) }));
const seen: Handler<WithSession<Kept>> = ({ session }) => text(session.seen?.toISOString() ?? "");
kept(seen);
stack.use(wrapSession<{ at: Date }>({ codec: devalue, initial: { at: new Date() } }))(({ session }) =>
  text(session.at.toISOString()),
);
stack.use(wrapSession({ codec: devalue }))(({ session }) => ({
  ...text(""),
  session: { ...session, at: new Date(), deep: [{ by: new Map([[1n, new Set([/a/, null])]]) }], user: "bob" },
}));
stack.use(wrapSession<User>({ codec: devalue })).use(wrapFlash<string>())(whoami);
declare const perhaps: Codec | undefined;
wrapSession<User>({ codec: perhaps });
wrapSession<Kept>({ codec: { stringify: (value) => devalue.stringify(value), parse: (text) => devalue.parse(text) } });

// Options that are undefined, as they come from a spread or the environment.
declare const port: number | undefined;
declare const proxies: readonly string[] | undefined;
export const served: Promise<unknown> = serve(app(whoami), {
  ...{ port, host: undefined, maxHeaderSize: undefined, signals: undefined, shutdownTimeout: undefined },
  ...{ trustProxy: proxies, onError: undefined },
});
toNode(app(whoami), { trustProxy: proxies, onError: undefined });
toFetch(app(whoami), { scheme: undefined, remoteAddress: undefined, onError: undefined });
wrapSession<User>({ timeout: undefined, maxAge: undefined, cookieName: undefined, cookieAttrs: undefined });
wrapCookies({ defaults: undefined, keys: undefined, encode: undefined });
memoryStore({ max: undefined });

// Cookies: perhaps there, and apart by who wrote them.
app(({ cookies, signedCookies, sealedCookies }) => {
  const theme: string | undefined = cookies.theme?.value;
  return text(`${theme} ${signedCookies.cart?.value ?? ""} ${sealedCookies.draft?.value ?? ""}`);
});
app(({ uri }) => ({
  ...text(""),
  cookies: uri === "/" ? { a: expiredCookie({ path: "/" }) } : { a: { value: "1", maxAge: undefined, signed: true } },
}));

// Exported, so that a declaration file names every type: a middleware over the session's slots, and what is built of it.
export const wrapVisits: Middleware<WithSlots, WithSlots> = (inner) => async (request) => {
  const visits = { value: Number(request.sessionSlots.visits ?? 0) + 1, keep: true };
  const response = await inner(request);
  return { ...response, sessionSlots: { ...response.sessionSlots, visits } };
};
export const slotsOf = (request: RequestOf<WithSlots>): WithSlots["request"]["sessionSlots"] => request.sessionSlots;
export const visited: Handler = stack.use(wrapSession<User>()).use(wrapVisits).use(wrapFlash<string>())(greet);

// Every line marked `//!` must be refused, and the compiler's words must contain the mark's text.

import * as devalue from "devalue";
import { toFetch } from "../src/adapters/fetch.ts";
import {
  type Bare,
  type Handler,
  handler,
  type Layer,
  type Middleware,
  recreate,
  stack,
  text,
  type WithCookies,
  type WithFlash,
  type WithSession,
  type WithSlots,
  wrapCookies,
  wrapFlash,
  wrapSession,
} from "../src/index.ts";

interface User {
  user?: string;
  cart?: string[];
}
const session = wrapSession<User>();
const inSession = stack.use(session);

// Order: a middleware outside one that it needs.
stack.use(wrapFlash()); //! needs request.sessionSlots: first .use(wrapSession())
stack.use(wrapFlash()).use(session); //! needs request.sessionSlots: first .use(wrapSession())
interface WithUser extends Layer {
  readonly request: { readonly user: string };
  readonly response: {};
}
const wrapUser: Middleware<WithSession<User>, WithUser> = (inner) => (request) =>
  inner({ ...request, user: request.session.user ?? "" });
stack.use(wrapUser); //! needs request.session: first .use(wrapSession())
interface NeedsSealed extends Layer {
  readonly request: Pick<WithCookies["request"], "sealedCookies">;
  readonly response: {};
}
stack.use(wrapSession<{ user: number }>({ initial: { user: 0 } })).use(wrapUser); //! Type 'number' is not assignable to type 'string'

const wrapTheme: Middleware<WithCookies, Bare> = (inner) => (request) => inner(request);
stack.use(wrapTheme); //! needs request.cookies: first .use(wrapCookies())
const wrapSealedTheme: Middleware<NeedsSealed, Bare> = (inner) => (request) => inner(request);
stack.use(wrapSealedTheme); //! needs request.sealedCookies: first .use(wrapCookies())
const wrapNotice: Middleware<WithFlash, Bare> = (inner) => (request) => inner(request);
stack.use(wrapNotice); //! needs request.flash: first .use(wrapFlash())
stack.use(session).use(wrapNotice); //! needs request.flash: first .use(wrapFlash())
const wrapSlots: Middleware<WithSlots, Bare> = (inner) => (request) => inner(request);
stack.use(wrapCookies()).use(wrapSlots); //! needs request.sessionSlots: first .use(wrapSession())

// What a handler reads.
inSession((request) => text(request.flash)); //! Property 'flash' does not exist
inSession((request) => text(request.session.usr ?? "")); //! Property 'usr' does not exist
inSession(({ session: s }) => {
  s.user = "x"; //! Cannot assign to 'user' because it is a read-only property
  return text("");
});
inSession(({ session: s }) => {
  s.cart?.push("x"); //! Property 'push' does not exist
  return text("");
});

// What a handler answers.
inSession(() => ({ ...text(""), sesion: null })); //! no middleware takes response.sesion: misspelt, or its middleware is missing
inSession(({ session: s }) => ({ ...text(""), session: { ...s, usr: 1 } })); //! the session has no key usr
inSession(() => ({ ...text(""), session: { user: 1 } })); //! Type 'number' is not assignable to type 'string'
inSession(() => ({ ...text(""), session: (s) => ({ ...s, usr: 1 }) })); //! the session has no key usr
inSession(({ session: s }) => ({ ...text(""), session: recreate({ ...s, usr: 1 }) })); //! the session has no key usr
inSession(() => ({ ...text(""), flash: "hi" })); //! no middleware takes response.flash: misspelt, or its middleware is missing
inSession(() => ({ ...text(""), cookies: { a: "b" } })); //! no middleware takes response.cookies: misspelt, or its middleware is missing
inSession(async () => ({ ...text(""), sesion: null })); //! no middleware takes response.sesion
stack.use(wrapCookies())(() => ({ ...text(""), cookies: { a: { value: 1 } } })); //! Type 'number' is not assignable to type 'string'
handler<WithSession<User>>()(() => ({ ...text(""), sesion: null })); //! no middleware takes response.sesion
handler<WithSession<User>>()(({ session: s }) => ({ ...text(""), session: { ...s, usr: 1 } })); //! the session has no key usr

inSession(({ session: s }) => { if (s.user) return text("no"); return { ...text(""), session: { ...s, usr: 1 } }; }); //! the session has no key usr
inSession(({ session: s }) => { if (s.user) return text("no"); return { ...text(""), session: { user: 1 } }; }); //! Type 'number' is not assignable to type 'string'

// What a cookie says that browsers would ignore: in a stack, in a handler of its own, in one of two branches.
stack.use(wrapCookies())(() => ({ ...text(""), cookies: { a: { value: "1", samesite: "lax" } } })); //! the cookie a has no attribute samesite
stack.use(wrapCookies())(async () => ({ ...text(""), cookies: { a: { value: "1", samesite: "lax" } } })); //! the cookie a has no attribute samesite
stack.use(wrapCookies())(() => ({ ...text(""), cookies: { b: "2", a: { value: "1", Secure: true } } })); //! the cookie a has no attribute Secure
stack.use(wrapCookies()).use(session)(({ session: s }) => ({ ...text(""), session: s, cookies: { a: { value: "1", samesite: "lax" } } })); //! the cookie a has no attribute samesite
handler<WithCookies>()(() => ({ ...text(""), cookies: { a: { value: "1", samesite: "lax" } } })); //! the cookie a has no attribute samesite
stack.use(wrapCookies())(({ uri }) => { if (uri === "/") return text("no"); return { ...text(""), cookies: { a: { value: "1", samesite: "lax" } } }; }); //! the cookie a has no attribute samesite
stack.use(wrapCookies())(({ uri }) => uri === "/" ? { ...text(""), cookies: { a: "1" } } : { ...text(""), cookies: { a: { value: "1", samesite: "lax" } } }); //! the cookie a has no attribute samesite
stack.use(wrapCookies())(() => ({ ...text(""), cookies: { a: { value: "1", sameSite: "sometimes" } } })); //! '"sometimes"' is not assignable

// What may not be there.
stack.use(wrapCookies())(({ cookies }) => text(cookies.theme.value)); //! 'cookies.theme' is possibly 'undefined'
stack.use(wrapCookies())(({ signedCookies }) => text(signedCookies.theme.value)); //! 'signedCookies.theme' is possibly 'undefined'
stack.use(wrapCookies())(({ sealedCookies }) => text(sealedCookies.theme.value)); //! 'sealedCookies.theme' is possibly 'undefined'

// A handler in the wrong place.
const whoami: Handler<WithSession<User> & WithFlash> = ({ session: s, flash }) => text(`${s.user} ${flash}`);
toFetch(whoami); //! is missing the following properties from type
inSession(whoami); //! Property 'flash' is missing

// What JSON would change.
wrapSession<{ at: Date }>({ initial: { at: new Date() } }); //! Property 'codec' is missing in type '{ initial: { at: Date; }; }' but required in type 'KeepsWhatJsonWouldChange'
wrapSession<{ at?: Date }>(); //! does not satisfy the constraint
wrapSession<{ nested?: { list: Map<string, string>[] } }>(); //! does not satisfy the constraint
wrapSession<{ f?: () => void }>(); //! does not satisfy the constraint
wrapSession<{ big?: bigint }>(); //! does not satisfy the constraint
wrapSession<{ list?: (string | undefined)[] }>(); //! does not satisfy the constraint
wrapFlash<Date>(); //! does not satisfy the constraint
wrapSession<{ at?: Date }>(); //! JSON would change it
wrapSession<{ names?: Map<string, string> }>(); //! or give wrapSession a codec
wrapSession<{ names?: ReadonlySet<string> }>(); //! JSON would change it
wrapSession<{ deep?: { list: { at: Date }[] } }>(); //! JSON would change it
wrapSession<{ either?: string | Date }>(); //! is not assignable to type 'string | Unstorable | undefined'
wrapFlash<{ at: Date }>(); //! does not satisfy the constraint

// With a codec.
interface Kept {
  at?: Date;
  byDay?: Map<string, Date[]>;
  tags?: Set<string>;
}
const inKept = stack.use(wrapSession<Kept>({ codec: devalue }));
wrapSession<Kept>({ timeout: 60 }); //! Property 'codec' is missing
wrapSession<Kept>({ codec: undefined }); //! is not assignable to type 'Codec'
wrapSession<Kept>({ codec: { stringify: JSON.stringify } }); //! Property 'parse' is missing
wrapSession<Kept>({ codec: { stringify: devalue.stringifyAsync, parse: devalue.parse } }); //! Type 'Promise<string>' is not assignable to type 'string'
wrapSession<Kept>({ codec: devalue, timout: 60 }); //! 'timout' does not exist
wrapSession<{ at: Date }>({ codec: devalue }); //! Property 'initial' is missing
wrapSession<{ f?: () => void }>({ codec: devalue }); //! does not satisfy the constraint
wrapSession<{ deep?: Map<string, symbol> }>({ codec: devalue }); //! does not satisfy the constraint
wrapSession<{ any?: unknown }>({ codec: devalue }); //! does not satisfy the constraint
inKept(({ session: s }) => ({ ...text(""), session: { ...s, at: 1 } })); //! Type 'number' is not assignable to type 'Date'
inKept(({ session: s }) => ({ ...text(""), session: { ...s, att: new Date() } })); //! the session has no key att
inKept(({ session: s }) => ({ ...text(""), session: { ...s, byDay: new Map([["monday", ["noon"]]]) } })); //! is not assignable to type 'ReadonlyMap<string, readonly Date[]>'
inKept(({ session: s }) => {
  s.byDay?.set("monday", []); //! Property 'set' does not exist
  return text("");
});
inKept(({ session: s }) => {
  s.byDay?.get("monday")?.push(new Date()); //! Property 'push' does not exist
  return text("");
});
inKept(({ session: s }) => {
  s.tags?.add("new"); //! Property 'add' does not exist
  return text("");
});
stack.use(wrapSession({ codec: devalue }))(() => ({ ...text(""), session: { f: () => 1 } })); //! is not assignable to type 'Kept'
inSession(({ session: s }) => ({ ...text(""), sessionSlots: { own: { value: new Date(), keep: true } }, session: s })); //! is not assignable to type

// `{}` is no Data: initial is required.
wrapSession<{ count: number }>(); //! Expected 1 arguments, but got 0
wrapSession<{ count: number }>({ timeout: 60 }); //! Property 'initial' is missing

// Options.
wrapSession({ timout: 60 }); //! 'timout' does not exist
wrapSession({ cookieAttrs: { httponly: true } }); //! 'httponly' does not exist
wrapSession({ cookieAttrs: { sameSite: "sometimes" } }); //! is not assignable to type
inSession(() => ({ ...text(""), session: recreate((s) => ({ ...s, usr: 1 })) })); //! the session has no key usr
recreate({ user: "x" }, { persist: "60" }); //! Type 'string' is not assignable to type 'number'
recreate({ user: "x" }, { persists: 60 }); //! 'persists' does not exist
stack.use(wrapSession); //! is not assignable to parameter of type
stack.use(42); //! is not assignable to parameter of type
stack.use(undefined); //! is not assignable to parameter of type

// A middleware that forgets what others added.
export const forgetful: Middleware<WithSession, WithUser> = (inner) => (request) => inner(request); //! Property 'user' is missing

/** What other libraries' options are called here: for who moves, and brings them along. */
import { badOption } from "../errors.ts";

const HERE: Readonly<Record<string, string>> = {
  secret: "is not needed: tokens are random, and the store keeps a hash of them; cookieStore has keys",
  resave: "is not needed: what changed is stored, what did not is not",
  saveUninitialized: "is not needed: a visitor without data has no session",
  rolling: "is not needed: the idle clock restarts by itself (refresh)",
  name: "is cookieName here",
  key: "is cookieName here",
  cookie: "is cookieAttrs here; how long a session lives is timeout, absolute and maxAge, in seconds",
  ttl: "is timeout here, in seconds",
  proxy: "is the server's own setting (app.set('trust proxy', …)), or trustProxy",
  genid: "is not there: ids are random",
  unset: "is not needed: session = null ends the session",
  cookieOptions: "is cookieAttrs here",
  password: "is not needed; cookieStore({ keys }) seals sessions into the cookie",
};

/** Throws `ERR_OPTION` for options of express-session, koa-session, iron-session and others, all of them at once. */
export function checkForeign(options: object, known: readonly string[]): void {
  const found = Object.keys(options).filter((name) => Object.hasOwn(HERE, name) && !known.includes(name));
  if (found.length === 0) return;
  const [first, ...others] = found;
  throw badOption(first!, [HERE[first!], ...others.map((name) => `${name} ${HERE[name]}`)].join("; "));
}

/** Throws `ERR_OPTION` where a request came in place of options: the call was forgotten. */
export function checkCalled(options: unknown): void {
  if (typeof options !== "object" || options === null) return;
  if (("headers" in options && "socket" in options) || ("req" in options && "res" in options))
    throw badOption("options", "a request came in their place: app.use(session()), not app.use(session)");
}

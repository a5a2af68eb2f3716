/** What must compile of `wrapDefaults`. */

import {
  apiDefaults,
  secureApiDefaults,
  secureSiteDefaults,
  sessionOf,
  siteDefaults,
  wrapDefaults,
} from "../src/defaults/index.ts";
import { cookieStore, redirect, stack, text, wrapFlash, wrapSession } from "../src/index.ts";
import { sessionToken } from "../src/middleware/anti-forgery.ts";
import { byteArrayStore, tempFileStore } from "../src/middleware/multipart-params.ts";

interface Visitor {
  user?: string;
}
interface Notice {
  readonly kind: "good" | "bad";
  readonly text: string;
}

// The keys of a site, with types of one's own.
const site = stack.use(wrapDefaults<Visitor, Notice>(siteDefaults));
site(({ session, flash, cookies, queryParams, formParams, nestedParams, multipartParams, antiForgery }) =>
  text(
    `${session.user}${flash?.text}${cookies.a?.value}${queryParams.b}${formParams.c}${nestedParams.form.d}${multipartParams.e}${antiForgery()}`,
  ),
);
site(({ session }) => ({
  ...redirect("/"),
  session: { ...session, user: "bob" },
  flash: { kind: "good", text: "hi" },
}));
site(() => ({ ...redirect("/"), session: null, cookies: { theme: "dark" } }));
stack.use(wrapDefaults<Visitor>(secureSiteDefaults, { session: { timeout: 60, cookieAttrs: { maxAge: 10 } } }))(
  ({ session }) => text(session.user ?? ""),
);
stack.use(
  wrapDefaults<Visitor>(siteDefaults, { session: { store: cookieStore(), subject: ({ user }) => user }, proxy: false }),
)(({ session }) => text(session.user ?? ""));

// Types carried by the part, with something switched off.
stack.use(
  wrapDefaults(siteDefaults, { session: sessionOf<Visitor, Notice>({ timeout: 60 }), params: { multipart: false } }),
)(({ session, flash }) => text(`${session.user}${flash?.kind}`));

// No types of one's own.
stack.use(wrapDefaults(siteDefaults))(({ session }) => ({ ...text(""), session: { ...session, any: 1 }, flash: "x" }));
stack.use(wrapDefaults(siteDefaults, { session: { timeout: 60 } }))(({ flash }) => text(String(flash)));
stack.use(wrapDefaults({ ...siteDefaults, session: { timeout: 60 } }))(({ flash, session }) =>
  text(`${flash} ${session.any}`),
);

// An API, with more than its preset has.
stack.use(wrapDefaults(apiDefaults))(({ queryParams, formParams }) => text(`${queryParams.a}${formParams.b}`));
stack.use(wrapDefaults(secureApiDefaults, { session: true, cookies: true }))(({ session, cookies, flash }) =>
  text(`${session.a}${cookies.b?.value}${flash}`),
);
stack.use(wrapDefaults(apiDefaults, { params: { multipart: { limit: 10 } } }))(({ multipartParams }) =>
  text(String(multipartParams.a)),
);

// A store for uploads says what is stored.
stack.use(wrapDefaults(siteDefaults, { params: { multipart: { store: byteArrayStore() } } }))(({ multipartParams }) => {
  const { file } = multipartParams;
  return text(String(typeof file === "object" && "stored" in file && file.stored.byteLength));
});
stack.use(wrapDefaults(siteDefaults, { params: { multipart: { store: tempFileStore({ folder: "/srv" }) } } }))(
  ({ multipartParams: { file } }) => text(typeof file === "object" && "stored" in file ? file.stored.trim() : ""),
);

// The page's own order: session and flash outside.
stack
  .use(wrapSession<Visitor>())
  .use(wrapFlash<string>())
  .use(wrapDefaults(siteDefaults, { session: false, security: { antiForgery: false } }))(({ session, flash }) =>
  text(`${session.user}${flash}`),
);
stack
  .use(wrapSession<Visitor>())
  .use(wrapDefaults(siteDefaults, { session: false, security: { antiForgery: { strategy: sessionToken() } } }))(
  ({ antiForgery }) => text(antiForgery()),
);

// A nonce is there where the policy asks for one.
stack.use(
  wrapDefaults(siteDefaults, { security: { contentSecurityPolicy: { directives: { scriptSrc: ["nonce"] } } } }),
)(({ cspNonce }) => text(cspNonce));

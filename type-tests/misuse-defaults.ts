// Every line marked `//!` must be refused, and the compiler's words must contain the mark's text.

import { apiDefaults, sessionOf, siteDefaults, wrapDefaults } from "../src/defaults/index.ts";
import { redirect, stack, text, wrapFlash } from "../src/index.ts";
import { sessionToken } from "../src/middleware/anti-forgery.ts";

interface Visitor {
  user?: string;
}

// What is switched off is not in the types.
const without = stack.use(wrapDefaults(siteDefaults, { session: false }));
without((request) => text(request.session.user)); //! Property 'session' does not exist
without((request) => text(request.flash)); //! Property 'flash' does not exist
without(() => ({ ...redirect("/"), session: null })); //! no middleware takes response.session
without(() => ({ ...redirect("/"), flash: "hi" })); //! no middleware takes response.flash
without.use(wrapFlash()); //! needs request.sessionSlots: first .use(wrapSession())
const { session: _, ...taken } = siteDefaults;
stack.use(wrapDefaults(taken))((request) => text(request.session)); //! Property 'session' does not exist
stack.use(wrapDefaults({ ...siteDefaults, session: false }))((request) => text(request.session)); //! Property 'session' does not exist
stack.use(wrapDefaults(siteDefaults, { session: { flash: false } }))((request) => text(request.flash)); //! Property 'flash' does not exist
stack.use(wrapDefaults(siteDefaults, { cookies: false }))((request) => text(request.cookies.a)); //! Property 'cookies' does not exist
stack.use(wrapDefaults(siteDefaults, { params: { multipart: false } }))((request) => text(request.multipartParams.a)); //! Property 'multipartParams' does not exist
stack.use(wrapDefaults(siteDefaults, { params: false }))((request) => text(request.queryParams.a)); //! Property 'queryParams' does not exist
stack.use(wrapDefaults(siteDefaults, { security: { antiForgery: false } }))((request) => text(request.antiForgery())); //! Property 'antiForgery' does not exist
stack.use(wrapDefaults(apiDefaults))((request) => text(request.cookies.a)); //! Property 'cookies' does not exist

// A token needs a session.
const token = { antiForgery: { strategy: sessionToken() } };
stack.use(wrapDefaults(siteDefaults, { session: false, security: token })); //! first .use(wrapSession())
stack.use(wrapDefaults(apiDefaults, { security: token })); //! first .use(wrapSession())

// Types of one's own are kept to.
const site = stack.use(wrapDefaults<Visitor, string>(siteDefaults));
site((request) => text(request.session.usr)); //! Property 'usr' does not exist
site(() => ({ ...redirect("/"), session: { usr: "bob" } })); //! 'usr' does not exist
site(() => ({ ...redirect("/"), flash: 1 })); //! Type 'number' is not assignable to type 'string'
wrapDefaults<{ at?: Date }>(siteDefaults); //! does not satisfy the constraint
sessionOf<{ at?: Date }>(); //! does not satisfy the constraint
wrapDefaults<Visitor>(siteDefaults, { session: false }); //! Type 'false' has no properties in common

wrapDefaults<Visitor>(siteDefaults, { security: { antiForgery: false } }); //! Type 'false' is not assignable to
wrapDefaults<Visitor>(siteDefaults, { cookies: false }); //! Type 'false' is not assignable to
wrapDefaults<Visitor>(siteDefaults, { params: { nested: false } }); //! Type 'false' is not assignable to
wrapDefaults<Visitor>(siteDefaults, { params: { multipart: false } }); //! is not assignable to
wrapDefaults<Visitor>(siteDefaults, { session: { flash: false } }); //! Type 'false' is not assignable to

// Names and values.
wrapDefaults(siteDefaults, { sesion: {} }); //! 'sesion' does not exist
wrapDefaults(siteDefaults, { base: "api" }); //! 'base' does not exist
wrapDefaults<Visitor>(siteDefaults, { base: "api" }); //! 'base' does not exist
wrapDefaults(siteDefaults, { session: { timeuot: 1 } }); //! 'timeuot' does not exist
wrapDefaults(siteDefaults, { security: { frameOptions: "never" } }); //! is not assignable to
wrapDefaults(siteDefaults, { proxy: true }); //! is not assignable to
wrapDefaults({}); //! is not assignable to
siteDefaults.session.flash = false; //! Cannot assign to 'flash' because it is a read-only property

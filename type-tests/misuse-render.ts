// Every line marked `//!` must be refused, and the compiler's words must contain the mark's text.

import {
  type Handler,
  redirect,
  type RequestMap,
  stack,
  type WithFlash,
  type WithSession,
  wrapCookies,
  wrapFlash,
  wrapSession,
} from "../src/index.ts";
import { type Engine, errorPage, errorPages, renderer, type SyncEngine } from "../src/render/index.ts";

interface User {
  user?: string;
}
type Shown = Parameters<Handler<WithSession<User> & WithFlash<string>>>[0];
declare const now: SyncEngine;
declare const later: Engine;
const render = renderer<Shown>(now, { view: ({ session, flash }) => ({ user: session.user, flash }) });
const renderLater = renderer<Shown>(later);
const app = stack.use(wrapCookies()).use(wrapSession<User>()).use(wrapFlash<string>());

// A page carries nothing that a middleware takes.
app((request) => render(request, "home", { messages: [] }));
app(async (request) => renderLater(request, "home"));
app((request) => ({ ...render(request, "home"), session: { user: "x" } })); //! a page cannot carry session: redirect instead
app((request) => ({ ...render(request, "home"), session: null })); //! a page cannot carry session: redirect instead
app((request) => ({ ...render(request, "home"), flash: "hi" })); //! a page cannot carry flash: redirect instead
app((request) => ({ ...render(request, "home"), cookies: { a: "1" } })); //! a page cannot carry cookies: redirect instead
app(async (request) => ({ ...(await renderLater(request, "home")), flash: "hi" })); //! a page cannot carry flash: redirect instead
app(() => ({ ...errorPage(404), flash: "hi" })); //! a page cannot carry flash: redirect instead
app((request) => (request.session.user ? render(request, "home") : { ...redirect("/sign-in"), flash: "Sign in." }));

// An engine that gives promises gives promises of pages.
const page: { status: number } = render({} as Shown, "home");
const promised: { status: number } = renderLater({} as Shown, "home"); //! Property 'status' is missing in type 'Promise<Page>'

// What a view reads, the request must have.
stack.use(wrapCookies())((request) => render(request, "home")); //! is missing the following properties from type
renderer<Shown>(now, { view: ({ session }) => ({ user: session.usr }) }); //! Property 'usr' does not exist
errorPages({ render }); //! is missing the following properties from type
errorPages({ render: renderer<RequestMap>(now) });
render({} as Shown, "home", {}, { stauts: 404 }); //! 'stauts' does not exist in type 'PageOptions'

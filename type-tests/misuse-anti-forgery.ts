// What must not compile around `wrapAntiForgery`: each marked line, with the marked words; no other line.
import { stack, text, type WithSession, wrapSession } from "../src/index.ts";
import {
  antiForgeryField,
  antiForgeryToken,
  sessionToken,
  signedToken,
  wrapAntiForgery,
} from "../src/middleware/anti-forgery.ts";
import type { Handler } from "../src/ring.ts";

const tokens = wrapAntiForgery({ strategy: sessionToken() });

// Headers alone need nothing; a token needs a session outside.
stack.use(wrapAntiForgery())((request) => text(antiForgeryField(request)));
stack.use(wrapAntiForgery({ strategy: "headers" }))((request) => text(antiForgeryToken(request)));
stack.use(wrapSession()).use(tokens)((request) => text(antiForgeryField(request, { action: "/x" })));
stack.use(wrapSession<{ user?: string }>()).use(tokens);
stack.use(tokens); //! needs request.sessionKey: first .use(wrapSession())
stack.use(tokens).use(wrapSession()); //! needs request.sessionKey: first .use(wrapSession())
stack.use(wrapAntiForgery({ strategy: signedToken({ keys: undefined }) })); //! needs request.sessionKey: first .use(wrapSession())

// A page that asks for a token stands inside.
const page: Handler<WithSession> = (request) => text(antiForgeryField(request)); //! Property 'antiForgery' is missing
stack.use(wrapSession())((request) => text(antiForgeryToken(request))); //! Property 'antiForgery' is missing
export { page };

// Options.
wrapAntiForgery({ trusted: [] }); //! 'trusted' does not exist
wrapAntiForgery({ withoutHeaders: "lax" }); //! is not assignable to type
wrapAntiForgery({ strategy: sessionToken }); //! is not assignable to type
wrapAntiForgery({ bypass: "/x" }); //! is not assignable to type
signedToken(); //! Expected 1 arguments, but got 0
stack.use(wrapAntiForgery())((request) => text(antiForgeryField(request, "/x"))); //! is not assignable to parameter of type

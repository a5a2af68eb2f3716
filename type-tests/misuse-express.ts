// Every line marked `//!` must be refused, and the compiler's words must contain the mark's text.

import type { RequestHandler } from "express";
import { session } from "ringlight/express";

interface Visitor {
  user?: string;
}
const sessions = session<Visitor, string>();
const handler = sessions.handler<RequestHandler>;

// What JSON would change, what has no initial value, and names of the session's own.
session<{ seen?: Date }>(); //! JSON would change it
session<{ user: string }>(); //! Expected 1 arguments
session<{ cookie?: string }>(); //! NameOfTheSessionsOwn
session({ timout: 1800 }); //! 'timout' does not exist
session({ antiForgery: true }); //! not assignable

handler((req) => {
  req.session.usr = "bob"; //! Property 'usr' does not exist
  req.session.user = 5; //! not assignable to type 'string'
  req.session.id = "x"; //! read-only
  req.session.cookie.secure = true; //! read-only
  req.flash(5); //! not assignable
  req.session.update((s) => ({ ...s, user: 5 })); //! not assignable
  req.setCookie("a", { value: "b", sameSite: "loose" }); //! not assignable
});

// Every line marked `//!` must be refused, and the compiler's words must contain the mark's text.

import { Hono } from "hono";
import * as fetches from "ringlight/fetch";
import * as hono from "ringlight/hono";
import * as node from "ringlight/node";

interface Visitor {
  user?: string;
}

new Hono<{ Variables: hono.Lent<Visitor> }>().get("/", (c) => {
  c.var.session.usr = "bob"; //! Property 'usr' does not exist
  c.var.session.user = 5; //! not assignable
  return c.text("");
});
hono.session<{ at?: Date }>(); //! JSON would change it
hono.session({ trustProxy: ["10.0.0.1"] }); //! 'trustProxy' does not exist

const sessions = fetches.session<Visitor>();
sessions.handler((_request, { session }) => Response.json(session.usr)); //! Property 'usr' does not exist
sessions.handler(() => "text"); //! not assignable
sessions.handler((_request: URL) => new Response()); //! not assignable
fetches.session({ scheme: "ftp" }); //! not assignable

node.session<Visitor>().listener((req) => req.session.usr); //! Property 'usr' does not exist
node.session({ trustProxy: "10.0.0.1" }); //! not assignable

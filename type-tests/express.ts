// What must compile of `ringlight/express`.

import connect from "connect";
import * as devalue from "devalue";
import express, { type RequestHandler } from "express";
import { expiredCookie } from "ringlight";
import { type Lent, type LentSession, session } from "ringlight/express";

interface Visitor {
  user?: string;
  cart?: string[];
}

const sessions = session<Visitor, string>();
const app = express();
app.use(sessions);
connect().use(sessions);

const handler = sessions.handler<RequestHandler<{ id: string }>>;
app.get(
  "/login/:id",
  handler(async (req, res, next) => {
    req.session.user = req.params.id;
    req.session.cart?.push("tea");
    delete req.session.user;
    req.session.update((s) => ({ ...s, cart: [...(s.cart ?? []), "milk"] }));
    await req.session.save();
    req.session.regenerate((error) => next(error));
    req.session.cookie.maxAge = 1000;
    req.flash(`hello ${req.flash() ?? ""}`);
    req.setCookie("theme", { value: "dark", maxAge: 60 });
    req.setCookie("old", expiredCookie());
    const theme: string | undefined = req.cookies.theme;
    res.send(theme ?? req.antiForgery());
  }),
);
app.get("/", (req, res) => {
  const lent: Lent<Visitor, string> = sessions.of(req);
  lent.session = null;
  lent.session = { user: "bob" };
  const kept: LentSession<Visitor> = lent.session;
  res.send(kept.user);
});
app.use(
  session().handler((req, _res, next) => {
    req.session.whatever = { nested: [1] };
    next();
  }),
);
session<{ user: string }>({ initial: { user: "nobody" } });
session<{ seen?: Date }>({ codec: devalue });

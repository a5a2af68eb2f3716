/** A small site over siteDefaults, for visitors: sign-in, notes, a message after each change, tokens where asked for. */

import { siteDefaults, wrapDefaults } from "../../src/defaults/index.ts";
import { escapeHtml } from "../../src/escape-html.ts";
import { antiForgeryField, antiForgeryToken, type TokenStrategy } from "../../src/middleware/anti-forgery.ts";
import { html, json, redirect, text } from "../../src/response.ts";
import { type Handler, stack } from "../../src/ring.ts";
import { GET, POST, routes } from "../../src/routing/index.ts";

interface Member {
  readonly user?: string;
  readonly notes?: readonly string[];
}

export interface NotesOptions {
  readonly strategy?: TokenStrategy;
  readonly now?: () => number;
  /** Seconds that the session's cookie lives. */
  readonly maxAge?: number;
}

export function notesSite({ strategy, now, maxAge }: NotesOptions = {}): Handler {
  const site = stack.use(
    wrapDefaults<Member, string>(siteDefaults, {
      session: { now, maxAge },
      ...(strategy && { security: { antiForgery: { strategy } } }),
    }),
  );
  return site(
    routes(
      GET("/", (request) => {
        const { user, notes = [] } = request.session;
        return html(`<!doctype html><meta name="csrf-token" content="${antiForgeryToken(request)}">
          <p id="flash">${escapeHtml(request.flash ?? "")}</p><h1>${escapeHtml(user ?? "nobody")}</h1>
          <ul>${notes.map((note) => `<li>${escapeHtml(note)}</li>`).join("")}</ul>
          <form method="post" action="/notes" id="note">${antiForgeryField(request)}<textarea name="note"></textarea><button>Add</button></form>
          <form method="post" action="/logout">${antiForgeryField(request)}<button>Sign out</button></form>`);
      }),
      GET("/login", (request) =>
        html(`<form method="post">${antiForgeryField(request)}<input name="user"><input type="password" name="password">
          <button>Sign in</button></form>`),
      ),
      POST("/login", ({ formParams, session }) => {
        const { user, password } = formParams;
        if (typeof user !== "string" || password !== "secret") return { ...redirect("/login"), flash: "No." };
        return { ...redirect("/"), session: { ...session, user }, flash: `Welcome, ${user}.` };
      }),
      POST("/notes", ({ formParams }) => ({
        ...redirect("/"),
        session: (current: Member) => ({ ...current, notes: [...(current.notes ?? []), String(formParams.note)] }),
        flash: "Noted.",
      })),
      POST("/count", ({ session }) => ({
        ...json({ notes: session.notes?.length ?? 0 }),
        session: (current: Member) => ({ ...current, notes: [...(current.notes ?? []), "counted"] }),
      })),
      POST("/logout", () => ({ ...redirect("/"), session: null, flash: "Bye." })),
      GET("/headers", ({ headers, scheme, host }) => json({ ...headers, scheme, host })),
      GET("/broken", () => text("broken", 500)),
    ),
  );
}

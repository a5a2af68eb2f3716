/** Pages from templates. What `render` answers is a `Page`: it cannot carry a session or a flash, a controller redirects. */
import { fileURLToPath } from "node:url";
import { type Page, parseCookies, type RequestMap } from "ringlight";
import { type Render, renderer } from "ringlight/render";
import { etaEngine } from "ringlight/render/eta";
import type { Visited } from "./app.ts";

const engine = etaEngine({ views: fileURLToPath(new URL("views", import.meta.url)) });

/** A page of the guestbook. Eta escapes every `<%= %>`. */
export const render: Render<Visited, Page> = renderer<Visited>(engine, {
  view: (request) => {
    const { session, sessionStatus, flash } = request;
    // An expired session is told as such for a minute at least; after that its token is merely unknown.
    const expired = sessionStatus.state === "refused" && /^(expired|unknown)/.test(sessionStatus.reason);
    return { title: "Guestbook", theme: themeOf(request), user: session.user, visits: session.visits, flash, expired };
  },
});

const outside = renderer(engine, { view: (request) => ({ theme: themeOf(request) }) });

/** A page that says what went wrong. It needs no session, which may be what went wrong. */
export function errorPage(status: number, words: string, request: RequestMap): Page {
  const headers = { "cache-control": "no-store" };
  return outside(request, "error", { title: `Error ${status}`, status, words }, { status, headers });
}

function themeOf({ headers }: RequestMap): "dark" | "light" {
  return parseCookies(headers.cookie).theme?.value === "dark" ? "dark" : "light";
}

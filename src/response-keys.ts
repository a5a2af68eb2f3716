/** The keys of a response: what the edge sends, and who takes which of the others off, as a request tells it: what a middleware takes it gives something for. */

/** What the edge sends; `upgrade` is what `wrapWebSocket` hands it. */
export const SENT: readonly string[] = ["status", "headers", "body", "upgrade"];

/** Response key → the request key that its middleware adds, and the middleware. */
export const TAKEN: Readonly<Record<string, readonly [requestKey: string, middleware: string]>> = {
  session: ["sessionStatus", "wrapSession()"],
  sessionCookieAttrs: ["sessionStatus", "wrapSession()"],
  sessionSlots: ["sessionSlots", "wrapSession()"],
  flash: ["flash", "wrapFlash()"],
  keepFlash: ["flash", "wrapFlash()"],
  data: ["bodyParams", "wrapFormats()"],
  websocket: ["isWebSocketUpgrade", "wrapWebSocket()"],
  cookies: ["cookies", "wrapCookies()"],
};

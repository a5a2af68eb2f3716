/**
 * The keys of a response: which ones the edge sends, and which middleware takes each other one off.
 *
 * A middleware that takes a key also gives a request key, by which `wrapLint` knows that it is there. A new key belongs
 * here and in `request-keys.ts`, into `Plain` of `response.ts` and `defaults/layers.ts`, and where what it says changes
 * the shape of a response, into `response-shape.ts`.
 */
import { ADDED_BY, type AddedBy } from "./request-keys.ts";

/** What the edge sends; `upgrade` is what `wrapWebSocket` hands it. */
export const SENT: readonly string[] = ["status", "headers", "body", "upgrade"];

/** Response key → the request key that its middleware adds. */
export const TAKEN: Readonly<Record<string, keyof AddedBy>> = {
  session: "sessionStatus",
  sessionCookieAttrs: "sessionStatus",
  sessionSlots: "sessionSlots",
  flash: "flash",
  keepFlash: "flash",
  data: "bodyParams",
  websocket: "isWebSocketUpgrade",
  cookies: "cookies",
};

/** Which middleware takes a key of a response, and the request key that it gives; `undefined` where none of ours does. */
export function takerOf(
  key: string,
): { readonly requestKey: keyof AddedBy; readonly middleware: AddedBy[keyof AddedBy] } | undefined {
  const requestKey = Object.hasOwn(TAKEN, key) ? TAKEN[key] : undefined;
  return requestKey && { requestKey, middleware: ADDED_BY[requestKey] };
}

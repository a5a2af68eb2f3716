/**
 * Which middleware adds each key of a request beside those of a `RequestMap`.
 *
 * The compiler's words name it where the key is missing (`ring-words.ts`), and by the key `wrapLint` knows whether the
 * middleware is there that takes a response's key (`response-keys.ts`).
 */

/** Request key → the middleware. */
export const ADDED_BY = {
  session: "wrapSession()",
  sessionStatus: "wrapSession()",
  sessionSlots: "wrapSession()",
  sessionKey: "wrapSession()",
  cookies: "wrapCookies()",
  signedCookies: "wrapCookies()",
  sealedCookies: "wrapCookies()",
  flash: "wrapFlash()",
  antiForgery: "wrapAntiForgery()",
  queryParams: "wrapParams()",
  formParams: "wrapParams()",
  nestedParams: "wrapNestedParams()",
  multipartParams: "wrapMultipartParams()",
  bodyParams: "wrapFormats()",
  isWebSocketUpgrade: "wrapWebSocket()",
  context: "wrapContext()",
  pathInfo: "wrapContext()",
  fullUri: "wrapContext()",
  cspNonce: "wrapContentSecurityPolicy()",
  frameOptions: "wrapFrameOptions()",
  assetPath: "wrapWebjars()",
} as const;

export type AddedBy = typeof ADDED_BY;

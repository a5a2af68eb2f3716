/** For tests: a visitor of an application, the contracts of adapters, stores, middleware and revocations as data, and a browser's cookie jar. */

export type {
  AboutAdapter,
  AdapterAnswers,
  AdapterCheck,
  AdapterHeaders,
  AdapterPage,
  AdapterPromise,
  AdapterServed,
  AdapterSite,
  AdapterWay,
  OpenAdapter,
} from "./adapter-contract/site.ts";
export { adapterContract } from "./adapter-contract.ts";
export type { OpenStore, StoreCheck } from "./contract/check.ts";
export { type CookieJar, cookieJar } from "./cookie-jar.ts";
export {
  type AnyHandler,
  type MiddlewareCheck,
  type MiddlewareSubject,
  middlewareContract,
  type OfAnyLayer,
  type OpenMiddleware,
} from "./middleware-contract.ts";
export { type RevocationsCheck, revocationsContract } from "./revocations-contract.ts";
export { judgeStore, storeContract, type Verdict } from "./store-contract.ts";
export { type Clock, type MovableClock, movableClock } from "./visitor/clock.ts";
export type { VisitorCookie } from "./visitor/cookie.ts";
export type { FieldValue, FieldValues } from "./visitor/fill.ts";
export type { Redirect } from "./visitor/follow.ts";
export type { Form, Page, SubmitOptions } from "./visitor/page.ts";
export type { RequestOptions } from "./visitor/request-options.ts";
export type { Tab } from "./visitor/tab.ts";
export type { FetchTarget, VisitorTarget } from "./visitor/target.ts";
export type { Visit } from "./visitor/visit.ts";
export { type Visitor, type VisitorOptions, visitor } from "./visitor/visitor.ts";

/** For tests: the contracts of stores and revocations as data, and a browser's cookie jar. */

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

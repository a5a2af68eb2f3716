/** For tests: the store contract as data, and a browser's cookie jar. */

export type { OpenStore, StoreCheck } from "./contract/check.ts";
export { type CookieJar, cookieJar } from "./cookie-jar.ts";
export { judgeStore, storeContract, type Verdict } from "./store-contract.ts";

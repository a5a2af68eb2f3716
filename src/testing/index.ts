/** For tests: the store contract as data, and a browser's cookie jar. */
export { type CookieJar, cookieJar } from "./cookie-jar.ts";
export { judgeStore, type OpenStore, type StoreCheck, storeContract, type Verdict } from "./store-contract.ts";

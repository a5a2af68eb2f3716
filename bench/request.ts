/** A request for `/` over https, without a cookie. */
import type { RequestMap } from "../src/index.ts";

export const request: RequestMap = {
  method: "GET",
  scheme: "https",
  host: "example.com",
  uri: "/",
  queryString: "",
  headers: {},
  body: null,
  remoteAddress: undefined,
  signal: new AbortController().signal,
};

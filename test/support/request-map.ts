/** A request map for handlers that are called without a server. */
import type { RequestMap } from "../../src/ring.ts";

export function requestMap(method = "GET", uri = "/", more: Partial<RequestMap> = {}): RequestMap {
  return {
    method,
    scheme: "http",
    host: "localhost",
    uri,
    queryString: "",
    headers: Object.create(null),
    body: null,
    remoteAddress: "127.0.0.1",
    signal: new AbortController().signal,
    ...more,
  };
}

/** A request of node:http as a request map. Nothing that a visitor sends makes it throw. */
import type { IncomingMessage } from "node:http";
import type { Origin, ReadForwarded } from "../forwarded/origin.ts";
import { unmapped } from "../forwarded/trusted.ts";
import type { RequestMap } from "../ring.ts";

export function nodeRequestMap(req: IncomingMessage, signal: AbortSignal, behindProxy: ReadForwarded): RequestMap {
  const headers = headerRecord(req);
  const { authority, uri, queryString } = target(req.url ?? "/");
  const address = req.socket.remoteAddress;
  const direct: Origin = {
    scheme: "encrypted" in req.socket && req.socket.encrypted === true ? "https" : "http",
    host: authority ?? headers.host ?? pseudo(req, ":authority") ?? "",
    remoteAddress: address === undefined ? undefined : unmapped(address),
  };
  const body = hasBody(req) ? bodyStream(req) : null;
  return { method: req.method ?? "GET", uri, queryString, headers, body, signal, ...behindProxy(direct, headers) };
}

/**
 * The request target (RFC 9112, 3.2): `/path?query` as sent, `//evil.example` and `/a/../b` too; `*`; of
 * `http://host/path` the authority counts over the Host header.
 */
function target(url: string): { authority: string | undefined; uri: string; queryString: string } {
  const [, authority, rest] = /^[a-z][a-z\d+.-]*:\/\/([^/?#]*)(.*)$/is.exec(url) ?? [undefined, undefined, url];
  const mark = (rest ?? "").indexOf("?");
  const path = mark === -1 ? (rest ?? "") : (rest ?? "").slice(0, mark);
  return {
    authority: authority?.slice(authority.lastIndexOf("@") + 1),
    uri: path === "" ? "/" : path,
    queryString: mark === -1 ? "" : (rest ?? "").slice(mark + 1),
  };
}

// Node has joined repeated headers already, Cookie by "; ", and kept the first of those that may stand once.
function headerRecord(req: IncomingMessage): RequestMap["headers"] {
  const headers: Record<string, string | undefined> = Object.create(null);
  for (const [name, value] of Object.entries(req.headers)) {
    if (name === "upgrade" && req.httpVersion === "1.0") continue; // RFC 9110, 7.8: to be ignored
    if (!name.startsWith(":")) headers[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return headers;
}

function pseudo(req: IncomingMessage, name: string): string | undefined {
  const value = req.headers[name];
  return typeof value === "string" ? value : undefined;
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

// Reads from the socket only when asked (highWaterMark 0): a body that nobody reads costs nothing, and Node discards it
// after the response. One that is left half read is discarded here, so that the connection can be used again.
function bodyStream(req: IncomingMessage): ReadableStream<Uint8Array> {
  let chunks: AsyncIterator<Uint8Array> | undefined;
  const source: UnderlyingDefaultSource<Uint8Array> = {
    async pull(controller) {
      chunks ??= req.iterator({ destroyOnReturn: false });
      const { done, value } = await chunks.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await chunks?.return?.();
      req.resume();
    },
  };
  return new ReadableStream(source, { highWaterMark: 0 });
}

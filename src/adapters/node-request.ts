/** A request of node:http as a request map. Nothing that a visitor sends makes it throw. */
import type { IncomingMessage } from "node:http";
import type { ServerHttp2Stream } from "node:http2";
import { cutOff } from "../body.ts";
import { plainAnswer } from "../failure/plain-answer.ts";
import type { ReadForwarded, Told } from "../forwarded/told.ts";
import { unmapped } from "../forwarded/trusted.ts";
import type { RequestMap, ResponseMap } from "../ring.ts";

/** `stream` where it is a request of HTTP/2, which Node has made look like one of HTTP/1. */
type MaybeHttp2 = IncomingMessage & { readonly stream?: ServerHttp2Stream };

export function nodeRequestMap(req: IncomingMessage, signal: AbortSignal, behindProxy: ReadForwarded): RequestMap {
  const { headers, direct, uri, queryString } = nodeRequestHead(req);
  const body = hasBody(req) ? bodyStream(req) : null;
  return { method: req.method ?? "GET", uri, queryString, headers, body, signal, ...behindProxy(direct, headers) };
}

/** What its head says, and who says it: before proxies are believed, or the host that has its own ways to do so. */
export function nodeRequestHead(
  req: IncomingMessage,
  url: string | undefined = req.url,
): Pick<RequestMap, "headers" | "uri" | "queryString"> & { readonly direct: Told } {
  const headers = headerRecord(req);
  const { authority, uri, queryString } = target(url ?? "/");
  const address = req.socket.remoteAddress;
  const direct: Told = {
    scheme: "encrypted" in req.socket && req.socket.encrypted === true ? "https" : "http",
    host: authority ?? headers.host ?? pseudo(req, ":authority") ?? "",
    remoteAddress: address === undefined ? undefined : unmapped(address),
  };
  return { headers, uri, queryString, direct };
}

/** Whether the client has gone, although its socket does not know yet: a peer of TCP without an address. */
export function hasGone({ socket }: IncomingMessage): boolean {
  return socket.remoteAddress === undefined && socket.localAddress !== undefined; // a Unix socket has neither
}

/** RFC 9112, 3.2: to be answered 400. Somebody in front of this server may have believed the other one. */
export function hasTwoHosts({ rawHeaders }: IncomingMessage): boolean {
  return rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === "host").length > 1;
}

/** The answer to what is no request for the application. */
export function badRequest(): ResponseMap {
  const answer = plainAnswer(400);
  return { ...answer, headers: { ...answer.headers, connection: "close" } };
}

/**
 * The request target (RFC 9112, 3.2): `/path?query` as sent, `//evil.example` and `/a/../b` too; `*`; of
 * `http://host/path` the authority counts over the Host header.
 */
export function target(url: string): { authority: string | undefined; uri: string; queryString: string } {
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

// RFC 9112, 6.3: with neither of the two there is none. In HTTP/2 there is one unless the headers ended the stream; no
// header need say so (RFC 9113, 8.1).
function hasBody(req: MaybeHttp2): boolean {
  const { "transfer-encoding": coding, "content-length": length } = req.headers;
  if (coding !== undefined || length !== undefined) return coding !== undefined || Number(length) > 0;
  return req.stream?.endAfterHeaders === false;
}

// Reads from the socket only when asked (highWaterMark 0): a body that nobody reads costs nothing, and Node discards it
// after the response. One that is left half read is discarded here, so that the connection can be used again. One that
// breaks off is the visitor's fault (400), whoever reads it.
function bodyStream(req: MaybeHttp2): ReadableStream<Uint8Array> {
  const { stream } = req;
  let chunks: AsyncIterator<Uint8Array> | undefined;
  const source: UnderlyingDefaultSource<Uint8Array> = {
    async pull(controller) {
      chunks ??= req.iterator({ destroyOnReturn: false });
      const { done, value } = await chunks.next().catch((cause: unknown) => Promise.reject(cutOff(cause)));
      if (done && (await wasReset(stream))) throw cutOff(new Error("the client reset the stream"));
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

// Of a stream of HTTP/2 that the client resets (RST_STREAM), Node first ends the body as if it were whole, and says only
// then that it was not.
async function wasReset(stream: ServerHttp2Stream | undefined): Promise<boolean> {
  if (!stream) return false;
  await new Promise(setImmediate);
  return stream.aborted || (stream.rstCode ?? 0) !== 0;
}

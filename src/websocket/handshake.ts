/** The opening handshake of RFC 6455, section 4.2, as far as it is plain HTTP. Nothing that a visitor sends makes it throw. */
import { TOKEN } from "../cookies/grammar.ts";
import { reasonPhrase } from "../reason-phrases.ts";
import type { RequestMap, ResponseMap } from "../ring.ts";

type Headers = { readonly [Name in "content-length" | "transfer-encoding"]?: string | undefined };
type Asked = Pick<RequestMap, "method" | "headers" | "body">;

/** Whether the request asks for its connection to become a WebSocket. What else is in it `handshakeFault` looks at. */
export function asksForWebSocket({ method, headers, body }: Asked): boolean {
  return (
    method === "GET" &&
    body === null &&
    !saysBody(headers) && // a body that was read away is one all the same
    headers.upgrade?.toLowerCase() === "websocket" &&
    tokens(headers.connection).some((each) => each.toLowerCase() === "upgrade")
  );
}

/** Whether there is a body by the headers of HTTP/1.1 (RFC 9112, 6.3). */
export function saysBody(headers: Headers): boolean {
  return Number(headers["content-length"] ?? 0) !== 0 || headers["transfer-encoding"] !== undefined;
}

/** With these a peer is told that there is a WebSocket here (RFC 9110, 7.8 and 15.5.22). */
export const UPGRADE_HEADERS: ResponseMap["headers"] = { upgrade: "websocket", connection: "upgrade" };

/** The answer to a handshake that cannot be completed: 426 to another version than 13, 400 to the rest. */
export function handshakeFault({ headers }: Pick<RequestMap, "headers">): ResponseMap | undefined {
  if (headers["sec-websocket-version"] !== "13")
    return refused(426, { ...UPGRADE_HEADERS, "sec-websocket-version": "13" }); // RFC 6455, 4.4
  if (!/^[+/\dA-Za-z]{22}==$/.test(headers["sec-websocket-key"] ?? "")) return refused(400);
  return offeredProtocols(headers) ? undefined : refused(400);
}

/** The subprotocol to agree on: of those the response names, in its order, the first that the client offered; else `""`. */
export function agreedProtocol(asked: RequestMap["headers"], answered: ResponseMap["headers"]): string {
  const offered = offeredProtocols(asked) ?? [];
  const known = [answered[PROTOCOL] ?? []].flat().flatMap(tokens);
  return known.find((each) => offered.includes(each)) ?? "";
}

/** What only the handshake itself may say on a 101, and what RFC 9110 forbids there. */
const OWN_HEADERS: ReadonlySet<string> = new Set([
  "connection",
  "upgrade",
  "content-length",
  "keep-alive",
  "sec-websocket-accept",
  "sec-websocket-extensions",
  "sec-websocket-protocol",
  "sec-websocket-version",
]);

/** The response's headers as lines for the 101, each Set-Cookie one of its own. */
export function handshakeLines(headers: ResponseMap["headers"]): readonly string[] {
  return Object.entries(headers)
    .filter(([name]) => !OWN_HEADERS.has(name))
    .flatMap(([name, value]) => [value].flat().map((each) => `${name}: ${each}`));
}

const PROTOCOL = "sec-websocket-protocol";

// A list of tokens without repetition (RFC 6455, 4.1, 10); `undefined` for anything else.
function offeredProtocols(headers: RequestMap["headers"]): readonly string[] | undefined {
  const given = headers[PROTOCOL];
  if (given === undefined) return [];
  const offered = given.split(",").map((each) => each.trim());
  return offered.every((each) => TOKEN.test(each)) && new Set(offered).size === offered.length ? offered : undefined;
}

function tokens(list: string | undefined): readonly string[] {
  return (list ?? "").split(",").map((each) => each.trim());
}

function refused(status: number, headers: ResponseMap["headers"] = {}): ResponseMap {
  const type = { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" };
  return { status, headers: { ...type, ...headers }, body: reasonPhrase(status) };
}

/** The response of a handler of Fetch with what belongs into its head. */
import type { ResponseMap } from "../ring.ts";

/** Nothing where a runtime has answered by itself: Bun, when it upgrades to a WebSocket. */
export type Answered = Response | undefined;

/** Its head as a map; a handshake's where there is none. */
export function headOf(response: Answered): ResponseMap {
  const headers: Record<string, string | readonly string[]> = Object.create(null);
  for (const [name, value] of response?.headers ?? []) headers[name] = value;
  const cookies = response?.headers.getSetCookie() ?? [];
  if (cookies.length > 0) headers["set-cookie"] = cookies;
  return { status: response?.status ?? 101, headers: { ...headers }, body: null };
}

/**
 * The response with these headers, as a copy where it can be: who gave it may give it again to somebody else, and the headers
 * of many cannot be changed, as those of `fetch` and `Response.redirect`. `request` is whom it answers; `lost` is told of
 * cookies that a handshake cannot take.
 */
export function withHead(
  response: Answered,
  headers: ResponseMap["headers"],
  request: Request,
  lost: () => void,
): Answered {
  const before = headOf(response).headers;
  const changed = Object.entries(headers).filter(([name, value]) => String(before[name]) !== String(value));
  if (changed.length === 0) return response;
  if (response === undefined || response.status === 101) return ofHandshake(response, changed, lost);
  if (mayBeText(response)) {
    setAll(response.headers, changed);
    changedFor.set(response, request);
    return response;
  }
  const copy = new Response(response.body, response); // its body goes on to the copy, unread
  setAll(copy.headers, changed);
  return copy;
}

/** Bun gives text its Content-Type only when it is sent, and of a copy or a clone it cannot tell any more that it was text. */
function mayBeText({ status, headers }: Response): boolean {
  const hasBody = ![204, 205].includes(status) && !(status >= 300 && status < 400);
  return hasBody && !headers.has("content-type") && !new Response("").headers.has("content-type");
}

/** Those that were changed themselves, with the request that they answer. */
const changedFor = new WeakMap<Response, Request>();

/** Throws where a response has the head of another request: nobody gets another's cookies. */
export function checkOwn(response: Answered, request: Request): void {
  if (response && (changedFor.get(response) ?? request) !== request) throw new TypeError(AGAIN);
}

const AGAIN =
  "this Response has answered another request: make a new one for each, or give it a Content-Type, as Response.json does";

type Changed = ReadonlyArray<readonly [string, string | readonly string[]]>;

/** There is no copy of one that holds a WebSocket. */
function ofHandshake(response: Answered, changed: Changed, lost: () => void): Answered {
  try {
    setAll(response!.headers, changed); // Deno's and workerd's take them
  } catch {
    if (changed.some(([name]) => name === "set-cookie")) lost();
  }
  return response;
}

function setAll(target: Headers, headers: Changed): void {
  for (const [name, value] of headers) {
    if (typeof value === "string") {
      target.set(name, value);
      continue;
    }
    target.delete(name);
    for (const one of value) target.append(name, one);
  }
}

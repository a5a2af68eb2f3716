/** The response of a handler of Fetch with what belongs into its head. */
import { letGo } from "../body.ts";
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
 * The response with these headers, as a copy: who gave it may give it again to somebody else, and the headers of many cannot
 * be changed, as those of `fetch` and `Response.redirect`. `lost` is told of cookies that a handshake cannot take.
 */
export function withHead(response: Answered, headers: ResponseMap["headers"], lost: () => void): Answered {
  const before = headOf(response).headers;
  const changed = Object.entries(headers).filter(([name, value]) => String(before[name]) !== String(value));
  if (changed.length === 0) return response;
  if (response === undefined || response.status === 101) return ofHandshake(response, changed, lost);
  const copy = copyOf(response);
  setAll(copy.headers, changed);
  return copy;
}

/** Its body goes on to the copy, unread. */
function copyOf(response: Response): Response {
  if (response.headers.has("content-type") || !saysTypeLate()) return new Response(response.body, response);
  const clone = response.clone(); // of a stream alone nobody could tell that it was text
  letGo(response.body);
  return clone;
}

/** Bun gives text its Content-Type only when it is sent. */
const saysTypeLate = (): boolean => !new Response("").headers.has("content-type");

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

/** Lending in the servers of Fetch: a Response is in hand before it is sent, so nothing need be held back. */

import { RinglightError } from "../errors.ts";
import type { Face } from "../faces/face.ts";
import type { LentToHost } from "../faces/lent.ts";
import { plainAnswer } from "../failure/plain-answer.ts";
import { statusOf } from "../failure/status-of.ts";
import { readForm } from "../form.ts";
import { report } from "../on-error.ts";
import type { RequestMap, ResponseMap } from "../ring.ts";
import { fetchResponse } from "./fetch-map.ts";

/** Nothing where a runtime has answered by itself: Bun, when it upgrades to a WebSocket. */
type Answered = Response | undefined;

/**
 * Lends to one request, and gives the response to send: the handler's with what belongs into its head, or another in its
 * place. Rejects with what the handler throws, and with what failed before it ran.
 */
export async function lendOnFetch<Response_ extends Answered>(
  lending: Face<object, unknown>,
  request: RequestMap,
  run: (lent: LentToHost) => Promise<Response_>,
): Promise<Response_ | Response> {
  let answered: { readonly response: Response_ } | undefined;
  try {
    const head = await lending.serve(request, async (lent) => {
      answered = { response: await run(lent) };
      return headOf(answered.response);
    });
    if (!answered) return fetchResponse(head);
    const lost = () => report(lending.onError, new RinglightError("ERR_RESPONSE_SHAPE", LOST), request);
    return withHead(answered.response, head.headers, lost) as Response_;
  } catch (error) {
    if (!answered) throw error;
    report(lending.onError, error, request);
    answered.response?.body?.cancel().catch(() => {});
    return fetchResponse(plainAnswer(statusOf(error)));
  }
}

/** With the fields of a form, where a token in one is asked for; the handler can read the body all the same. */
export async function withForm(
  { wantsForm }: Face<object, unknown>,
  map: RequestMap,
  request: Request,
): Promise<RequestMap> {
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(map.headers["content-type"] ?? "");
  if (!wantsForm || !isForm || request.bodyUsed) return map;
  try {
    const form = await readForm({ ...map, body: request.clone().body });
    return { ...map, formParams: Object.fromEntries(form) } as RequestMap;
  } catch {
    return map; // too large, too slow, cut off: no token came
  }
}

function headOf(response: Answered): ResponseMap {
  const headers: Record<string, string | readonly string[]> = Object.create(null);
  for (const [name, value] of response?.headers ?? []) headers[name] = value;
  const cookies = response?.headers.getSetCookie() ?? [];
  if (cookies.length > 0) headers["set-cookie"] = cookies;
  return { status: response?.status ?? 101, headers: { ...headers }, body: null };
}

/**
 * The response with these headers, as a copy: who gave it may give it again to somebody else, and the headers of many cannot
 * be changed, as those of `fetch` and `Response.redirect`.
 */
function withHead(response: Answered, headers: ResponseMap["headers"], lost: () => void): Answered {
  const before = headOf(response).headers;
  const changed = Object.entries(headers).filter(([name, value]) => String(before[name]) !== String(value));
  if (changed.length === 0) return response;
  if (response === undefined || response.status === 101) return ofHandshake(response, changed, lost);
  const copy = new Response(response.body, response);
  setAll(copy.headers, changed);
  return copy;
}

type Changed = ReadonlyArray<readonly [string, string | readonly string[]]>;

/** There is no copy of one that holds a WebSocket; `lost` is told of cookies that it cannot take. */
function ofHandshake(response: Answered, changed: Changed, lost: () => void): Answered {
  try {
    setAll(response!.headers, changed); // workerd's takes them
  } catch {
    if (changed.some(([name]) => name === "set-cookie")) lost();
  }
  return response;
}

const LOST =
  "this runtime has answered the handshake by itself, and a cookie could not be sent with it: begin and renew sessions in a request before";

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

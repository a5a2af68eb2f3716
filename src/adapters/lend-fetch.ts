/** Lending in the servers of Fetch: a Response is in hand before it is sent, so nothing need be held back. */
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
    return answered ? (withHead(answered.response, head.headers) as Response_) : fetchResponse(head);
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

/** The response with these headers; a copy where its own cannot be changed, as those of `fetch` and `Response.redirect`. */
function withHead(response: Answered, headers: ResponseMap["headers"]): Answered {
  if (!response) return undefined;
  const before = headOf(response).headers;
  const changed = Object.entries(headers).filter(([name, value]) => String(before[name]) !== String(value));
  if (changed.length === 0) return response;
  try {
    setAll(response.headers, changed);
    return response;
  } catch {
    const { status, statusText } = response;
    const copy = new Response(response.body, { status, statusText, headers: response.headers });
    setAll(copy.headers, changed);
    return copy;
  }
}

function setAll(target: Headers, headers: ReadonlyArray<readonly [string, string | readonly string[]]>): void {
  for (const [name, value] of headers) {
    if (typeof value === "string") {
      target.set(name, value);
      continue;
    }
    target.delete(name);
    for (const one of value) target.append(name, one);
  }
}

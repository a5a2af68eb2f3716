/** Lending in the servers of Fetch: a Response is in hand before it is sent, so nothing need be held back. */
import { letGo } from "../body.ts";
import { RinglightError } from "../errors.ts";
import type { Face } from "../faces/face.ts";
import type { LentToHost } from "../faces/lent.ts";
import { plainAnswer } from "../failure/plain-answer.ts";
import { statusOf } from "../failure/status-of.ts";
import { readForm } from "../form.ts";
import { report } from "../on-error.ts";
import type { RequestMap } from "../ring.ts";
import { fetchResponse } from "./fetch-map.ts";
import { type Answered, checkOwn, headOf, withHead } from "./lent-response.ts";

/**
 * Lends to one request, and gives the response to send: the handler's with what belongs into its head, or another in its
 * place. Rejects with what the handler throws, and with what failed before it ran.
 */
export async function lendOnFetch<Response_ extends Answered>(
  lending: Face<object, unknown>,
  request: RequestMap,
  raw: Request,
  run: (lent: LentToHost) => Promise<Response_>,
): Promise<Response_ | Response> {
  let answered: { readonly response: Response_ } | undefined;
  try {
    const head = await lending.serve(request, async (lent) => {
      answered = { response: await run(lent) };
      checkOwn(answered.response, raw);
      return headOf(answered.response);
    });
    if (!answered) return fetchResponse(head);
    const lost = () => report(lending.onError, new RinglightError("ERR_RESPONSE_SHAPE", LOST), request);
    if (isStandIn(request, answered.response) && head.headers["set-cookie"] !== undefined) lost();
    return withHead(answered.response, head.headers, raw, lost) as Response_;
  } catch (error) {
    if (!answered) throw error;
    report(lending.onError, error, request);
    letGo(answered.response?.body ?? null);
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

/** What Hono answers on Bun, which has answered the handshake: nobody sends that. On Node its head goes with the 101. */
function isStandIn({ headers }: RequestMap, response: Answered): boolean {
  const isHandshake = /^websocket$/i.test(headers.upgrade ?? "") && "Bun" in globalThis;
  return isHandshake && response?.status === 200 && response.body === null;
}

const LOST =
  "this runtime has answered the handshake by itself, and a cookie could not be sent with it: begin and renew sessions in a request before";

/** A middleware around a handler that answers what it is told, asked once. */
import { text } from "../../src/response.ts";
import type { RequestMap, ResponseMap } from "../../src/ring.ts";
import type { AnyHandler } from "../../src/testing/middleware-contract.ts";
import { requestMap } from "./request-map.ts";

/** What comes out for an answer, and what the handler got; `seen` is undefined where it was not asked. */
export async function answering(
  wrap: (handler: AnyHandler) => AnyHandler,
  request: RequestMap = requestMap(),
  answer: unknown = text("ok"),
): Promise<{ readonly response: ResponseMap; readonly seen: (RequestMap & Record<string, unknown>) | undefined }> {
  let seen: (RequestMap & Record<string, unknown>) | undefined;
  const response = await wrap((given) => {
    seen = given;
    return answer;
  })(request);
  return { response, seen };
}

/** A 200 with these headers. */
export function withHeaders(headers: ResponseMap["headers"], status = 200): ResponseMap {
  return { status, headers, body: "ok" };
}

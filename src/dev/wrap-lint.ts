/** `wrapLint`: request and response maps held against SPEC.md, sentence by sentence. */
import { badOption, checkNames } from "../errors.ts";
import { inProduction } from "../production.ts";
import type { Middleware, RequestMap, ResponseMap } from "../ring.ts";
import { lintKeptKeys, lintKeptResponseKeys } from "./kept-keys.ts";
import { lintRequest } from "./lint-request.ts";
import { lintResponse } from "./lint-response.ts";
import { lintSession } from "./lint-session.ts";
import { readOnce } from "./read-once.ts";
import { readOnly } from "./read-only.ts";

/** The options of `wrapLint`; one that cannot be throws `ERR_OPTION` when it is built. */
export interface LintOptions {
  /** Response keys that middleware of your own take, further out than this. */
  readonly keys?: readonly string[] | undefined;
}

/**
 * Checks the request that comes from outside and the response that comes from inside, and throws at the first that
 * SPEC.md does not allow: `ERR_RESPONSE_SHAPE`, `ERR_RESPONSE_KEY`, else `ERR_LINT`, with the sentence's number and the
 * remedy. So it stands between the one who is at fault and everybody else; next to the handler it watches that, and
 * anywhere else what is inside it. It may stand several times: an inner one also sees which keys of the request
 * were dropped on the way, an outer one which of the response.
 *
 * What is inside gets a request that throws when it is changed in place, or when its body is read again after its end.
 * With NODE_ENV=production this is no middleware at all.
 */
export function wrapLint(options: LintOptions = {}): Middleware {
  checkNames(options, ["keys"], "wrapLint");
  const { keys = [] } = options;
  if (!Array.isArray(keys) || !keys.every((key) => typeof key === "string")) {
    throw badOption("keys", "must be a list of response keys");
  }
  if (inProduction()) return (handler) => handler;
  return (handler) => async (request) => {
    lintRequest(request);
    const left = lintKeptKeys(request);
    try {
      if (request.body) readOnce(request.body);
      const checkSession = lintSession(request);
      const response = await handler(guarded(request));
      lintKeptResponseKeys(request, response);
      lintResponse(response, request, keys);
      checkSession(response as ResponseMap);
      return response;
    } finally {
      left();
    }
  };
}

function guarded<R extends RequestMap>(request: R): R {
  const headers = Object.assign(Object.create(Object.getPrototypeOf(request.headers)), request.headers);
  return readOnly({ ...request, headers: readOnly(headers, "request.headers") }, "request");
}

/** What every adapter does between a server and a handler: runs it, and lets nothing out that is not a response. */
import { meantName } from "../did-you-mean.ts";
import { badOption, RinglightError } from "../errors.ts";
import { plainAnswer } from "../failure/plain-answer.ts";
import { statusOf } from "../failure/status-of.ts";
import { type OnError, printError, report } from "../on-error.ts";
import { SENT, TAKEN, takerOf } from "../response-keys.ts";
import { checkShape, lengthOf } from "../response-shape.ts";
import { type Handler, isMarked, isPlain, type RequestMap, type ResponseMap } from "../ring.ts";
import { HOST_SESSION } from "../session/host-session.ts";
import { checkListener, type WebSocketUpgrade } from "../websocket/listener.ts";

/** Throws `ERR_OPTION` for what no adapter can serve; one that has no sessions of a host's, for what needs one. */
export function checkServed(app: Handler, onError: OnError | undefined, hasHostSession = false): void {
  if (typeof app !== "function" || "use" in app)
    throw badOption("app", "must be a handler: a stack becomes one when it is given one, stack.use(…)(handler)");
  if (isMarked(app, HOST_SESSION) && !hasHostSession)
    throw badOption(
      "app",
      "hostStore() is for toExpress, toFastify and toKoa; here wrapSession needs a store of its own",
    );
  if (onError !== undefined && typeof onError !== "function") throw badOption("onError", "must be a function");
}

/**
 * Runs the handler and checks what it answered. Never rejects: an error becomes a plain text response with the error's
 * own `status`, where it has a whole number from 400 to 599, else 500, and the status's reason phrase, nothing else.
 *
 * Refuses, as 500: `ERR_RESPONSE_SHAPE` (no plain object, a status not in 200–599, a header or body that cannot be
 * sent), `ERR_RESPONSE_KEY` (a key that no middleware took). HEAD, 204, 205 and 304 get no body; their stream is cancelled.
 */
export async function answer(
  handler: Handler,
  request: RequestMap,
  onError: OnError = printError,
): Promise<ResponseMap> {
  return answerWith(handler, request, onError, false);
}

/** A response that may turn the connection into a WebSocket. */
export interface UpgradingResponse extends ResponseMap {
  readonly upgrade?: WebSocketUpgrade | undefined;
}

/** As `answer`, for a connection that can become a WebSocket. Elsewhere an answer with one is `ERR_RESPONSE_KEY`, 501. */
export async function answerUpgrade(
  handler: Handler,
  request: RequestMap,
  onError: OnError,
): Promise<UpgradingResponse> {
  return answerWith(handler, request, onError, true);
}

async function answerWith(
  handler: Handler,
  request: RequestMap,
  onError: OnError,
  canUpgrade: boolean,
): Promise<UpgradingResponse> {
  try {
    const response = checked(await handler(request), request.method, canUpgrade);
    return withoutBody(response, request) ? await emptied(response, request) : response;
  } catch (error) {
    report(onError, error, request);
    return failure(request, statusOf(error));
  }
}

function failure({ method }: RequestMap, status: number): ResponseMap {
  const answer = plainAnswer(status);
  return method === "HEAD" ? { ...answer, body: null } : answer;
}

function withoutBody({ status }: ResponseMap, { method }: RequestMap): boolean {
  return method === "HEAD" || status === 204 || status === 205 || status === 304;
}

// HEAD has the headers of GET (RFC 9110, 9.3.2), the length too where it is known.
async function emptied({ status, headers, body }: ResponseMap, { method }: RequestMap): Promise<ResponseMap> {
  if (body instanceof ReadableStream) body.cancel().catch(() => {}); // not waited for: it may hang
  if (status === 204 || status === 205) {
    const { "content-length": _, ...others } = headers; // RFC 9110, 8.6: no length where no body may be
    return { status, headers: others, body: null };
  }
  const length =
    method === "HEAD" && status !== 304 && headers["content-length"] === undefined ? lengthOf(body) : undefined;
  return {
    status,
    headers: length === undefined ? headers : { ...headers, "content-length": String(length) },
    body: null,
  };
}

function checked(answered: unknown, method: string, canUpgrade: boolean): UpgradingResponse {
  const response: UpgradingResponse = checkShape(answered, method);
  const { status, headers, body, upgrade } = response;
  const left = Object.entries(response).find(([key, value]) => !SENT.includes(key) && value !== undefined);
  if (left) throw unknownKey(left[0]);
  if (upgrade === undefined) return { status, headers, body };
  if (!isPlain(upgrade)) throw unknownKey("upgrade");
  checkListener(upgrade.listener);
  if (canUpgrade) return { status, headers, body, upgrade };
  const remedy = "on Node serve(app, { websocket: await webSockets() }) does, Fetch runtimes do not yet";
  throw new RinglightError("ERR_RESPONSE_KEY", `nothing here opens WebSockets: ${remedy}`, { status: 501 });
}

function unknownKey(key: string): RinglightError {
  const meant = meantName(key, [...SENT, ...Object.keys(TAKEN)]);
  const taker = takerOf(key)?.middleware;
  const missing = taker ? `first .use(${taker})` : "it is misspelt, or its middleware is missing";
  const hint = meant ? `did you mean ${meant}?` : missing;
  return new RinglightError("ERR_RESPONSE_KEY", `no middleware took response.${key}: ${hint}`);
}

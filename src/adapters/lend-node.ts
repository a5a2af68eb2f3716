/** Lending on node:http: what Express, Connect, Fastify, Koa and bare listeners have in common. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Face } from "../faces/face.ts";
import type { LentToHost } from "../faces/lent.ts";
import type { Told } from "../forwarded/told.ts";
import { report } from "../on-error.ts";
import { isPlain, type RequestMap, type ResponseMap } from "../ring.ts";
import { type DeferredHead, deferHead } from "./deferred-head.ts";
import { nodeRequestHead } from "./node-request.ts";
import { sendNode } from "./node-response.ts";

/** A host's half of one request. */
export interface NodeHost {
  /** Runs its handlers. */
  run(lent: LentToHost): void;
  /** Is handed what failed before they ran: a session that could not be opened. */
  failed(error: unknown): void;
  /** Sends the answer to a request that was refused: they never run. Default: to the response itself. */
  refuse?(response: ResponseMap): unknown;
}

/** Lends to one request. Never rejects. */
export async function lendOnNode(
  { serve, onError }: Face<object, unknown>,
  request: RequestMap,
  res: ServerResponse,
  host: NodeHost,
): Promise<void> {
  let head: DeferredHead | undefined;
  try {
    const response = await serve(request, (lent) => {
      head = deferHead(res);
      host.run(lent);
      return head.asked;
    });
    if (head) return head.release(response.headers);
    await (host.refuse ? host.refuse(response) : sendNode(res, response));
  } catch (error) {
    if (!head) return host.failed(error);
    report(onError, error, request);
    head.fail(error);
  }
}

/**
 * The request as the middleware see it: its head, by the whole URL that was asked for, who says what of it, and what the
 * host's parser has made of a form.
 */
export function headRequest(
  req: IncomingMessage,
  url: string | undefined,
  told: Told | ((direct: Told, headers: RequestMap["headers"]) => Told),
  form: unknown,
): RequestMap {
  const { headers, direct, uri, queryString } = nodeRequestHead(req, url);
  const who = typeof told === "function" ? told(direct, headers) : told;
  const head = { method: req.method ?? "GET", uri, queryString, headers, body: null, signal: NEVER_ABORTED, ...who };
  return isPlain(form) ? ({ ...head, formParams: form } as RequestMap) : head;
}

/** These hosts have their own ways to tell that the client went away. */
const NEVER_ABORTED = new AbortController().signal;

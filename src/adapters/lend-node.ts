/** Lending on node:http: what Express, Connect, Fastify, Koa and bare listeners have in common. */
import type { ServerResponse } from "node:http";
import type { Face } from "../faces/face.ts";
import type { LentToHost } from "../faces/lent.ts";
import { report } from "../on-error.ts";
import type { RequestMap } from "../ring.ts";
import { type DeferredHead, deferHead } from "./deferred-head.ts";
import { sendNode } from "./node-response.ts";

/** A host's half of one request. */
export interface NodeHost {
  /** Runs its handlers. */
  run(lent: LentToHost): void;
  /** Is handed what failed before they ran: a session that could not be opened. */
  failed(error: unknown): void;
}

/** Lends to one request. What it answers by itself, to a request that it refuses, it sends; then the host's handlers never run. */
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
    if (head) head.release(response.headers);
    else await sendNode(res, response);
  } catch (error) {
    if (!head) return host.failed(error);
    report(onError, error, request);
    head.fail(error);
  }
}

/** A signal for requests whose host has its own way to tell that the client went away. */
export const NEVER_ABORTED: AbortSignal = new AbortController().signal;

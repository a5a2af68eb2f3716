/** What mounts in hosts of node:http share: the request that a host has, and headers beside those that it has set. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import type { Mounted } from "../context/mount.ts";
import type { ReadForwarded } from "../forwarded/told.ts";
import type { OnError } from "../on-error.ts";
import { withVary } from "../response-header.ts";
import { badShape } from "../response-shape.ts";
import type { Handler, RequestMap, ResponseMap } from "../ring.ts";
import type { HostSession, WithHostSession } from "../session/host-session.ts";
import { answer } from "./edge.ts";
import { type Place, placed, readBefore } from "./host-place.ts";
import { badRequest, hasTwoHosts, nodeRequestMap } from "./node-request.ts";

/** What a host tells of a request beside node:http. */
export interface HostTold extends Place {
  /** Scheme, host and address as the host takes them. */
  readonly told: ReadForwarded;
  readonly session: HostSession | undefined;
  /** What to do where a parser has read the body already. */
  readonly remedy: string;
}

export type HostRequest = RequestMap & Mounted & WithHostSession;

/** The request of the mounted application, `undefined` where that is not asked; its `signal` ends with the response. */
export function hostRequest(req: IncomingMessage, res: ServerResponse, host: HostTold): HostRequest | undefined {
  const controller = new AbortController();
  const map = nodeRequestMap(req, controller.signal, host.told);
  const body = map.body && req.readableDidRead ? readBefore(host.remedy) : map.body;
  const request = placed({ ...map, body }, host);
  if (!request) return undefined;
  res.once("close", () => {
    if (!res.writableFinished) controller.abort();
    if (body && !body.locked) body.cancel().catch(() => {});
  });
  return { ...request, hostSession: host.session };
}

/** Never rejects, as `answer`; two Host headers are 400 as under `toNode`. */
export function hostAnswer(
  app: Handler,
  req: IncomingMessage,
  request: HostRequest,
  onError: OnError,
): Promise<ResponseMap> {
  return answer(hasTwoHosts(req) ? badRequest : app, request, onError);
}

/** The response's headers beside the host's: each Set-Cookie of both, and what either says in Vary. */
export function besideHost(
  { headers }: ResponseMap,
  host: (name: string) => number | string | readonly string[] | undefined,
): ResponseMap["headers"] {
  const cookies = [host("set-cookie") ?? [], headers["set-cookie"] ?? []].flat().map(String);
  const theirs = [host("vary") ?? []].flat().join(",").split(",");
  const names = theirs.map((name) => name.trim()).filter((name) => name !== "");
  const varied = names.reduce(withVary, headers);
  return cookies.length === 0 ? varied : { ...varied, "set-cookie": cookies };
}

/**
 * A body stream for a host that sends Node's: cancelled when the client goes away. Where it fails, or gives what are no
 * octets, `failed` is told, and cuts the connection.
 */
export function nodeStream(body: ReadableStream<Uint8Array>, failed: (error: unknown) => void): Readable {
  const reader = body.getReader();
  const stream = new Readable({
    read() {
      reader.read().then(
        ({ done, value }) => {
          if (done) stream.push(null);
          else if (value instanceof Uint8Array) stream.push(value);
          else fail(badShape("a stream's chunks must be Uint8Arrays: encode text first"));
        },
        (error: unknown) => fail(error ?? new Error("the body stream failed, and did not say why")),
      );
    },
    destroy(error, done) {
      reader.cancel().catch(() => {}); // ends a read that is under way, too
      done(error);
    },
  });
  const fail = (error: unknown): void => {
    if (stream.destroyed) return;
    failed(error);
    stream.destroy();
  };
  return stream;
}

/** Requests with bodies: as request maps, and as bytes on a socket. */
import type { RequestMap } from "../../src/ring.ts";
import { requestMap } from "./request-map.ts";

export const FORM = "application/x-www-form-urlencoded";

/** A body that arrives in these chunks. */
export function streamed(chunks: readonly (string | Uint8Array)[]): ReadableStream<Uint8Array> {
  const left = chunks.map((chunk) => (typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk));
  return new ReadableStream(
    {
      pull(controller) {
        const chunk = left.shift();
        if (chunk) controller.enqueue(chunk);
        else controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}

/** A body that a test looks at: how much of it was asked for, and whether it was let go. */
export interface Watched {
  readonly body: ReadableStream<Uint8Array>;
  readonly seen: { pulled: number; cancelled: boolean };
}

/** A body that never ends; of chunks of this size, or silent after `chunks` of them. */
export function endless(size = 1000, chunks: number = Number.POSITIVE_INFINITY): Watched {
  const seen = { pulled: 0, cancelled: false };
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (seen.pulled++ < chunks) return controller.enqueue(new Uint8Array(size).fill(97));
        return new Promise(() => {});
      },
      cancel: () => {
        seen.cancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { body, seen };
}

/** A POST of a form. */
export function postedForm(
  body: string | ReadableStream<Uint8Array>,
  { type = FORM, headers = {}, ...more }: Partial<RequestMap> & { readonly type?: string } = {},
): RequestMap {
  return requestMap("POST", "/", {
    headers: Object.assign(Object.create(null), { "content-type": type, ...headers }),
    body: typeof body === "string" ? streamed([body]) : body,
    ...more,
  });
}

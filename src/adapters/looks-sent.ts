/** A response that says it was sent, though it is held back. */
import type { ServerResponse } from "node:http";

const TOO_LATE = ["setHeader", "setHeaders", "appendHeader", "removeHeader"] as const;

/** While it is held the host must not take it for open: it would answer a second time, or change a head that has been asked for. */
export function looksSent(res: ServerResponse, isHeld: () => boolean, isEnded: () => boolean): void {
  const own = (name: "headersSent" | "writableEnded", isTrue: () => boolean) => {
    const get = getterOf(res, name);
    Object.defineProperty(res, name, { get: () => isTrue() || get.call(res), configurable: true });
  };
  own("headersSent", isHeld);
  own("writableEnded", () => isHeld() && isEnded());
  for (const name of TOO_LATE) {
    const method = res[name] as ((...given: unknown[]) => unknown) | undefined;
    if (!method) continue; // HTTP/2 has not all of them
    (res as unknown as Record<string, unknown>)[name] = (...given: unknown[]) => {
      if (isHeld())
        throw Object.assign(new Error("Cannot set headers after they are sent to the client"), {
          code: "ERR_HTTP_HEADERS_SENT",
        });
      return method.apply(res, given);
    };
  }
}

function getterOf(object: object, name: string): () => unknown {
  for (let at: object | null = object; at; at = Object.getPrototypeOf(at)) {
    const get = Object.getOwnPropertyDescriptor(at, name)?.get;
    if (get) return get;
  }
  return () => false;
}

/** A body that says so when it is read a second time. */
import { violation } from "./violation.ts";

const WAYS = ["getReader", "tee", "pipeTo", "pipeThrough", "values", Symbol.asyncIterator] as const;

/**
 * Makes reading a body that was read to its end an error (`ERR_LINT`). The stream alone would give nothing, as if the
 * visitor had sent nothing. Where the runtime does not tell what was read (Node does), nothing is checked.
 */
export function readOnce(body: ReadableStream<Uint8Array>): void {
  const streams = globalThis.process?.getBuiltinModule?.("node:stream") as unknown as Told | undefined;
  const { isDisturbed, isReadable, isErrored } = streams ?? {};
  if (!isDisturbed || !isReadable || !isErrored) return;
  const spent = () => isDisturbed(body) && !isReadable(body) && !isErrored(body);
  for (const way of WAYS) {
    const original = body[way] as (this: unknown, ...args: unknown[]) => unknown;
    const checked = function (this: unknown, ...args: unknown[]): unknown {
      if (!spent()) return original.apply(this, args);
      const again = violation(
        "1.2",
        "request.body was read before, and is empty now: read it once, and keep the result",
      );
      if (way === "pipeTo") return Promise.reject(again);
      throw again;
    };
    Object.defineProperty(body, way, { value: checked, configurable: true, writable: true });
  }
}

/** What node:stream tells of web streams. */
type Told = { readonly [K in "isDisturbed" | "isReadable" | "isErrored"]?: (stream: ReadableStream) => boolean };

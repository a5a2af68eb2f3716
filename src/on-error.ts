/** Where errors go that no visitor sees: the option `onError` of everything that serves. */
import type { RequestMap } from "./ring.ts";

/**
 * Is told of every error that a request ended in, the one of a broken stream too. Default `console.error`. The visitor
 * never sees it. What it throws or rejects with itself is dropped.
 */
export type OnError = (error: unknown, request: RequestMap) => unknown;

/** Prints the error. Not the request: its headers hold the visitor's cookies. */
export const printError: OnError = (error) => console.error(error);

/** Tells `onError`, whatever it does. */
export function report(onError: OnError, error: unknown, request: RequestMap): void {
  try {
    Promise.resolve(onError(error, request)).catch(() => {});
  } catch {
    // An error while an error is told must not cost the visitor his answer.
  }
}

/** A session that was changed in place, and not answered: the change is lost. */
import type { RequestMap } from "../ring.ts";
import { violation } from "./violation.ts";

/**
 * Call it before the handler runs, and what it gives with the answer. A plain session is frozen, and throws by itself;
 * this finds what cannot be frozen, a typed array or an instance of a class of yours, as far as JSON shows it.
 */
export function lintSession(request: RequestMap & { readonly session?: unknown }): (response: object) => void {
  const before = shown(request.session);
  return (response) => {
    if ((response as { readonly session?: unknown }).session !== undefined || shown(request.session) === before) return;
    throw violation(
      "5.2.1",
      "request.session was changed in place, and the change is lost: answer session: { ...session, key: changed }",
    );
  };
}

function shown(session: unknown): string | undefined {
  try {
    return JSON.stringify(session);
  } catch {
    return undefined; // a bigint, or a circle, that a codec keeps
  }
}

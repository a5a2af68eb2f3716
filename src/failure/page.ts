/** The page for a failure where the application has none of its own: status, reason phrase and id, nothing else. */
import { askedKind } from "../asked-kind.ts";
import { reasonPhrase } from "../reason-phrases.ts";
import type { RequestMap, ResponseMap } from "../ring.ts";
import { failureMarkup } from "./markup.ts";
import { byAccept, plainAnswer } from "./plain-answer.ts";

/** HTML where the request asks for that by name, else JSON where it asks for JSON, else text. Without `id` none is shown. */
export function failurePage(status: number, request: RequestMap, id?: string): ResponseMap {
  const kind = askedKind(request);
  return byAccept(plainAnswer(status, kind, said(status, id, kind)));
}

function said(status: number, id: string | undefined, kind: ReturnType<typeof askedKind>): string {
  const phrase = reasonPhrase(status);
  if (kind === "json") return JSON.stringify({ error: { status, message: phrase, id } });
  if (kind === "text") return `${phrase}\n${id === undefined ? "" : `Error id: ${id}\n`}`;
  const reference = id === undefined ? [] : [`<p>If you report this, say this id: <code>${id}</code></p>`];
  return failureMarkup(status, {}, reference);
}

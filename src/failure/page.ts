/** The page for a failure where the application has none of its own: status, reason phrase and id, nothing else. */
import { askedKind } from "../asked-kind.ts";
import { reasonPhrase } from "../reason-phrases.ts";
import type { RequestMap, ResponseMap } from "../ring.ts";

/**
 * JSON where the request asks for JSON and not for HTML, HTML where it asks for that by name, else text. No style and no
 * script, so that every Content-Security-Policy lets it be. Never cached. Without `id` none is shown.
 */
export function failurePage(status: number, request: RequestMap, id?: string): ResponseMap {
  const { type, body } = said(reasonPhrase(status), status, id, askedKind(request));
  return {
    status,
    headers: { "content-type": type, "cache-control": "no-store", vary: "Accept", "x-content-type-options": "nosniff" },
    body,
  };
}

function said(
  phrase: string,
  status: number,
  id: string | undefined,
  kind: ReturnType<typeof askedKind>,
): { type: string; body: string } {
  if (kind === "html") return { type: "text/html; charset=utf-8", body: markup(phrase, id) };
  if (kind === "json")
    return { type: "application/json", body: JSON.stringify({ error: { status, message: phrase, id } }) };
  return { type: "text/plain; charset=utf-8", body: `${phrase}\n${id === undefined ? "" : `Error id: ${id}\n`}` };
}

function markup(phrase: string, id: string | undefined): string {
  const reference = id === undefined ? "" : `\n<p>If you report this, say this id: <code>${id}</code></p>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${phrase}</title>
</head>
<body>
<main>
<h1>${phrase}</h1>${reference}
</main>
</body>
</html>
`;
}

/** An error as a page for a browser: by Youch (https://github.com/poppinss/youch), or plain where that is not installed. */

import { escapeHtml } from "../escape-html.ts";
import { failureMarkup } from "../failure/markup.ts";
import { reasonPhrase } from "../reason-phrases.ts";
import type { RequestMap } from "../ring.ts";
import { asText, type ShownError } from "./shown-error.ts";

/** The page and its Content-Security-Policy. Youch is loaded at the first error. */
export async function errorHtml(
  shown: ShownError,
  request: RequestMap & { readonly cspNonce?: unknown },
): Promise<{ readonly body: string; readonly policy: string }> {
  const nonce = typeof request.cspNonce === "string" ? request.cspNonce : crypto.randomUUID();
  const body = await byYouch(shown, request, nonce).catch((failed: unknown) => plainPage(shown, failed));
  return { body, policy: policyWith(nonce) };
}

// Youch prints some of what it is given as it is, so nothing but its own scripts may run. The hash is that of
// `copyErrorMessage(this)`, its one script in an attribute; 'self' is for the script of wrapReload.
function policyWith(nonce: string): string {
  const script = `'self' 'nonce-${nonce}' 'unsafe-hashes' 'sha256-7TqQJF3K4wrZpxSqn+IJ/s3Y705jL5IIk8Ga5HVJD1s='`;
  return `default-src 'none'; script-src ${script}; style-src 'unsafe-inline'; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
}

async function byYouch(shown: ShownError, request: RequestMap, nonce: string): Promise<string> {
  const { Youch } = await import("youch");
  const { method, uri, queryString } = request;
  return new Youch().toHTML(bareError(shown), {
    title: `${shown.status} ${reasonPhrase(shown.status)}`,
    cspNonce: escapeHtml(nonce),
    request: { url: queryString === "" ? uri : `${uri}?${queryString}`, method, headers: safeHeaders(request.headers) },
  });
}

/** A fresh Error that holds nothing but the words: Youch prints every property of what it gets. */
function bareError({ name, message, code, frames, causes }: ShownError): Error {
  const bare =
    causes.length > 0 ? new Error(message, { cause: causes.map(causeText).join("\n\n") }) : new Error(message);
  bare.name = name;
  // Of a stack without frames Youch makes one out of the words before it, and prints it as it is.
  bare.stack = frames.length > 0 ? ["Error", ...frames.map((frame) => `    ${frame}`)].join("\n") : "";
  return code === undefined ? bare : Object.assign(bare, { code });
}

function causeText({ name, message, frames }: ShownError["causes"][number]): string {
  return [`${name}: ${message}`, ...frames].join("\n");
}

/** Headers that say what a client is and wants. Others may be secrets: Cookie, Authorization, Referer, X-Csrf-Token. */
const SHOWN_HEADERS: readonly string[] = [
  "accept",
  "accept-encoding",
  "accept-language",
  "content-length",
  "content-type",
  "host",
  "origin",
  "sec-fetch-dest",
  "sec-fetch-mode",
  "sec-fetch-site",
  "user-agent",
  "x-requested-with",
];

function safeHeaders(headers: RequestMap["headers"]): Record<string, string> {
  return Object.fromEntries(SHOWN_HEADERS.flatMap((name) => (headers[name] ? [[name, headers[name]]] : [])));
}

function plainPage(shown: ShownError, failed: unknown): string {
  const missing = (failed as { readonly code?: unknown } | undefined)?.code === "ERR_MODULE_NOT_FOUND";
  const hint = missing
    ? "For the source and a page that is easier to read: <code>npm install youch</code>"
    : `Youch failed: ${escapeHtml((failed as Error | undefined)?.message ?? failed)}`;
  return failureMarkup(shown.status, {}, [`<pre>${escapeHtml(asText(shown))}</pre>`, `<p>${hint}</p>`]);
}

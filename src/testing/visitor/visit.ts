/** What came back: the answer to a request, read whole, after all redirects. */
import type { Followed, Redirect } from "./follow.ts";
import { unprinted, unwritten } from "./unprinted.ts";

/** An answer. `console.log` prints its status and path alone. */
export interface Visit {
  readonly status: number;
  readonly headers: Headers;
  /** Of the last request, with the fragment. */
  readonly url: string;
  /** The answers before this one, that led here. */
  readonly redirects: readonly Redirect[];
  /** Every Set-Cookie line that came, those of redirects first. */
  readonly setCookies: readonly string[];
  /** The body, as UTF-8. */
  text(): string;
  /** The body as JSON; throws a SyntaxError for what is none. */
  json<Json = unknown>(): Json;
  /** The body's octets. */
  bytes(): Uint8Array<ArrayBuffer>;
}

/** Reads the body to its end. */
export async function visitOf({ response, url, redirects }: Followed): Promise<Visit> {
  const octets = new Uint8Array(await response.arrayBuffer());
  const { status, headers } = response;
  const text = () => new TextDecoder().decode(octets);
  const visit: Visit = {
    status,
    headers,
    url,
    redirects: redirects.map((redirect) => unwritten(redirect, shown)),
    setCookies: unprinted(
      [...redirects, response].flatMap((answer) => answer.headers.getSetCookie()),
      (lines) => lines.map((line) => line.replace(/=[^;]*/, "=…")),
    ),
    text,
    json: <Json>() => JSON.parse(text()) as Json,
    bytes: () => octets.slice(),
  };
  return unwritten(visit, shown);
}

/** What may be printed of an answer: no header, no query. */
export function shown({ status, url }: { readonly status: number; readonly url: string }): {
  readonly status: number;
  readonly path: string;
} {
  return { status, path: new URL(url).pathname };
}

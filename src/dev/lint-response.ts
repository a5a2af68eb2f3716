/** What SPEC.md, section 2, says of a response map, checked where it comes out. */
import { meantName } from "../did-you-mean.ts";
import { SENT, TAKEN, takerOf } from "../response-keys.ts";
import { checkShape } from "../response-shape.ts";
import { isPlain, type RequestMap, type ResponseMap } from "../ring.ts";
import { kindOf, violation } from "./violation.ts";

/**
 * Throws `ERR_RESPONSE_SHAPE`, `ERR_RESPONSE_KEY` or `ERR_LINT` for what is no response map here. `own` are the keys that
 * the application's own middleware take.
 */
export function lintResponse(response: unknown, request: RequestMap, own: readonly string[]): void {
  if (!isPlain(response)) {
    const words = `a handler answers a plain object of status, headers and body, not ${kindOf(response)}`;
    throw violation("2.3", words, "ERR_RESPONSE_SHAPE");
  }
  lintKeys(response, request, own);
  if (isPlain(response.headers)) lintHeaders(response.headers);
  const { status, headers, body } = checked(response, request.method);
  if ((status === 204 || status === 205 || status === 304) && body !== null) {
    throw violation("2.4", `a ${status} has no body, and this one would be dropped: body must be null`);
  }
  lintLocation(status, headers.location);
  const isText = typeof body === "string" || body instanceof Uint8Array;
  if (isText && body.length > 0 && headers["content-type"] === undefined) {
    throw violation(
      "18.6",
      "a body without content-type is guessed at by browsers: add one, or use text(), html() or json()",
    );
  }
}

function lintKeys(response: Readonly<Record<string, unknown>>, request: RequestMap, own: readonly string[]): void {
  for (const [key, value] of Object.entries(response)) {
    if (SENT.includes(key) || own.includes(key) || value === undefined) continue;
    const taker = takerOf(key);
    if (taker && Object.hasOwn(request, taker.requestKey)) continue;
    throw violation(
      "2.2",
      `no middleware outside takes response.${key}: ${hint(key, taker?.middleware, own)}`,
      "ERR_RESPONSE_KEY",
    );
  }
}

function hint(key: string, middleware: string | undefined, own: readonly string[]): string {
  if (middleware !== undefined) return `first .use(${middleware})`;
  const meant = meantName(key, [...SENT, ...Object.keys(TAKEN), ...own]);
  if (meant !== undefined) return `did you mean ${meant}?`;
  return `it is misspelt, or one of your own takes it: wrapLint({ keys: [${JSON.stringify(key)}] }), wrapDev({ lint: { keys: … } })`;
}

/** The shape as the edge checks it, under the number of its sentence. */
function checked(response: Readonly<Record<string, unknown>>, method: string): ResponseMap {
  try {
    return checkShape(response, method);
  } catch (error) {
    throw violation("2.3", (error as Error).message, "ERR_RESPONSE_SHAPE");
  }
}

function lintHeaders(headers: Readonly<Record<string, unknown>>): void {
  for (const name of Object.keys(headers)) {
    const lower = name.toLowerCase();
    if (name !== lower) throw violation("2.1", `the header ${name} must have its name in lower case: ${lower}`);
  }
  const lines: readonly unknown[] = [headers["set-cookie"] ?? []].flat();
  // A comma is followed by `name=` only where the next cookie begins: in Expires a date goes on.
  if (lines.some((line) => typeof line === "string" && /,\s*[!#$%&'*+\-.^_`|~\w]+=/.test(line))) {
    throw violation(
      "4.4",
      "Set-Cookie lines are folded into one, which browsers read as one cookie: give an array of lines",
    );
  }
}

const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];

function lintLocation(status: number, location: string | readonly string[] | undefined): void {
  if (location === undefined) {
    if (!REDIRECTS.includes(status)) return;
    throw violation("18.6", `a ${status} without location leads nowhere: use redirect(location)`);
  }
  // What redirect() lets through.
  if (typeof location === "string" && /^[!#$%&'()*+,\-./0-9:;=?@A-Z[\\\]_a-z~]+$/.test(location)) return;
  throw violation(
    "18.6",
    "location must be one URI reference, percent-encoded where it is not ASCII: use redirect(location)",
  );
}

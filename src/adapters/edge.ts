/** What every adapter does between a server and a handler: runs it, and lets nothing out that is not a response. */
import { type ErrorCode, RinglightError } from "../errors.ts";
import type { Handler, RequestMap, ResponseMap } from "../ring.ts";
import { reasonPhrase } from "./reason-phrases.ts";

/**
 * Is told of every error that a request ended in, the one of a broken stream too. Default `console.error`. The visitor
 * never sees it. What it throws or rejects with itself is dropped.
 */
export type OnError = (error: unknown, request: RequestMap) => unknown;

/** Prints the error. Not the request: its headers hold the visitor's cookies. */
export const printError: OnError = (error) => console.error(error);

/**
 * Runs the handler and checks what it answered. Never rejects: an error becomes a plain text response with the error's
 * own `status` (500 unless it is a `RinglightError`) and the status's reason phrase, nothing else.
 *
 * Refuses, as 500: `ERR_RESPONSE_SHAPE` (no plain object, a status not in 200–599, a header or body that cannot be
 * sent), `ERR_RESPONSE_KEY` (a key that no middleware took). HEAD, 204 and 304 get no body; their stream is cancelled.
 */
export async function answer(
  handler: Handler,
  request: RequestMap,
  onError: OnError = printError,
): Promise<ResponseMap> {
  try {
    const response = checked(await handler(request));
    return withoutBody(response, request) ? await emptied(response, request) : response;
  } catch (error) {
    report(onError, error, request);
    return failure(request, error instanceof RinglightError ? error.status : 500);
  }
}

/** Tells `onError`, whatever it does. */
export function report(onError: OnError, error: unknown, request: RequestMap): void {
  try {
    Promise.resolve(onError(error, request)).catch(() => {});
  } catch {
    // An error while an error is told must not cost the visitor his answer.
  }
}

function failure({ method }: RequestMap, status: number): ResponseMap {
  const body = method === "HEAD" ? null : reasonPhrase(status);
  return { status, headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" }, body };
}

function withoutBody({ status }: ResponseMap, { method }: RequestMap): boolean {
  return method === "HEAD" || status === 204 || status === 304;
}

// HEAD has the headers of GET (RFC 9110, 9.3.2), the length too where it is known.
async function emptied({ status, headers, body }: ResponseMap, { method }: RequestMap): Promise<ResponseMap> {
  if (body instanceof ReadableStream) await body.cancel().catch(() => {});
  const length =
    method === "HEAD" && status !== 204 && status !== 304 && headers["content-length"] === undefined
      ? lengthOf(body)
      : undefined;
  return {
    status,
    headers: length === undefined ? headers : { ...headers, "content-length": String(length) },
    body: null,
  };
}

function lengthOf(body: ResponseMap["body"]): number | undefined {
  if (typeof body === "string") return new TextEncoder().encode(body).byteLength;
  return body instanceof Uint8Array ? body.byteLength : undefined;
}

function checked(response: unknown): ResponseMap {
  if (!isRecord(response))
    throw badShape(`a handler answers an object of status, headers and body, not ${kind(response)}`);
  const { status, headers, body } = response;
  const left = Object.keys(response).find((key) => !RESPONSE_KEYS.includes(key) && response[key] !== undefined);
  if (left !== undefined) throw unknownKey(left);
  if (!Number.isInteger(status) || (status as number) < 200 || (status as number) > 599) {
    throw badShape("status must be a whole number from 200 to 599");
  }
  if (!isRecord(headers)) throw badShape(`headers must be an object, not ${kind(headers)}`);
  if (!isBody(body)) throw badShape(`body must be a string, Uint8Array, ReadableStream or null, not ${kind(body)}`);
  if (body instanceof ReadableStream && body.locked) throw badShape("body is a stream that somebody else reads");
  return { status: status as number, headers: checkedHeaders(headers), body };
}

// RFC 9110, 5.1 (token) and 5.5: no CR, LF or NUL in a value, and nothing above Latin-1, which no server can write.
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Names in lower case, with no prototype; a header whose value is undefined is none. */
function checkedHeaders(headers: Readonly<Record<string, unknown>>): ResponseMap["headers"] {
  const sent: Record<string, string | readonly string[]> = Object.create(null);
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) continue;
    if (!NAME.test(name)) throw badShape(`${JSON.stringify(name)} is not a header name`);
    const key = name.toLowerCase();
    if (key in sent) throw badShape(`the header ${key} stands twice, in two spellings`);
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    if (!values.every((one) => typeof one === "string" && VALUE.test(one))) {
      throw badShape(
        `the header ${key} must be a string, or strings, that HTTP can carry: no line break, no control, no character above U+00FF`,
      );
    }
    sent[key] = value as string | readonly string[];
  }
  return sent;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

function isBody(body: unknown): body is ResponseMap["body"] {
  return body === null || typeof body === "string" || body instanceof Uint8Array || body instanceof ReadableStream;
}

function kind(value: unknown): string {
  if (value === null) return "null";
  if (typeof value !== "object") return typeof value;
  return Object.getPrototypeOf(value)?.constructor?.name ?? "object";
}

function badShape(message: string): RinglightError {
  return new RinglightError("ERR_RESPONSE_SHAPE" satisfies ErrorCode, message);
}

const RESPONSE_KEYS: readonly string[] = ["status", "headers", "body"];
const TAKEN_BY_MIDDLEWARE: readonly string[] = ["session", "flash", "cookies", "sessionCookieAttrs"];

function unknownKey(key: string): RinglightError {
  const known = [...RESPONSE_KEYS, ...TAKEN_BY_MIDDLEWARE];
  const meant = known.includes(key)
    ? undefined
    : known.find((name) => distance(key.toLowerCase(), name.toLowerCase()) <= 2);
  const hint = meant ? `did you mean ${meant}?` : "it is misspelt, or its middleware is missing";
  return new RinglightError("ERR_RESPONSE_KEY", `no middleware took response.${key}: ${hint}`);
}

/** How many letters must be added, dropped or changed (Levenshtein). */
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next[j] = Math.min(change, row[j]! + 1, next[j - 1]! + 1);
    }
    row = next;
  }
  return row[b.length]!;
}

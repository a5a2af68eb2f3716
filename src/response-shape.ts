/** What is a response and what is not: checked by whoever must know before it acts on one, the edge last. */

import { RinglightError } from "./errors.ts";
import { TOKEN } from "./http-token.ts";
import { isPlain, type ResponseMap } from "./ring.ts";

/**
 * The response with its headers' names in lower case. Throws `ERR_RESPONSE_SHAPE` for what is none: no plain object, a
 * status not in 200–599 (101 where a WebSocket goes with it, and no other there), a header or a body that HTTP cannot
 * carry. Other keys are left to the middleware they are for.
 */
export function checkShape<Response>(response: Response, method: string): Response & ResponseMap {
  if (!isPlain(response))
    throw badShape(`a handler answers an object of status, headers and body, not ${kind(response)}`);
  const { status, headers, body, websocket, upgrade } = response as Readonly<Record<string, unknown>>;
  const upgrades = websocket !== undefined || upgrade !== undefined; // before wrapWebSocket and after it
  if (status === undefined)
    throw badShape(
      "a response has no status: build it from text(), html() or redirect(), or add one; was a promise spread that was not awaited?",
    );
  if (upgrades) checkUpgrade(status, body);
  else if (!Number.isInteger(status) || (status as number) < 200 || (status as number) > 599) {
    throw badShape("status must be a whole number from 200 to 599");
  }
  if (!isPlain(headers)) throw badShape(`headers must be a plain object, not ${kind(headers)}`);
  if (!isBody(body)) throw badShape(`body must be a string, Uint8Array, ReadableStream or null, not ${kind(body)}`);
  if (body instanceof ReadableStream && body.locked) throw badShape("body is a stream that somebody else reads");
  const sent = checkedHeaders(headers);
  if (upgrades && sent["content-length"] !== undefined) throw badShape("a 101 has no content-length"); // RFC 9110, 8.6
  checkLength(sent, method === "HEAD" || status === 304 ? undefined : body); // these tell the length that GET would have
  return { ...response, headers: sent } as Response & ResponseMap;
}

function checkUpgrade(status: unknown, body: unknown): void {
  if (status !== 101 || body !== null)
    throw badShape("a WebSocket goes with status 101 and body null: answer upgradeWebSocket(listener)");
}

/** The octets of a body that is not a stream. */
export function lengthOf(body: ResponseMap["body"]): number | undefined {
  if (typeof body === "string") return new TextEncoder().encode(body).byteLength;
  return body instanceof Uint8Array ? body.byteLength : undefined;
}

// RFC 9110, 5.5: no CR, LF or NUL, and nothing above Latin-1, which no server can write.
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Names in lower case, with no prototype; a header whose value is undefined is none. */
function checkedHeaders(headers: Readonly<Record<string, unknown>>): ResponseMap["headers"] {
  const sent: Record<string, string | readonly string[]> = Object.create(null);
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) continue;
    if (!TOKEN.test(name)) throw badShape(`${JSON.stringify(name)} is not a header name`);
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

// A length that is not the body's lets what is left over pass for the next response on the connection (RFC 9112, 11.2).
function checkLength(headers: ResponseMap["headers"], body: ResponseMap["body"] | undefined): void {
  if (headers["transfer-encoding"] !== undefined) throw badShape("transfer-encoding is the server's to choose");
  const given = headers["content-length"];
  if (given === undefined) return;
  if (typeof given !== "string" || !/^\d{1,15}$/.test(given)) throw badShape("content-length must be one number");
  const length = body === undefined ? undefined : body === null ? 0 : lengthOf(body);
  if (length !== undefined && length !== Number(given))
    throw badShape(`content-length says ${given}, the body has ${length} octets: leave the header out`);
}

function isBody(body: unknown): body is ResponseMap["body"] {
  return body === null || typeof body === "string" || body instanceof Uint8Array || body instanceof ReadableStream;
}

function kind(value: unknown): string {
  if (value === null) return "null";
  if (typeof value !== "object") return typeof value;
  return Object.getPrototypeOf(value)?.constructor?.name ?? "object";
}

export function badShape(message: string): RinglightError {
  return new RinglightError("ERR_RESPONSE_SHAPE", message);
}

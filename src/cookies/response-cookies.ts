/** The Set-Cookie header among a response's headers. */
import { headerOf, withHeaderValue } from "../response-header.ts";
import type { ResponseMap } from "../ring.ts";
import { trimmed } from "./parse.ts";

type Headers = ResponseMap["headers"];

/**
 * The headers with one Set-Cookie line more, always as an array. An earlier line for the same cookie-name is replaced:
 * a server MUST NOT send two (RFC 6265bis, 4.1.1). Lines are never folded into one.
 */
export function withSetCookie(headers: Headers, line: string): Headers {
  const name = nameOf(line);
  const others = lines(headers).filter((other) => nameOf(other) !== name);
  return withHeaderValue(headers, "set-cookie", [...others, line]);
}

/** The names of the cookies that the headers set. */
export function setCookieNames(headers: Headers): readonly string[] {
  return lines(headers).map(nameOf);
}

function lines(headers: Headers): readonly string[] {
  const present = headerOf(headers, "set-cookie") ?? [];
  return typeof present === "string" ? [present] : present;
}

function nameOf(line: string): string {
  const end = line.search(/[=;]/);
  return trimmed(line, 0, end === -1 ? line.length : end);
}

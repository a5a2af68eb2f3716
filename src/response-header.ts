/** A response's headers by name. The edge lowers their case last, so a middleware finds them in whatever case they are. */
import type { ResponseMap } from "./ring.ts";

type Headers = ResponseMap["headers"];

/** The name as the response has it, `undefined` where it has none; `name` in lower case. */
export function headerKey(headers: Headers, name: string): string | undefined {
  return Object.keys(headers).find((key) => key.toLowerCase() === name && headers[key] !== undefined);
}

/** A header's value, several joined by `", "`; `name` in lower case. */
export function headerValue(headers: Headers, name: string): string | undefined {
  const key = headerKey(headers, name);
  return key === undefined ? undefined : [headers[key] ?? []].flat().join(", ");
}

/** The headers with one set in place of what was there. */
export function withHeaderValue(headers: Headers, name: string, value: string): Headers {
  return { ...headers, [headerKey(headers, name) ?? name]: value };
}

/** Adds a request header's name to Vary (RFC 9110, 12.5.5), unless it or `*` stands there. */
export function withVary(headers: Headers, field: string): Headers {
  const present = headerValue(headers, "vary") ?? "";
  const names = present.split(",").map((name) => name.trim().toLowerCase());
  if (names.includes("*") || names.includes(field.toLowerCase())) return headers;
  return withHeaderValue(headers, "vary", present.trim() === "" ? field : `${present}, ${field}`);
}

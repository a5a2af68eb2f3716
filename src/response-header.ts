/** A response's headers by name. The edge lowers their case last, so a middleware finds them in whatever case they are. */
import type { ResponseMap } from "./ring.ts";

type Headers = ResponseMap["headers"];

/** The name as the response has it, `undefined` where it has none; `name` in lower case. */
export function headerKey(headers: Headers, name: string): string | undefined {
  const spells = (key: string) => key.length === name.length && key.toLowerCase() === name;
  return Object.keys(headers).find((key) => spells(key) && headers[key] !== undefined);
}

/** A header as the response has it; `name` in lower case. */
export function headerOf(headers: Headers, name: string): Headers[string] | undefined {
  const key = headerKey(headers, name);
  return key === undefined ? undefined : headers[key];
}

/** A header's value, several joined by `", "`; `name` in lower case. */
export function headerValue(headers: Headers, name: string): string | undefined {
  const value = headerOf(headers, name);
  return value === undefined ? undefined : [value].flat().join(", ");
}

/** The headers with one set in place of what was there, in its spelling; `name` in lower case. */
export function withHeaderValue(headers: Headers, name: string, value: Headers[string]): Headers {
  return { ...headers, [headerKey(headers, name) ?? name]: value };
}

/** The headers with several set in place of what was there, in its spelling. */
export function withHeaders(headers: Headers, more: Headers): Headers {
  return Object.entries(more).reduce((all, [name, value]) => withHeaderValue(all, name.toLowerCase(), value), headers);
}

/** The headers of an answer that takes another's place, over those of that one; what either says in Vary stays. */
export function inPlaceOf(before: Headers, answer: Headers): Headers {
  const headers = withHeaders(before, without(answer, ["vary"]));
  const varies = (headerValue(answer, "vary") ?? "").split(",").map((name) => name.trim());
  return varies.filter((name) => name !== "").reduce(withVary, headers);
}

/** The headers but for these; `names` in lower case. */
export function without(headers: Headers, names: readonly string[]): Headers {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name.toLowerCase())));
}

/** Adds a request header's name to Vary (RFC 9110, 12.5.5), unless it or `*` stands there. */
export function withVary(headers: Headers, field: string): Headers {
  const present = headerValue(headers, "vary") ?? "";
  const names = present.split(",").map((name) => name.trim().toLowerCase());
  if (names.includes("*") || names.includes(field.toLowerCase())) return headers;
  return withHeaderValue(headers, "vary", present.trim() === "" ? field : `${present}, ${field}`);
}

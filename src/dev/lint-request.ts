/** What SPEC.md, section 1, says of a request map, checked where it comes in. */
import { TOKEN } from "../http-token.ts";
import { isPlain, type RequestMap } from "../ring.ts";
import { kindOf, violation } from "./violation.ts";

/** Throws `ERR_LINT` for what is no request map: whatever stands outside, server or middleware, made it. */
export function lintRequest(request: unknown): asserts request is RequestMap {
  if (!isPlain(request)) {
    throw violation("1.1", `a request is a plain object, not ${kindOf(request)}: hand on { ...request, more }`);
  }
  for (const [key, property] of Object.entries(Object.getOwnPropertyDescriptors(request))) {
    if (property.get || property.set) {
      throw violation(
        "1.1",
        `request.${key} is a getter, which { ...request } would run: give its value, or a function`,
      );
    }
  }
  for (const [key, { must, holds }] of Object.entries(KEYS)) {
    if (!Object.hasOwn(request, key)) {
      throw violation(
        "1.2",
        `request.${key} is not there: a middleware outside hands on a new request, and not { ...request, more }`,
      );
    }
    if (!holds(request[key])) throw violation("1.2", `request.${key} must be ${must}`);
  }
  lintRequestHeaders(request.headers as RequestMap["headers"]);
}

const KEYS: Readonly<Record<string, { readonly must: string; readonly holds: (value: unknown) => boolean }>> = {
  method: {
    must: 'a method as it was sent, such as "GET"',
    holds: (value) => typeof value === "string" && TOKEN.test(value),
  },
  scheme: { must: '"http" or "https"', holds: (value) => value === "http" || value === "https" },
  host: { must: 'a string, "" where none was sent', holds: (value) => typeof value === "string" },
  uri: {
    must: 'the path without the query: "/account", or "*"',
    holds: (value) => typeof value === "string" && isPath(value),
  },
  queryString: { must: 'a string, what follows the "?", or ""', holds: (value) => typeof value === "string" },
  headers: { must: "a plain object; of a Headers use Object.fromEntries(headers)", holds: isPlain },
  body: { must: "a ReadableStream, or null", holds: (value) => value === null || value instanceof ReadableStream },
  remoteAddress: { must: "a string, or undefined", holds: (value) => value === undefined || typeof value === "string" },
  signal: { must: "an AbortSignal", holds: (value) => value instanceof AbortSignal },
};

// What is in it is the visitor's, and anything; `?` the server has split off.
function isPath(uri: string): boolean {
  return uri !== "" && !uri.includes("?");
}

function lintRequestHeaders(headers: RequestMap["headers"]): void {
  for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(headers))) {
    if (name !== name.toLowerCase()) {
      throw violation("1.2", `the request header ${name} must have its name in lower case: ${name.toLowerCase()}`);
    }
    const { value } = property;
    if (property.get || (value !== undefined && typeof value !== "string")) {
      throw violation("1.2", `the request header ${name} must be a string, repeated ones joined, not ${kindOf(value)}`);
    }
  }
}

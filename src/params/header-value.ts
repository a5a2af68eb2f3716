/** Header values with parameters, as Content-Type and Content-Disposition have them: `type; name=value; name="value"`. */

/** A value, and its parameters in order. Names are in lower case. */
export interface HeaderValue {
  readonly value: string;
  readonly params: ReadonlyArray<readonly [name: string, value: string]>;
}

// RFC 9110, 5.6.6; empty parameters are allowed.
const PARAM = /;[ \t]*(?:([!#$%&'*+\-.^_`|~\w]+)=("(?:[^"\\]|\\.)*"|[^\s;"]*))?[ \t]*/y;

/**
 * Reads one; `undefined` for what is none. In a quoted value a backslash stands for itself, but for `\"` and `\\`: some
 * clients send Windows paths as they are.
 */
export function headerValue(text: string): HeaderValue | undefined {
  const end = text.indexOf(";");
  const value = (end === -1 ? text : text.slice(0, end)).trim();
  const params: (readonly [string, string])[] = [];
  if (end === -1) return { value, params };
  PARAM.lastIndex = end;
  while (PARAM.lastIndex < text.length) {
    const match = PARAM.exec(text);
    if (!match) return undefined;
    const [, name, given] = match;
    if (name !== undefined) params.push([name.toLowerCase(), unquoted(given ?? "")]);
  }
  return { value, params };
}

function unquoted(value: string): string {
  return value.startsWith('"') ? value.slice(1, -1).replaceAll(/\\(["\\])/g, "$1") : value;
}

/** A Content-Type, taken apart (RFC 9110, 8.3.1). */

export interface MediaType {
  /** In lower case: `"text/html"`. */
  readonly type: string;
  /** In lower case, without quotes; the first where it stands twice. */
  readonly charset: string | undefined;
  /** The other parameters as they were written: `["boundary=x"]`. */
  readonly others: readonly string[];
}

const TOKEN = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";
const TYPE = new RegExp(`^[ \\t]*(${TOKEN}/${TOKEN})[ \\t]*`);
const PARAMETER = new RegExp(`;[ \\t]*(?:(${TOKEN})=(${TOKEN}|"(?:[^"\\\\]|\\\\.)*")[ \\t]*)?`, "y");

/** `undefined` for what is no media type, two of them among that. Never throws, in linear time. */
export function mediaType(value: string | undefined): MediaType | undefined {
  const [start, type] = TYPE.exec(value ?? "") ?? [];
  if (value === undefined || start === undefined || type === undefined) return undefined;
  let charset: string | undefined;
  const others: string[] = [];
  PARAMETER.lastIndex = start.length;
  while (PARAMETER.lastIndex < value.length) {
    const match = PARAMETER.exec(value);
    if (!match) return undefined;
    const [, name, given] = match;
    if (name === undefined || given === undefined) continue; // a semicolon by itself
    if (name.toLowerCase() === "charset") charset ??= unquoted(given).toLowerCase();
    else others.push(`${name}=${given}`);
  }
  return { type: type.toLowerCase(), charset, others };
}

/** Whether a charset is UTF-8, by either of its usual names. */
export function isUtf8(charset: string): boolean {
  return /^utf-?8$/i.test(charset);
}

function unquoted(value: string): string {
  return value.startsWith('"') ? value.slice(1, -1).replaceAll(/\\(.)/g, "$1") : value;
}

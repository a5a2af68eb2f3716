/** Header values with parameters, as Content-Type and Content-Disposition have them: `type; name=value; name="value"`. */

export interface HeaderValue {
  readonly value: string;
  /** In their order; one name may stand twice. */
  readonly params: readonly Parameter[];
}

export interface Parameter {
  /** In lower case. */
  readonly name: string;
  /** Without quotes. */
  readonly value: string;
  /** The value as it was written. */
  readonly raw: string;
}

// RFC 9110, 5.6.6; empty parameters are allowed, and unquoted values that are no tokens: clients write `boundary=a=b`.
const PARAM = /;[ \t]*(?:([!#$%&'*+\-.^_`|~\w]+)=("(?:[^"\\]|\\.)*"|[^\s;"]*))?[ \t]*/y;

/** Of one value, empty ones too: who needs more means harm. */
const MAX_PARAMS = 16;

/** Reads one; `undefined` for what is none, and for more than 16 parameters. Never throws, in linear time. */
export function headerValue(text: string): HeaderValue | undefined {
  const end = text.indexOf(";");
  const value = (end === -1 ? text : text.slice(0, end)).trim();
  const params: Parameter[] = [];
  if (end === -1) return { value, params };
  PARAM.lastIndex = end;
  for (let count = 1; PARAM.lastIndex < text.length; count++) {
    const match = count > MAX_PARAMS ? null : PARAM.exec(text);
    if (!match) return undefined;
    const [, name, raw = ""] = match;
    if (name !== undefined) params.push({ name: name.toLowerCase(), value: unquoted(raw, /\\(.)/g), raw });
  }
  return { value, params };
}

/** A written value without its quotes. `escaped` matches what a backslash stands before; RFC 9110, 5.6.4: anything. */
export function unquoted(raw: string, escaped: RegExp): string {
  return raw.startsWith('"') ? raw.slice(1, -1).replaceAll(escaped, "$1") : raw;
}

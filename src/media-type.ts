/** A Content-Type, taken apart (RFC 9110, 8.3.1). */
import { type Parameter, parseHeaderValue } from "./header-value.ts";

export interface MediaType {
  /** In lower case: `"text/html"`. */
  readonly type: string;
  readonly params: readonly Parameter[];
}

const TYPE = /^[!#$%&'*+\-.^_`|~\w]+\/[!#$%&'*+\-.^_`|~\w]+$/;

/** `undefined` for what is no media type: two of them, or one with a line break, among that. */
export function mediaType(value: string | undefined): MediaType | undefined {
  const read = /[^\S \t]/.test(value ?? "") ? undefined : parseHeaderValue(value ?? "");
  return read && TYPE.test(read.value) ? { type: read.value.toLowerCase(), params: read.params } : undefined;
}

/** Of two charsets the first. */
export function charsetOf({ params }: Pick<MediaType, "params">): string | undefined {
  return params.find(({ name }) => name === "charset")?.value;
}

/** Whether a charset is UTF-8, by either of its usual names. */
export function isUtf8(charset: string): boolean {
  return /^utf-?8$/i.test(charset);
}

/** What a format is: how data becomes octets, and octets data. */

/** A format for `wrapFormats`; `json()` is one. Write your own for one that is not here. */
export interface Format {
  /** For messages: `"json"`. */
  readonly name: string;
  /** Its media types, without parameters. The first is sent where `Accept` says no more than a wildcard. */
  readonly types: readonly [string, ...string[]];
  /**
   * The data of a body, no octet of which is trusted: whatever this throws is answered as 400. Give plain data: null,
   * booleans, numbers, strings, arrays, plain objects. `wrapFormats` looks through it afterwards (`checkRead`).
   */
  readonly read: (octets: Uint8Array) => unknown;
  /** The text, which is sent in UTF-8 and says so, or the octets. What it throws is an error of the handler's. */
  readonly write: (data: unknown) => string | Uint8Array;
}

/** What the formats of ringlight take, all of them. */
export interface FormatOptions {
  /** The media types in place of its own: `json({ types: ["application/json", "application/problem+json"] })`. */
  readonly types?: readonly [string, ...string[]] | undefined;
}

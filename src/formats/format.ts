/** What a format is: how data becomes octets, and octets data. */

/** A format for `wrapFormats`; `json()` is one. Write your own for one that is not here. */
export interface Format {
  /** For messages: `"json"`. */
  readonly name: string;
  /** Its media types, without parameters. The first is sent where `Accept` says no more than a wildcard. */
  readonly types: readonly [string, ...string[]];
  /**
   * The data of a body, no octet of which is trusted: whatever this throws is answered as 400. Give plain data: null,
   * booleans, numbers, strings, arrays, plain objects. `wrapFormats` looks through it afterwards, and answers 400 for more
   * than 200 levels, more than `maxValues` values, and for a key `__proto__`. A format that takes long for few octets counts
   * while it reads.
   */
  readonly read: (octets: Uint8Array, limits?: ReadLimits) => unknown;
  /**
   * The text, which is sent in UTF-8 and says so, or the octets. It is given the handler's data as it is, not looked through:
   * what it cannot write it must throw for, and that is an error of the handler's. The formats here do for what JSON lacks.
   */
  readonly write: (data: unknown) => string | Uint8Array;
}

/** What a format may read of one body. */
export interface ReadLimits {
  /** Numbers, texts, keys, arrays, objects, one by one. Default 100,000. */
  readonly maxValues?: number | undefined;
}

/** What the formats of ringlight take, all of them. */
export interface FormatTypes {
  /** The media types in place of its own: `json({ types: ["application/json", "application/problem+json"] })`. */
  readonly types?: readonly [string, ...string[]] | undefined;
}

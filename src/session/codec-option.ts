/** The option `codec`, tried out when the stack is built: what it would change without a word is found here, not in a session. */
import { badOption } from "../errors.ts";
import type { Codec } from "./codable.ts";
import { isJsonText } from "./codec.ts";

const INSTANT = 1_767_225_600_123;

/** Values that JSON would change, and whether one that came back is what was given. */
const PROBES: ReadonlyArray<readonly [what: string, value: unknown, same: (back: unknown) => boolean]> = [
  ["a Date", new Date(INSTANT), (back) => back instanceof Date && back.getTime() === INSTANT],
  ["a Map", new Map([["a", 1]]), (back) => back instanceof Map && back.size === 1 && back.get("a") === 1],
  ["a Set", new Set(["a"]), (back) => back instanceof Set && back.size === 1 && back.has("a")],
  ["a bigint", 2n ** 64n, (back) => back === 2n ** 64n],
];

/** Throws `ERR_OPTION` for what is no codec, changes a value without a word, or gives what is not JSON. */
export function checkedCodec(codec: Codec | undefined): Codec | undefined {
  if (codec === undefined) return undefined;
  if (typeof codec?.stringify !== "function" || typeof codec.parse !== "function")
    throw badOption("codec", 'must have stringify(value) and parse(text), as in import * as devalue from "devalue"');
  const kept = PROBES.filter(([what, value, same]) => keeps(codec, what, value, same));
  if (kept.length === 0) throw badOption("codec", "keeps neither a Date, a Map, a Set nor a bigint: leave it out");
  return codec;
}

function keeps(codec: Codec, what: string, value: unknown, same: (back: unknown) => boolean): boolean {
  let text: unknown;
  try {
    text = codec.stringify(value);
  } catch {
    return false; // it says so, and will in a session
  }
  if (!isJsonText(text)) throw badOption("codec", `stringify must give JSON text, at once; for ${what} it does not`);
  if (same(parsed(codec, text, what))) return true;
  throw badOption("codec", `${what} comes back as something else: stringify must keep a value or throw, as devalue's`);
}

function parsed(codec: Codec, text: string, what: string): unknown {
  try {
    return codec.parse(text);
  } catch (error) {
    throw badOption("codec", `parse cannot read what stringify wrote of ${what}: ${(error as Error).message}`);
  }
}

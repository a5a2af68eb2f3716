/** What a visitor's data may not hold, whatever the format. */
import { tooManyValues } from "../max-values.ts";
import { overLimit } from "../over-limit.ts";
import { MAX_DEPTH } from "../session/json.ts";

interface Looked {
  readonly maxValues?: number;
  /** Characters of all texts and keys together. */
  readonly maxText?: number;
  /** Is shown every value, and may throw. */
  readonly look?: (value: unknown) => void;
}

/**
 * Looks through data that was read, without recursion. Throws a `SyntaxError` for more than `MAX_DEPTH` levels, and for a
 * key `__proto__`: as JSON reads it it is a key like any other, but `Object.assign` and whatever else copies with `=` takes
 * it for the prototype (CWE-1321). Throws `ERR_PARAMS_LIMIT` for more than `maxValues` values and keys; one that is
 * referred to many times counts as many times, as it will when somebody goes through it. Likewise for more than `maxText`
 * characters: two octets of Transit stand for a text of any length that was there before.
 */
export function checkRead(
  data: unknown,
  { maxValues = Infinity, maxText = Infinity, look = () => {} }: Looked = {},
): void {
  let left = maxValues - 1;
  let characters = maxText;
  const read = (text: string): void => {
    characters -= text.length;
    if (characters < 0) throw overLimit(`a document that stands for more than ${maxText} characters`);
  };
  let level: unknown[] = [data];
  for (let depth = 0; level.length > 0; depth++) {
    const next: unknown[] = [];
    for (const value of level) {
      look(value);
      if (typeof value === "string") read(value);
      if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) continue;
      if (depth >= MAX_DEPTH) throw new SyntaxError(`more than ${MAX_DEPTH} levels`);
      if (Object.hasOwn(value, "__proto__")) throw new SyntaxError("a key is __proto__");
      const isArray = Array.isArray(value);
      const inside: unknown[] = isArray ? value : Object.values(value);
      if (!isArray) for (const key of Object.keys(value)) read(key);
      left -= isArray ? inside.length : 2 * inside.length;
      if (left < 0) throw tooManyValues(maxValues); // before they are gone through
      for (const inner of inside) next.push(inner);
    }
    level = next;
  }
}

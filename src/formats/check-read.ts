/** What a visitor's data may not hold, whatever the format. */
import { tooManyValues } from "../max-values.ts";
import { MAX_DEPTH } from "../session/json.ts";

interface Looked {
  readonly maxValues?: number;
  /** Is shown every value, and may throw. */
  readonly look?: (value: unknown) => void;
}

/**
 * Looks through data that was read, without recursion. Throws a `SyntaxError` for more than `MAX_DEPTH` levels, and for a
 * key `__proto__`: as JSON reads it it is a key like any other, but `Object.assign` and whatever else copies with `=` takes
 * it for the prototype (CWE-1321). Throws `ERR_PARAMS_LIMIT` for more than `maxValues` values and keys; one that is
 * referred to many times counts as many times, as it will when somebody goes through it.
 */
export function checkRead(data: unknown, { maxValues = Infinity, look = () => {} }: Looked = {}): void {
  let left = maxValues - 1;
  let level: unknown[] = [data];
  for (let depth = 0; level.length > 0; depth++) {
    const next: unknown[] = [];
    for (const value of level) {
      look(value);
      if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) continue;
      if (depth >= MAX_DEPTH) throw new SyntaxError(`more than ${MAX_DEPTH} levels`);
      if (Object.hasOwn(value, "__proto__")) throw new SyntaxError("a key is __proto__");
      const isArray = Array.isArray(value);
      const inside: unknown[] = isArray ? value : Object.values(value);
      left -= isArray ? inside.length : 2 * inside.length;
      if (left < 0) throw tooManyValues(maxValues); // before they are gone through
      for (const inner of inside) next.push(inner);
    }
    level = next;
  }
}

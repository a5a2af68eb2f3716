/** What a visitor's data may not hold, whatever the format. */
import { MAX_DEPTH } from "../session/json.ts";

/**
 * Looks through data that was read, without recursion and each object once. Throws, always a `SyntaxError`, for more than
 * `MAX_DEPTH` levels, and for a key `__proto__`: as JSON reads it it is a key like any other, but `Object.assign` and
 * whatever else copies with `=` takes it for the prototype (CWE-1321). `look` is shown every value, and may throw too.
 */
export function checkRead(data: unknown, look: (value: unknown) => void = () => {}): void {
  const seen = new Set<object>();
  let level: unknown[] = [data];
  for (let depth = 0; level.length > 0; depth++) {
    const next: unknown[] = [];
    for (const value of level) {
      look(value);
      if (typeof value !== "object" || value === null || ArrayBuffer.isView(value) || seen.has(value)) continue;
      if (depth >= MAX_DEPTH) throw new SyntaxError(`more than ${MAX_DEPTH} levels`);
      seen.add(value);
      if (Object.hasOwn(value, "__proto__")) throw new SyntaxError("a key is __proto__");
      for (const inner of Array.isArray(value) ? value : Object.values(value)) next.push(inner);
    }
    level = next;
  }
}

/** What `wrapLint` throws. */
import { type ErrorCode, RinglightError } from "../errors.ts";

/** The sentence of SPEC.md that was not held, what is wrong, and what mends it: `SPEC 1.2: …`. */
export function violation(rule: string, words: string, code: ErrorCode = "ERR_LINT"): RinglightError {
  return new RinglightError(code, `SPEC ${rule}: ${words}`);
}

/** What a value is, for a message: never the value. */
export function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (typeof value !== "object") return typeof value;
  try {
    return Object.getPrototypeOf(value)?.constructor?.name ?? "an object";
  } catch {
    return "an object";
  }
}

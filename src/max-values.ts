/** How many values a visitor's document may hold: what one takes is not told by its octets alone. */
import type { RinglightError } from "./errors.ts";
import { overLimit } from "./over-limit.ts";

/** Where nothing else is said. */
export const MAX_VALUES = 100_000;

export function tooManyValues(maxValues: number): RinglightError {
  return overLimit(`a document of more than ${maxValues} values`);
}

/** How many values a visitor's document may hold: what one takes is not told by its octets alone. */
import { RinglightError } from "./errors.ts";

/** Where nothing else is said. */
export const MAX_VALUES = 100_000;

/** `ERR_PARAMS_LIMIT` (400). */
export function tooMuchText(maxText: number): RinglightError {
  return new RinglightError("ERR_PARAMS_LIMIT", `a document that stands for more than ${maxText} characters`, {
    status: 400,
  });
}

/** `ERR_PARAMS_LIMIT` (400). */
export function tooManyValues(maxValues: number): RinglightError {
  return new RinglightError("ERR_PARAMS_LIMIT", `a document of more than ${maxValues} values`, { status: 400 });
}

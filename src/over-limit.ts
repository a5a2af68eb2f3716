/** The refusal of a body or a query that holds more things than may be: parameters, parts, levels, values, text. */
import { RinglightError } from "./errors.ts";

/** `ERR_PARAMS_LIMIT` (400). */
export function overLimit(message: string): RinglightError {
  return new RinglightError("ERR_PARAMS_LIMIT", message, { status: 400 });
}

/** A change that others overtake again and again. */
import { RinglightError } from "../errors.ts";

/** How often a store tries: the engine's time limit comes first, and this ends what it has given up. */
export const MAX_TRIES = 1000;

export function contended(): RinglightError {
  const words = "other requests changed the session faster, again and again; nothing was stored";
  return new RinglightError("ERR_UPDATE_CONFLICT", words, { status: 503 });
}

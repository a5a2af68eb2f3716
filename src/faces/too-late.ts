/** What would be lost, because the head has gone. */
import { RinglightError } from "../errors.ts";

export function tooLate(what: string): RinglightError {
  const remedy = "the response's head has gone, or is being stored for: do it before the request is answered";
  return new RinglightError("ERR_SESSION_NEXT", `${what}: ${remedy}`);
}

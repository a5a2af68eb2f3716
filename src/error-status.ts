/** The status that an error is answered with. */

/** The error's own `status`, where it is an Error with a whole number from 400 to 599 there; else 500. Never throws. */
export function errorStatus(error: unknown): number {
  let status: unknown;
  try {
    status = error instanceof Error && "status" in error ? error.status : undefined;
  } catch {
    // A Proxy, or a getter, that throws.
  }
  return Number.isInteger(status) && (status as number) >= 400 && (status as number) <= 599 ? (status as number) : 500;
}

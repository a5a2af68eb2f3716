/** The status that an error is answered with. */

/** An Error's own `status`, where it is a whole number from 400 to 599, else 500. Whatever was thrown, it does not throw. */
export function statusOf(error: unknown): number {
  let status: unknown;
  try {
    status = error instanceof Error && "status" in error ? error.status : undefined;
  } catch {
    // A Proxy, or a getter, that throws.
  }
  return Number.isInteger(status) && (status as number) >= 400 && (status as number) <= 599 ? (status as number) : 500;
}

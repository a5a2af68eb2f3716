/** What tells one version of a file from another: its ETag and its Last-Modified. */
import { formatHttpDate } from "../http-date.ts";

export interface Validators {
  /** With quotes, and `W/` where it is weak. */
  readonly etag: string;
  /** Milliseconds, of whole seconds; `undefined` where it lies ahead, which may not be sent (RFC 9110, 8.8.2.1). */
  readonly modified: number | undefined;
  /** Whether both are strong: whether octets of one version can be put together with octets of "the same" version. */
  readonly strong: boolean;
}

// Clocks of file systems tick in up to two seconds (FAT).
const TICK = 2000;

/**
 * From size and modification time, in nanoseconds; `salt` tells apart what these two do not.
 *
 * Strong, so that a download that broke off can go on (If-Range), but for a file that was modified within the last two
 * seconds: it can change again without its time changing (RFC 9110, 8.8.1 and 8.8.2.2).
 */
export function validatorsOf(
  { size, modified }: { readonly size: number; readonly modified: bigint },
  now: number,
  salt: readonly (string | undefined)[],
): Validators {
  const milliseconds = Number(modified / 1_000_000n);
  const strong = milliseconds + TICK <= now;
  const parts = [size.toString(36), modified.toString(36), ...salt.filter((part) => part !== undefined)];
  return {
    etag: `${strong ? "" : "W/"}"${parts.join("-")}"`,
    modified: milliseconds <= now ? Math.floor(milliseconds / 1000) * 1000 : undefined,
    strong,
  };
}

export function validatorHeaders({ etag, modified }: Validators): Record<string, string> {
  return modified === undefined ? { etag } : { etag, "last-modified": formatHttpDate(modified) };
}

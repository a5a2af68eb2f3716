/** Random octets from a pool: one call to the system's generator per 8 KiB instead of one per nonce. */
import { randomFillSync } from "node:crypto";

const POOL = 8192;
let pool: Buffer | undefined; // filled at the first use: workerd forbids randomness while a module loads
let used = POOL;

/**
 * `length` octets (at most 8192) from the system's generator, handed out once and wiped from the pool. Throws when that
 * fails; there is no other source.
 */
export function randomOctets(length: number): Buffer {
  pool ??= Buffer.alloc(POOL);
  if (used + length > POOL) {
    randomFillSync(pool);
    used = 0;
  }
  const octets = Buffer.from(pool.subarray(used, used + length));
  pool.fill(0, used, used + length);
  used += length;
  return octets;
}

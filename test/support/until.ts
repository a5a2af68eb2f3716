/** Waiting for other processes. */
import { setTimeout as pause } from "node:timers/promises";

/** Asks again until it holds, for 20 s: another process is at work. */
export async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (let tries = 0; tries < 1000; tries++) {
    if (await holds()) return;
    await pause(20);
  }
  throw new Error(`did not come about: ${what}`);
}

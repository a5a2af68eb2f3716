/** Waiting for other processes. */
import { setTimeout as pause } from "node:timers/promises";

/** Asks again until it holds, for 20 s: another process is at work. Where asking fails, it does not hold yet. */
export async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  let why: unknown;
  for (let tries = 0; tries < 1000; tries++) {
    try {
      if (await holds()) return;
    } catch (error) {
      why = error;
    }
    await pause(20);
  }
  throw new Error(`did not come about: ${what}`, { cause: why });
}

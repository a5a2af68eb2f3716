/** Looking again, every so many seconds, at what other processes may have ended. */
import type { Watched } from "./watched.ts";

/** How many are looked at at the same time: sockets that all opened after one restart shall not ask the store at once. */
const AT_ONCE = 16;

const due = new Set<Watched>();
const waiting = new Map<Watched, number>();
let timer: ReturnType<typeof setInterval> | undefined;
let running = 0;

/**
 * Has it looked at every so many whole seconds from now on; of several who ask for one, the most frequent counts. One timer
 * serves all, and is there only while somebody watches.
 */
export function startRounds(watched: Watched, every: number): void {
  const seconds = Math.floor(every);
  const before = waiting.get(watched);
  if (before !== undefined && before <= seconds) return;
  // Those that come in one second, as all do after a restart, have their turns spread over the interval.
  const turn = seconds - (waiting.size % seconds);
  watched.left = before === undefined ? turn : Math.min(watched.left, turn);
  waiting.set(watched, seconds);
  if (timer) return;
  timer = setInterval(tick, 1000);
  (timer as { unref?: () => void }).unref?.(); // a number in browsers and Workers
}

export function stopRounds(watched: Watched): void {
  waiting.delete(watched);
  due.delete(watched);
  if (waiting.size > 0) return;
  clearInterval(timer);
  timer = undefined;
}

function tick(): void {
  for (const [watched, every] of waiting) {
    if (--watched.left > 0) continue;
    watched.left = every;
    due.add(watched);
  }
  while (running < AT_ONCE && due.size > 0) void run();
}

async function run(): Promise<void> {
  running++;
  for (const watched of due) {
    due.delete(watched);
    await watched.look();
  }
  running--;
}

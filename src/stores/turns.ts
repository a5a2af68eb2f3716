/** Operations on one key, one at a time and in the order in which they came. */
import { RinglightError } from "../errors.ts";

/** What an operation that has its turn may ask for. */
export interface Turn {
  /**
   * Nobody else has his turn before this write has ended, though the operation gave up waiting for it; but no longer than
   * until this instant, in milliseconds.
   */
  holdFor(write: Promise<unknown>, until: number): void;
}

export interface Turns {
  /**
   * Runs the operation when it is its turn. Rejects, and never runs it, when that does not come within so many seconds,
   * or when an earlier write of the key was given up and may still take place. `now` in milliseconds.
   */
  take<T>(key: string, now: number, seconds: number, operation: (turn: Turn) => Promise<T>): Promise<T>;
  /** How many keys somebody has his turn at. */
  readonly size: number;
}

/** A key at which somebody has his turn. */
interface Line {
  readonly waiting: Set<Waiting>;
  /** The operation gave up, but a write of its may still take place: until then nobody has his turn. */
  closedUntil: number | undefined;
}

interface Waiting {
  readonly timer: ReturnType<typeof setTimeout>;
  readonly resolve: () => void;
  readonly reject: (error: RinglightError) => void;
}

/** A key is forgotten as soon as nobody waits for it. */
export function makeTurns(): Turns {
  const lines = new Map<string, Line>();

  async function enter(key: string, now: number, seconds: number): Promise<Line> {
    const line = lines.get(key);
    if (!line || (line.closedUntil !== undefined && now >= line.closedUntil)) {
      const fresh: Line = { waiting: new Set(), closedUntil: undefined };
      lines.set(key, fresh);
      return fresh;
    }
    if (line.closedUntil !== undefined) throw closed();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(() => {
      line.waiting.delete(waiting);
      reject(new RinglightError("ERR_STORE_TIMEOUT", `no turn at the session within ${seconds} s`, { status: 503 }));
    }, seconds * 1000);
    const waiting: Waiting = { timer, resolve, reject };
    line.waiting.add(waiting);
    await promise;
    return line;
  }

  function leave(key: string, line: Line): void {
    if (lines.get(key) !== line) return; // it was closed for so long that it was forgotten
    const [next] = line.waiting;
    if (!next) lines.delete(key);
    else dismiss(line, next).resolve();
  }

  function close(line: Line, until: number): void {
    line.closedUntil = until;
    for (const waiting of line.waiting) dismiss(line, waiting).reject(closed());
  }

  return {
    async take(key, now, seconds, operation) {
      const line = await enter(key, now, seconds);
      const writes = new Map<Promise<unknown>, number>();
      const holdFor = (write: Promise<unknown>, until: number): void => {
        writes.set(write, until);
        const ended = () => void writes.delete(write);
        write.then(ended, ended);
      };
      try {
        return await operation({ holdFor });
      } finally {
        if (writes.size > 0) {
          close(line, Math.max(...writes.values()));
          void Promise.allSettled([...writes.keys()]).then(() => leave(key, line));
        } else leave(key, line);
      }
    },
    get size() {
      return lines.size;
    },
  };
}

function dismiss(line: Line, waiting: Waiting): Waiting {
  line.waiting.delete(waiting);
  clearTimeout(waiting.timer);
  return waiting;
}

function closed(): RinglightError {
  const words =
    "an earlier change of this session was not answered and may still take place; nothing else is done to it";
  return new RinglightError("ERR_STORE_UNAVAILABLE", words, { status: 503 });
}

/** Requests held after they have read the session and before they commit, and released one by one: races without timers. */

export interface Barriers {
  /** For a handler: says that it is here, and waits until it is let go. */
  readonly hold: (name: string) => Promise<void>;
  /** For a test: waits until the handler of that name is held. */
  readonly held: (name: string) => Promise<void>;
  readonly release: (name: string) => void;
}

export function barriers(): Barriers {
  const points = new Map<string, { here: PromiseWithResolvers<void>; go: PromiseWithResolvers<void> }>();
  const point = (name: string) => {
    const known = points.get(name) ?? { here: Promise.withResolvers<void>(), go: Promise.withResolvers<void>() };
    points.set(name, known);
    return known;
  };
  return {
    hold(name) {
      point(name).here.resolve();
      return point(name).go.promise;
    },
    held: (name) => point(name).here.promise,
    release: (name) => point(name).go.resolve(),
  };
}

/** One request of a race: `read` begins it, `commit` lets it finish. */
export interface Step {
  readonly who: string;
  readonly what: "read" | "commit";
}

/** Every order in which the named requests can read and commit: 6 for two, 90 for three. */
export function everyOrder(...names: readonly string[]): readonly (readonly Step[])[] {
  const grow = (done: readonly Step[]): readonly (readonly Step[])[] => {
    const next = names.flatMap((who): Step[] => {
      const steps = done.filter((step) => step.who === who).length;
      return steps === 0 ? [{ who, what: "read" }] : steps === 1 ? [{ who, what: "commit" }] : [];
    });
    return next.length === 0 ? [done] : next.flatMap((step) => grow([...done, step]));
  };
  return grow([]);
}

export function describeOrder(order: readonly Step[]): string {
  return order.map(({ who, what }) => `${who} ${what}s`).join(", ");
}

/** Runs requests in one order. `send` starts a request whose handler holds at a barrier of its name. */
export async function inOrder<T>(
  order: readonly Step[],
  { held, release }: Barriers,
  send: (who: string) => Promise<T>,
): Promise<ReadonlyMap<string, T>> {
  const sent = new Map<string, Promise<T>>();
  const answers = new Map<string, T>();
  for (const { who, what } of order) {
    if (what === "read") {
      sent.set(who, send(who));
      await held(who);
    } else {
      release(who);
      answers.set(who, await sent.get(who)!);
    }
  }
  return answers;
}

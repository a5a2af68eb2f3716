/** Points at which a page or a store waits until a check lets it go on: races without timers. */
import type { Store } from "../../session/store.ts";

export type Operation = "read" | "create" | "update" | "delete";

/** Named points; each holds all who come until it is opened. */
export interface Gates {
  /** For a page: says that it is here, and waits. */
  hold(name: string): Promise<void>;
  /** For a check: waits until somebody is held there. */
  held(name: string): Promise<void>;
  open(name: string): void;
  /** Opens all, also those that nobody has come to. */
  openAll(): void;
}

export function gates(): Gates {
  const points = new Map<string, { here: PromiseWithResolvers<void>; go: PromiseWithResolvers<void> }>();
  let isOver = false;
  const point = (name: string) => {
    const known = points.get(name) ?? { here: Promise.withResolvers<void>(), go: Promise.withResolvers<void>() };
    points.set(name, known);
    return known;
  };
  return {
    hold(name) {
      point(name).here.resolve();
      return isOver ? Promise.resolve() : point(name).go.promise;
    },
    held: (name) => point(name).here.promise,
    open: (name) => point(name).go.resolve(),
    openAll() {
      isOver = true;
      for (const { go } of points.values()) go.resolve();
    },
  };
}

/** What stands around a store's operations. */
export interface Around {
  /** Before it is done; what it throws is the operation's failure. */
  before(operation: Operation): unknown;
  /** When it is done, before its answer is given. */
  after(operation: Operation): unknown;
}

/** The same store, all that it can do included, with something around its four operations. */
export function around(store: Store, { before, after }: Around): Store {
  const wrap =
    (operation: Operation) =>
    async (...given: unknown[]): Promise<unknown> => {
      await before(operation);
      const answer = await (store[operation] as (...given: unknown[]) => unknown)(...given);
      await after(operation);
      return answer;
    };
  const { lacks, clock, remote } = store;
  const optional = ["adopt", "list", "end", "deleteAll", "subjectEpoch"] as const;
  const others = optional.flatMap((name) => {
    const own = store[name] as ((...given: unknown[]) => unknown) | undefined;
    return own ? [[name, own.bind(store)] as const] : [];
  });
  const four = (["read", "create", "update", "delete"] as const).map((name) => [name, wrap(name)] as const);
  const told = Object.entries({ lacks, clock, remote }).filter(([, value]) => value !== undefined);
  return Object.fromEntries([...told, ...others, ...four]) as unknown as Store;
}

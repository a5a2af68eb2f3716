/** A store that tells which operations it was asked for, before it does them. */
import type { Store } from "../../src/session/store.ts";

export type Operation = "read" | "create" | "update" | "delete";

/** Runs `before` ahead of every operation, and waits for it where it answers a promise. */
export function watching(store: Store, before: (operation: Operation) => unknown): Store {
  return {
    async read(...call) {
      await before("read");
      return store.read(...call);
    },
    async create(...call) {
      await before("create");
      return store.create(...call);
    },
    async update(...call) {
      await before("update");
      return store.update(...call);
    },
    async delete(...call) {
      await before("delete");
      return store.delete(...call);
    },
  };
}

/** A store that writes down what it was asked for. */
export function counting(store: Store): { store: Store; calls: Operation[] } {
  const calls: Operation[] = [];
  return { calls, store: watching(store, (operation) => calls.push(operation)) };
}

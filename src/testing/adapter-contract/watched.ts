/** A check's store: tells what it was asked for, waits where it is told to, and fails when it is told to. */
import type { Store } from "../../session/store.ts";
import { around, type Gates, type Operation } from "./gates.ts";

export interface WatchedStore {
  readonly store: Store;
  readonly calls: Operation[];
  /** The next one of these operations waits at the gate of this name when it is done, before anybody knows. */
  holdStore(operation: Operation, name: string): void;
  /** Each of these operations fails from now on; `undefined`: none. */
  breakStore(operation: Operation | undefined): void;
}

export function watchedStore(opened: Store, points: Gates, log: string[]): WatchedStore {
  const calls: Operation[] = [];
  const holds: Array<readonly [Operation, string]> = [];
  let broken: Operation | undefined;
  const store = around(opened, {
    before(operation) {
      calls.push(operation);
      if (operation === broken) throw new Error("the store is away, as the check has it");
    },
    async after(operation) {
      const next = holds.findIndex(([each]) => each === operation);
      const [held] = next === -1 ? [] : holds.splice(next, 1);
      if (held) await points.hold(held[1]);
      log.push(`${operation} done`);
    },
  });
  return {
    store,
    calls,
    holdStore: (operation, name) => void holds.push([operation, name]),
    breakStore: (operation) => {
      broken = operation;
    },
  };
}

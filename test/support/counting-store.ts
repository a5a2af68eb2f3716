/** A store that writes down which operations it was asked for. */
import type { Store } from "../../src/session/store.ts";

export function counting(store: Store): { store: Store; calls: string[] } {
  const calls: string[] = [];
  return {
    calls,
    store: {
      read: (...call) => (calls.push("read"), store.read(...call)),
      create: (...call) => (calls.push("create"), store.create(...call)),
      update: (...call) => (calls.push("update"), store.update(...call)),
      delete: (...call) => (calls.push("delete"), store.delete(...call)),
    },
  };
}

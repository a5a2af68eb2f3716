/** A store that breaks the contract in one way, and the check that must catch it. */
import type { Store } from "../../src/session/store.ts";

export interface BrokenStore {
  readonly name: string;
  /** The check of `storeContract` that must fail. */
  readonly caughtBy: string;
  readonly open: () => Store;
}

/** One check of the store contract. */
import type { Awaitable } from "../../ring.ts";
import type { Guarantee, Store } from "../../session/store.ts";

/** Opens an empty store; one that seals, with keys of its own. Called once or more per check; what it opens is the caller's to close. */
export type OpenStore = () => Awaitable<Store>;

/** One promise of the store contract, and how it is checked. */
export interface StoreCheck {
  /** A sentence that is true of a store that passes. */
  readonly name: string;
  /** The guarantee it is part of; a store that declares to lack it must fail at least one of its checks. */
  readonly guarantee: Guarantee;
  /** Rejects with what went wrong. Uses a time of its own, never the clock. */
  readonly run: (open: OpenStore) => Promise<void>;
}

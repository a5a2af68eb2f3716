/**
 * The store contract as data: checks that any test runner can run against any store, concurrency and expiry included.
 *
 * ```ts
 * for (const check of storeContract) test(check.name, () => check.run(() => memoryStore()));
 * ```
 */
import type { Awaitable } from "../ring.ts";
import type { Guarantee, Store } from "../session/store.ts";
import { concurrencyChecks } from "./contract/concurrency.ts";
import { expiryChecks } from "./contract/expiry.ts";
import { identityChecks } from "./contract/identity.ts";
import { rotationChecks } from "./contract/rotation.ts";
import { valueChecks } from "./contract/values.ts";

/** Opens an empty store. Called once or more per check; what it opens is the caller's to close. */
export type OpenStore = () => Awaitable<Store>;

export interface StoreCheck {
  /** A sentence that is true of a store that passes. */
  readonly name: string;
  /** The guarantee it is part of; a store that declares to lack it must fail at least one of its checks. */
  readonly guarantee: Guarantee;
  /** Rejects with what went wrong. Uses a time of its own, never the clock. */
  readonly run: (open: OpenStore) => Promise<void>;
}

export const storeContract: readonly StoreCheck[] = [
  ...valueChecks,
  ...identityChecks,
  ...concurrencyChecks,
  ...rotationChecks,
  ...expiryChecks,
];

/** How one store stands to one guarantee. */
export interface Verdict {
  readonly guarantee: Guarantee;
  /** `held`, `lacking` as declared, `broken` without a declaration, or `stale`: declared lacking, but every check passes. */
  readonly state: "held" | "lacking" | "broken" | "stale";
  readonly failures: ReadonlyArray<{ readonly check: string; readonly error: unknown }>;
}

/** Runs the whole contract. A store is sound when no verdict is `broken` or `stale`. */
export async function judgeStore(open: OpenStore): Promise<readonly Verdict[]> {
  const lacks = (await open()).lacks ?? {};
  const failures = new Map<Guarantee, Array<{ check: string; error: unknown }>>();
  for (const { name, guarantee, run } of storeContract) {
    const failed = failures.get(guarantee) ?? [];
    failures.set(guarantee, failed);
    await run(open).catch((error: unknown) => failed.push({ check: name, error }));
  }
  return [...failures].map(([guarantee, failed]) => {
    const declared = lacks[guarantee] !== undefined;
    const state = failed.length > 0 ? (declared ? "lacking" : "broken") : declared ? "stale" : "held";
    return { guarantee, state, failures: failed };
  });
}

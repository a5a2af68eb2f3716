/**
 * The store contract as data: checks that any test runner can run against any store, concurrency and expiry included.
 *
 * ```ts
 * for (const check of storeContract) test(check.name, () => check.run(() => memoryStore()));
 * ```
 */
import type { Guarantee } from "../session/store.ts";
import type { OpenStore, StoreCheck } from "./contract/check.ts";
import { concurrencyChecks } from "./contract/concurrency.ts";
import { epochChecks } from "./contract/epochs.ts";
import { expiryChecks } from "./contract/expiry.ts";
import { identityChecks } from "./contract/identity.ts";
import { listChecks } from "./contract/lists.ts";
import { recreatedRecordChecks } from "./contract/recreated-record.ts";
import { rotationChecks } from "./contract/rotation.ts";
import { subjectChecks } from "./contract/subjects.ts";
import { valueChecks } from "./contract/values.ts";

/** Every check, in order: runner-neutral, each with a store and a time of its own. */
export const storeContract: readonly StoreCheck[] = [
  ...valueChecks,
  ...identityChecks,
  ...concurrencyChecks,
  ...rotationChecks,
  ...recreatedRecordChecks,
  ...subjectChecks,
  ...listChecks,
  ...epochChecks,
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

/**
 * The adapter contract as data: holds what lends sessions to a host's handlers to its promises (SPEC.md, 5.4 and 8.2), through
 * the host's own listener and a raw socket, for any test runner.
 *
 * ```ts
 * for (const check of adapterContract)
 *   test(check.name, { skip: check.skip(about) }, () => check.run(open, about));
 * ```
 *
 * `open` starts the host with the pages it is given; `about`, which may be left out, says what the host does not have, and
 * which store to run over.
 */
import { antiForgeryChecks } from "./adapter-contract/anti-forgery.ts";
import { cachingChecks } from "./adapter-contract/caching.ts";
import { connectionChecks } from "./adapter-contract/connections.ts";
import { cookieChecks } from "./adapter-contract/cookies.ts";
import { failingStoreChecks } from "./adapter-contract/failing-store.ts";
import { flashChecks } from "./adapter-contract/flash.ts";
import { identityChecks } from "./adapter-contract/identity.ts";
import { leavingChecks } from "./adapter-contract/leaving.ts";
import { raceChecks } from "./adapter-contract/races.ts";
import { savedBeforeToldChecks } from "./adapter-contract/saved-before-told.ts";
import type { AdapterCheck } from "./adapter-contract/site.ts";
import { valueChecks } from "./adapter-contract/values.ts";

/** Every check, in order, each with a host, a store and a time of its own. */
export const adapterContract: readonly AdapterCheck[] = [
  ...raceChecks,
  ...identityChecks,
  ...savedBeforeToldChecks,
  ...leavingChecks,
  ...failingStoreChecks,
  ...valueChecks,
  ...cookieChecks,
  ...cachingChecks,
  ...flashChecks,
  ...antiForgeryChecks,
  ...connectionChecks,
];

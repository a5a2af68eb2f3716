/** What this process has just taken out of the other application's store, for the requests that come at the same time. */
import type { Foreign } from "../session/reader.ts";

/** By id, for as long as requests at once may share a session. */
export interface JustTaken {
  get(id: string, now: number): Foreign["data"] | undefined;
  /** `until` in milliseconds. */
  add(id: string, data: Foreign["data"], until: number): void;
}

/** More are not kept: the one that was taken first is forgotten. Each is a session's data. */
const MOST = 10_000;

export function justTaken(): JustTaken {
  const taken = new Map<string, { readonly data: Foreign["data"]; readonly until: number }>();
  return {
    get(id, now) {
      const found = taken.get(id);
      return found && now < found.until ? found.data : undefined;
    },
    add(id, data, until) {
      taken.delete(id);
      taken.set(id, { data, until });
      for (const [oldest, { until: over }] of taken) {
        if (taken.size <= MOST && until - over < LONGEST) break;
        taken.delete(oldest);
      }
    },
  };
}

/** No entry is of use for longer than `grace` can be, in milliseconds. */
const LONGEST = 600_000;

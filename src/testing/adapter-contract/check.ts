/** One check: what it needs, what it says where that is not there, and how it is run. */
import { type CheckParts, onBench } from "./bench.ts";
import { skipped } from "./misfits.ts";
import type { AdapterCheck, AdapterPromise } from "./site.ts";

/** A check: a host of its own, which is ended whatever comes. */
export function check(promise: AdapterPromise, sentence: string, { needs = [], ...parts }: CheckParts): AdapterCheck {
  const name = `${promise}: ${sentence}`;
  return {
    name,
    promise,
    needs,
    skip({ lacks = {} } = {}) {
      const way = needs.find((each) => lacks[each] !== undefined);
      return way === undefined ? false : skipped(way, lacks[way]);
    },
    async run(open, about = {}) {
      const skip = this.skip(about);
      if (skip) throw new Error(skip);
      await onBench(parts, needs, open, about);
    },
  };
}

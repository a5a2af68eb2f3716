/** Promises that may never settle. */
import { RinglightError } from "../errors.ts";

/** What the store promised; rejects with `ERR_STORE_TIMEOUT` when it does not settle within so many seconds. */
export function withinLimit<T>(answer: PromiseLike<T>, seconds: number): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const timer = setTimeout(() => {
    const words = `the session store did not answer within ${seconds} s`;
    reject(new RinglightError("ERR_STORE_TIMEOUT", words, { status: 503 }));
  }, seconds * 1000);
  // Through a promise of our own: a query builder's `then` may throw, or give no promise back.
  Promise.resolve(answer)
    .then(resolve, reject)
    .finally(() => clearTimeout(timer));
  return promise;
}

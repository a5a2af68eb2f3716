/** What a test prints, or its runner when an assertion fails, shows no cookie, token or page. */

const INSPECT = Symbol.for("nodejs.util.inspect.custom");

/** Lets `console.log` and assertions show `shown` in place of the object; to comparisons nothing changes. */
export function unprinted<Given extends object>(given: Given, shown: (object: Given) => unknown): Given {
  return Object.defineProperty(given, INSPECT, { value: () => shown(given) });
}

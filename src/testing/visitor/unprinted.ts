/** What a test prints, or its runner when an assertion fails, shows no cookie, token or page. */

const INSPECT = Symbol.for("nodejs.util.inspect.custom");

/** Lets `console.log` and Node's assertions show `shown` in place of the object; to comparisons nothing changes. */
export function unprinted<Given extends object>(given: Given, shown: (object: Given) => unknown): Given {
  return Object.defineProperty(given, INSPECT, { value: () => shown(given) });
}

/** The same for what is printed as JSON, and for runners that show what JSON would be. */
export function unwritten<Given extends object>(given: Given, shown: (object: Given) => unknown): Given {
  return Object.defineProperty(unprinted(given, shown), "toJSON", { value: () => shown(given) });
}

/** Read-only to the last leaf: changing a session in place is an error, never a change that gets lost. */
import { type DeepReadonly, isPlainObject } from "./json.ts";

/**
 * Freezes data to the last leaf. What is inside a Date, a Map or a Set cannot be frozen; their methods that change it
 * throw instead. What else a codec gives, a typed array, a URL or an instance of a class, stays as it is.
 */
export function deepFreeze<T>(value: T): DeepReadonly<T> {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) freeze(value);
  return value as DeepReadonly<T>;
}

function freeze(value: object): void {
  if (Array.isArray(value) || isPlainObject(value)) {
    Object.freeze(value); // before what is in it, which may lead back here
    for (const inner of Object.values(value)) deepFreeze(inner);
  } else if (value instanceof Date) {
    lock(value, DATE);
  } else if (value instanceof Set) {
    lock(value, SET);
    for (const inner of value) deepFreeze(inner);
  } else if (value instanceof Map) {
    lock(value, MAP);
    for (const pair of value) pair.forEach(deepFreeze);
  }
}

const DATE = locks(Object.getOwnPropertyNames(Date.prototype).filter((name) => name.startsWith("set")));
const SET = locks(["add", "delete", "clear"]);
const MAP = locks(["set", "delete", "clear", "getOrInsert", "getOrInsertComputed"]);

function locks(methods: readonly string[]): PropertyDescriptorMap {
  return Object.fromEntries(methods.map((method) => [method, { value: refuse }]));
}

// Not enumerable: no copy, comparison or print-out shows them.
function lock(value: object, methods: PropertyDescriptorMap): void {
  Object.freeze(Object.defineProperties(value, methods));
}

function refuse(): never {
  throw new TypeError("the session is read-only: change a copy, and answer session: { ...session, key: copy }");
}

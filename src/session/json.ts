/** What a session can hold: JSON, checked by the compiler where it can and at commit where it cannot. */
import { RinglightError } from "../errors.ts";

/** Anything that JSON gives back as it was. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };

/**
 * `T` where JSON keeps it, `never` where it would change it: a Date, a function, a Map, a class with methods, bigint.
 * Use as a constraint: `Data extends JsonObject<Data>`.
 */
export type JsonValue<T> = [Json] extends [T]
  ? [T] extends [Json]
    ? T
    : never
  : T extends string | number | boolean | null
    ? T
    : T extends Date | ReadonlyMap<unknown, unknown> | ReadonlySet<unknown>
      ? Unstorable
      : T extends ((...values: never[]) => unknown) | bigint | symbol | undefined
        ? never
        : T extends readonly unknown[]
          ? { [K in keyof T]: JsonValue<T[K]> }
          : JsonObject<T>;

/** What the compiler prints where a session would hold what JSON changes. */
export interface Unstorable {
  readonly "JSON would change it: store a Date as its number or text, a Map or Set as an array": never;
}

/** The constraint for a session's data: an object whose values survive JSON. */
export type JsonObject<Data> = { [K in keyof Data]: JsonValue<Exclude<Data[K], undefined>> | undefined };

/** The same shape, read-only to the last leaf: what a handler sees, and what it may give back. */
export type DeepReadonly<T> = [Json] extends [T]
  ? T
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T;

/** Nesting deeper than this is refused, so that no value can exhaust the stack when it is written or read. */
export const MAX_DEPTH = 200;

/**
 * The JSON text of `value`. Throws `ERR_SESSION_VALUE` with the path for whatever JSON would change: a Date, a Map, an
 * instance of a class, a function, a symbol, a bigint, NaN, an infinity, `undefined` in an array, a hole, a cycle.
 * An object's property that is `undefined` counts as absent; -0 becomes 0.
 */
export function toJson(value: unknown, path: string): string {
  return write(value, path, 0);
}

function write(value: unknown, path: string, depth: number): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "boolean":
      return value ? "true" : "false";
    case "number":
      if (Number.isFinite(value)) return JSON.stringify(value);
      throw changed(path, `${value} would become null`, "store a finite number or null");
    case "object":
      if (value === null) return "null";
      if (depth >= MAX_DEPTH)
        throw changed(path, "it is a cycle, or nested too deep", `store at most ${MAX_DEPTH} levels`);
      if (Array.isArray(value)) return writeArray(value, path, depth + 1);
      return writeObject(value, path, depth + 1);
    case "undefined":
      throw changed(path, "undefined would become null", "leave the element out or store null");
    default:
      throw changed(
        path,
        `JSON has no ${typeof value}`,
        "store a string, number, boolean, null, array or plain object",
      );
  }
}

function writeArray(array: readonly unknown[], path: string, depth: number): string {
  if (Object.getPrototypeOf(array) !== Array.prototype && !isForeignArray(array)) {
    throw changed(path, `${named(array)} would come back as an array`, "store a plain array");
  }
  // "length" is the one that is always there.
  if (Object.getOwnPropertyNames(array).length > array.length + 1 || Object.getOwnPropertySymbols(array).length > 0) {
    throw changed(path, "a key of an array that is no index would be dropped", "store an object, or the index alone");
  }
  let text = "[";
  for (let i = 0; i < array.length; i++) text += (i === 0 ? "" : ",") + write(array[i], `${path}[${i}]`, depth);
  return `${text}]`;
}

function writeObject(object: object, path: string, depth: number): string {
  checkPlain(object, path);
  let text = "";
  for (const key of Object.keys(object)) {
    const value = (object as Record<string, unknown>)[key];
    if (value === undefined) continue;
    text += `${text === "" ? "" : ","}${JSON.stringify(key)}:${write(value, join(path, key), depth)}`;
  }
  return `{${text}}`;
}

/** Throws `ERR_SESSION_VALUE` unless `value` is a plain object: made by a literal, a spread or `JSON.parse`. */
export function checkPlain(value: object, path: string): void {
  const prototype: unknown = Object.getPrototypeOf(value);
  const plain = prototype === null || prototype === Object.prototype || isForeignObjectPrototype(prototype);
  if (!plain || Array.isArray(value)) {
    throw changed(
      path,
      `${named(value)} would come back as something else`,
      "store a plain object, an array, a number or a string",
    );
  }
  if (Object.getOwnPropertySymbols(value).length > 0) {
    throw changed(path, "a key that is a symbol would be dropped", "use string keys");
  }
  if (Object.getOwnPropertyNames(value).length > Object.keys(value).length) {
    throw changed(path, "a key that is not enumerable would be dropped", "store a plain object");
  }
}

/** "a Date", "an Array". */
function named(value: object): string {
  const name = value.constructor?.name || "object";
  return `${/^[AEIOU]/i.test(name) ? "an" : "a"} ${name}`;
}

// As below: another realm's Array.prototype, which is an array itself.
function isForeignArray(array: readonly unknown[]): boolean {
  const prototype: unknown = Object.getPrototypeOf(array);
  return Array.isArray(prototype) && Object.hasOwn(prototype, "flatMap");
}

// An object from another realm (vm, a test runner) has that realm's Object.prototype.
function isForeignObjectPrototype(prototype: unknown): boolean {
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype as object, "isPrototypeOf");
}

/** `join("cart", "a b")` is `cart["a b"]`. */
export function join(path: string, key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`;
}

function changed(path: string, what: string, remedy: string): RinglightError {
  return new RinglightError("ERR_SESSION_VALUE", `${path}: ${what}; ${remedy}. Nothing was stored.`, { path });
}

/** Whether two JSON texts hold the same value, whatever the order of keys in their objects. */
export function sameJson(a: string, b: string): boolean {
  return a === b || (a.length === b.length && canonical(a) === canonical(b));
}

function canonical(text: string): string {
  return JSON.stringify(JSON.parse(text), (_key, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}

/** Freezes a parsed JSON value to the last leaf. */
export function deepFreeze<T>(value: T): DeepReadonly<T> {
  if (typeof value === "object" && value !== null) {
    for (const inner of Object.values(value)) deepFreeze(inner);
    Object.freeze(value);
  }
  return value as DeepReadonly<T>;
}

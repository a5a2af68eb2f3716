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
  readonly "JSON would change it: store a Date as its number or text, a Map or Set as an array, or give wrapSession a codec": never;
}

/** The constraint for a session's data: an object whose values survive JSON. */
export type JsonObject<Data> = { [K in keyof Data]: JsonValue<Exclude<Data[K], undefined>> | undefined };

/** What a codec keeps, and nothing is looked for inside. */
export type Whole = Date | RegExp | URL | URLSearchParams | ArrayBuffer | ArrayBufferView;

/** The same shape, read-only to the last leaf: what a handler sees, and what it may give back. */
export type DeepReadonly<T> = [Json] extends [T]
  ? T
  : T extends Whole
    ? T
    : T extends ReadonlyMap<infer Key, infer Value>
      ? ReadonlyMap<DeepReadonly<Key>, DeepReadonly<Value>>
      : T extends ReadonlySet<infer Value>
        ? ReadonlySet<DeepReadonly<Value>>
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
      throw valueError(path, `${value} would become null`, "store a finite number or null");
    case "object":
      if (value === null) return "null";
      if (depth >= MAX_DEPTH)
        throw valueError(path, "it is a cycle, or nested too deep", `store at most ${MAX_DEPTH} levels`);
      if (Array.isArray(value)) return writeArray(value, path, depth + 1);
      return writeObject(value, path, depth + 1);
    case "undefined":
      throw valueError(path, "undefined would become null", "leave the element out or store null");
    default:
      throw valueError(
        path,
        `JSON has no ${typeof value}`,
        "store a string, number, boolean, null, array or plain object",
      );
  }
}

function writeArray(array: readonly unknown[], path: string, depth: number): string {
  if (!isPlainArray(array)) {
    throw valueError(path, `${named(array)} would come back as an array`, "store a plain array");
  }
  checkKeys(array, path);
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
  if (!isPlainObject(value) || Array.isArray(value)) {
    throw valueError(
      path,
      `${named(value)} would come back as something else`,
      "store a plain object, an array, a number or a string, or give the option codec",
    );
  }
  checkKeys(value, path);
}

/** Whether it was made by a literal, a spread or `JSON.parse`, here or in another realm; an array is not told apart. */
export function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype || isForeignObjectPrototype(prototype);
}

/** Throws `ERR_SESSION_VALUE` for a key of a plain object or an array that would be dropped. */
export function checkKeys(value: object, path: string): void {
  const names = Object.getOwnPropertyNames(value);
  const symbols = Object.getOwnPropertySymbols(value).length;
  if (Array.isArray(value)) {
    // "length" is the one that is always there; where there are holes, a count alone does not tell.
    if (names.length > value.length + 1 || symbols > 0 || (names.length <= value.length && names.some(isNoIndex)))
      throw valueError(
        path,
        "a key of an array that is no index would be dropped",
        "store an object, or the index alone",
      );
    return;
  }
  if (symbols > 0) throw valueError(path, "a key that is a symbol would be dropped", "use string keys");
  if (names.length > Object.keys(value).length)
    throw valueError(path, "a key that is not enumerable would be dropped", "store a plain object");
}

function isNoIndex(name: string): boolean {
  return name !== "length" && !/^\d+$/.test(name);
}

/** "a Date", "an Array". */
export function named(value: object): string {
  const name = value.constructor?.name || "object";
  return `${/^[AEIOU]/i.test(name) ? "an" : "a"} ${name}`;
}

/** Whether an array is of no subclass, here or in another realm, whose Array.prototype is an array too. */
export function isPlainArray(array: readonly unknown[]): boolean {
  const prototype: unknown = Object.getPrototypeOf(array);
  return prototype === Array.prototype || (Array.isArray(prototype) && Object.hasOwn(prototype, "flatMap"));
}

// An object from another realm (vm, a test runner) has that realm's Object.prototype.
function isForeignObjectPrototype(prototype: unknown): boolean {
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype as object, "isPrototypeOf");
}

/** `join("cart", "a b")` is `cart["a b"]`. */
export function join(path: string, key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`;
}

/** `ERR_SESSION_VALUE` for what stands at a path. */
export function valueError(path: string, what: string, remedy: string): RinglightError {
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

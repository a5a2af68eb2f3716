/** What of JavaScript can be written as data, the same in every format, so that no answer depends on `Accept`. */
import { RinglightError } from "../errors.ts";
import { isPlainArray, isPlainObject, join, MAX_DEPTH, named } from "../session/json.ts";

/** What a format writes beside what JSON has. */
export interface Extras {
  readonly name: string;
  /** Instants of its own. Without, a Date is written as its ISO 8601 text. */
  readonly dates?: boolean;
  /** Uint8Array. */
  readonly octets?: boolean;
  readonly bigints?: ((value: bigint) => boolean) | undefined;
  /** Text that has no UTF-8, because half of a surrogate pair is missing. */
  readonly loneSurrogates?: boolean;
}

/**
 * A copy of null, booleans, finite numbers, strings, arrays and plain objects, with `toJSON` called as JSON.stringify
 * calls it and without properties that are `undefined`; and of what the format has more. Throws `ERR_RESPONSE_SHAPE` with
 * the value's path for anything that JSON would drop or change in silence: a Map, NaN, `undefined` in an array, an
 * instance of a class without `toJSON`.
 */
export function writable(data: unknown, extras: Extras): unknown {
  return copy(data, "", { path: "data", depth: 0, extras });
}

interface Place {
  readonly path: string;
  readonly depth: number;
  readonly extras: Extras;
}

function copy(given: unknown, key: string, place: Place): unknown {
  const value = replaced(given, key, place.extras);
  switch (typeof value) {
    case "string":
      if (place.extras.loneSurrogates || value.isWellFormed()) return value;
      throw unwritable(place, "a string with half a surrogate pair", "mend it with toWellFormed()");
    case "boolean":
      return value;
    case "number":
      if (Number.isFinite(value)) return value;
      throw unwritable(place, String(value), "answer a finite number or null");
    case "bigint":
      if (place.extras.bigints?.(value)) return value;
      throw unwritable(place, "this bigint", "answer its text");
    case "object":
      return value === null ? null : copyObject(value, place);
    default:
      throw unwritable(place, value === undefined ? "undefined" : `a ${typeof value}`, "leave it out or answer null");
  }
}

// toJSON is JSON's own protocol (ECMA-262, 25.5.2.2); a Date has it, and stays where the format has instants.
function replaced(value: unknown, key: string, { dates = false }: Extras): unknown {
  if (typeof value !== "object" || value === null || (dates && value instanceof Date)) return value;
  const { toJSON } = value as { readonly toJSON?: unknown };
  return typeof toJSON === "function" ? (toJSON.call(value, key) as unknown) : value;
}

function copyObject(value: object, place: Place): unknown {
  const { path, depth, extras } = place;
  if (value instanceof Date) {
    if (!Number.isNaN(value.getTime())) return value;
    throw unwritable(place, "an invalid Date", "answer null");
  }
  if (value instanceof Uint8Array) {
    if (extras.octets) return value;
    throw unwritable(place, "octets", "answer them as text, in Base64 for instance");
  }
  if (depth >= MAX_DEPTH)
    throw unwritable(place, "a cycle, or a nesting too deep", `answer at most ${MAX_DEPTH} levels`);
  const inside = (name: string, inner: unknown, key: string): unknown =>
    copy(inner, key, { path: name, depth: depth + 1, extras });
  if (Array.isArray(value) && isPlainArray(value)) {
    return Array.from(value, (inner: unknown, i) => inside(`${path}[${i}]`, inner, String(i)));
  }
  if (Array.isArray(value) || !isPlainObject(value)) {
    throw unwritable(place, named(value), "answer a plain object or an array: { ...row }, [...set]");
  }
  const entries: Array<[key: string, value: unknown]> = [];
  for (const [key, inner] of Object.entries(value)) {
    const at = join(path, key);
    if (!extras.loneSurrogates && !key.isWellFormed()) {
      throw unwritable({ ...place, path: at }, "a key with half a surrogate pair", "mend it with toWellFormed()");
    }
    if (inner !== undefined) entries.push([key, inside(at, inner, key)]);
  }
  return Object.fromEntries(entries); // an own __proto__ stays one
}

function unwritable({ path, extras: { name } }: Place, what: string, remedy: string): RinglightError {
  return new RinglightError("ERR_RESPONSE_SHAPE", `response.${path}: ${name} cannot write ${what}; ${remedy}`, {
    path,
  });
}

/** A codec, and what is looked at in a value before one writes it: so that nothing of it is lost without a word. */
import { checkKeys, isPlainArray, isPlainObject, join, MAX_DEPTH, named, valueError } from "./json.ts";

/**
 * Writes and reads what JSON would change. The module devalue is one as it is, and superjson:
 * `import * as devalue from "devalue"`. It must give back what it was given, or throw; its text must be JSON.
 */
export interface Codec {
  stringify(value: unknown): string;
  parse(text: string): unknown;
}

/** Refuses what a codec would drop or change without a word, and what could exhaust the stack. */
export function checkCodable(value: unknown, path: string, codec: Codec): void {
  walk(value, path, 0, codec, new Set());
}

function walk(value: unknown, path: string, depth: number, codec: Codec, seen: Set<object>): void {
  if (typeof value === "function" || typeof value === "symbol")
    throw valueError(path, `no codec keeps a ${typeof value}`, "leave it out");
  if (typeof value !== "object" || value === null || seen.has(value)) return;
  seen.add(value);
  if (!isFamiliar(value)) checkReturns(value, path, codec);
  for (const [at, inner] of contents(value, path)) {
    if (depth >= MAX_DEPTH) throw valueError(at, "it is nested too deep", `store at most ${MAX_DEPTH} levels`);
    walk(inner, at, depth + 1, codec, seen);
  }
}

const FAMILIAR: ReadonlySet<unknown> = new Set([Date, Map, Set].map(({ prototype }) => prototype));

/** Whether a codec that passed as an option is known to keep this kind of object, or to refuse it. */
function isFamiliar(value: object): boolean {
  if (Array.isArray(value)) return isPlainArray(value);
  return isPlainObject(value) || FAMILIAR.has(Object.getPrototypeOf(value));
}

/** Throws where the codec makes of it something of another kind: superjson, of an instance of a class. */
function checkReturns(value: object, path: string, codec: Codec): void {
  let back: unknown;
  try {
    back = codec.parse(codec.stringify(value));
  } catch {
    return; // refused where the whole is written, with the path to what is at fault
  }
  if (typeof back === "object" && back !== null && Object.getPrototypeOf(back) === Object.getPrototypeOf(value)) return;
  throw valueError(path, `${named(value)} would come back as something else`, "store what it is made of");
}

/** What is in a value, each with its path; of what is neither plain nor a Map nor a Set only its codec knows. */
function* contents(value: object, path: string): Generator<readonly [at: string, inner: unknown]> {
  if (value instanceof Map) {
    for (const [key, inner] of value) {
      yield [`${path}.keys()`, key];
      yield [`${path}.get(${typeof key === "string" ? JSON.stringify(key) : "…"})`, inner];
    }
  } else if (value instanceof Set) {
    for (const inner of value) yield [`${path}.values()`, inner];
  } else if (Array.isArray(value)) {
    checkKeys(value, path);
    for (const index of Object.keys(value)) yield [`${path}[${index}]`, value[Number(index)]]; // holes take no time
  } else if (isPlainObject(value)) {
    checkKeys(value, path);
    for (const [key, inner] of Object.entries(value)) yield [join(path, key), inner];
  }
}

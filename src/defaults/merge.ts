/** How changes lie over a preset: part by part, and nothing that they do not name is lost. */
import { meantName } from "../did-you-mean.ts";
import { badOption } from "../errors.ts";
import { isPlain } from "../ring.ts";

/** What merges key by key, as a tree of names; whatever is not in it is replaced whole: a list, a store, an option. */
export interface Parts {
  readonly [name: string]: Parts;
}

/**
 * The preset with the changes over it. `undefined` changes nothing; `true` over options keeps the options; an own name
 * counts, an inherited one does not. Neither argument is changed, and nothing in them is copied but the parts.
 */
export function mergeParts(preset: unknown, changes: unknown, parts: Parts | undefined): unknown {
  if (changes === undefined || (changes === true && preset !== false && preset !== undefined)) return preset;
  if (!parts || !isPlain(preset) || !isPlain(changes)) return changes;
  const merged: Record<string, unknown> = Object.create(null);
  for (const name of new Set([...Object.keys(preset), ...Object.keys(changes)])) {
    merged[name] = mergeParts(own(preset, name), own(changes, name), own(parts, name));
  }
  return merged;
}

/** Throws `ERR_OPTION` for a part that is no object, and for a name that `shape` does not have. */
export function checkParts(given: unknown, shape: Readonly<Record<string, unknown>>, path = ""): void {
  if (!isPlain(given))
    throw badOption(path === "" ? "preset" : path, `must be an object of ${Object.keys(shape).join(", ")}`);
  for (const [name, value] of Object.entries(given)) {
    const at = path === "" ? name : `${path}.${name}`;
    if (!Object.hasOwn(shape, name)) {
      const names = Object.keys(shape).filter((known) => known !== "base"); // a preset says it by itself
      const meant = meantName(name, names);
      const hint = meant === undefined ? "" : `; did you mean ${meant}?`;
      throw badOption(at, `is no key of the defaults${hint}; there are: ${names.join(", ")}`);
    }
    const part = shape[name];
    if (isPlain(part) && value !== false && value !== undefined) checkParts(value, part, at);
  }
}

function own<T>(object: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** Freezes plain data to its last leaf. */
export function freezeDeep<T>(data: T): T {
  if (typeof data !== "object" || data === null || Object.isFrozen(data)) return data;
  for (const value of Object.values(data)) freezeDeep(value);
  return Object.freeze(data);
}

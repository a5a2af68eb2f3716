/** Keys of objects as keywords, for the formats that have them. */

const PART = "[A-Za-z*!_?$%&=<>][\\w*!?$%&=<>.+-]*";
const KEYWORD = new RegExp(`^${PART}(?:/${PART})?$`);

/** Whether all keys of an object are names that every reader takes behind the colon of a keyword. */
export function areKeywords(names: readonly string[]): boolean {
  return names.every((name) => name.length <= 200 && KEYWORD.test(name));
}

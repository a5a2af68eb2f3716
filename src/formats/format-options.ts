/** Checks what formats and `wrapFormats` are given; every mistake is `ERR_OPTION` when they are built. */
import { badOption, checkNames, type NamesOf } from "../errors.ts";
import { mediaType } from "../media-type.ts";
import type { Format, FormatTypes } from "./format.ts";

/** The media types of a format, in lower case. */
export function typesOf<Options extends FormatTypes, const Known extends readonly string[]>(
  options: Options,
  known: Known & NamesOf<Options, Known>,
  of: string,
  own: Format["types"],
): Format["types"] {
  checkNames(options as unknown, known, of); // the compiler has held them to each other above
  return checkTypes("types", options.types ?? own);
}

/** Throws `ERR_OPTION` for anything that is no list of formats, or where two claim one media type. */
export function checkFormats(formats: unknown): readonly Format[] {
  if (!Array.isArray(formats) || formats.length === 0) {
    throw badOption("formats", "must be a list of formats, such as [json()], the preferred one first");
  }
  const owner = new Map<string, string>();
  return formats.map((given: Partial<Format> | undefined, index) => {
    const at = `formats[${index}]`;
    if (typeof given?.name !== "string" || typeof given.read !== "function" || typeof given.write !== "function") {
      throw badOption(at, "must be a format: json(), or { name, types, read, write }");
    }
    const types = checkTypes(`${at}.types`, given.types);
    for (const type of types) {
      if (owner.has(type)) throw badOption(`${at}.types`, `${type} belongs to ${owner.get(type)} already`);
      owner.set(type, given.name);
    }
    return { ...(given as Format), types };
  });
}

/** Throws `ERR_OPTION` for a word that is none of the allowed. */
export function checkKeys(keys: unknown): void {
  if (keys !== undefined && keys !== "keyword" && keys !== "string") {
    throw badOption("keys", 'must be "keyword" or "string"');
  }
}

function checkTypes(option: string, types: unknown): Format["types"] {
  const lower = Array.isArray(types) ? types.map((type) => (typeof type === "string" ? type.toLowerCase() : "")) : [];
  if (lower.length === 0 || !lower.every((type) => mediaType(type)?.type === type)) {
    throw badOption(option, 'must be media types without parameters, such as ["application/json"]');
  }
  return lower as unknown as Format["types"];
}

/** Values that JSON would change, a Date or a Map: kept as the text of a codec of the application's, beside plain JSON. */
import { RinglightError } from "../errors.ts";
import { type Codec, checkCodable } from "./codable.ts";
import { MAX_DEPTH, sameJson, toJson, valueError } from "./json.ts";

/**
 * What JSON keeps is stored as its JSON text, with a codec or without; anything else as
 *
 *     { "codec": text }
 *
 * with just these spaces. `toJson` writes none, so no value of the application's can look like it.
 */
const BEFORE = '{ "codec": ';
const AFTER = " }";

/** Whether a stored text is a codec's. A broken store may give what is no text: that is found where it is read. */
export function isCoded(text: string): boolean {
  return typeof text === "string" && text.startsWith(BEFORE);
}

/** A value's text. Throws `ERR_SESSION_VALUE` with the path for what neither JSON nor the codec keeps. */
export function valueText(value: unknown, path: string, codec: Codec | undefined): string {
  if (!codec) return toJson(value, path);
  try {
    return toJson(value, path);
  } catch (error) {
    if (!(error instanceof RinglightError)) throw error;
  }
  checkCodable(value, path, codec);
  return `${BEFORE}${codecText(value, path, codec)}${AFTER}`;
}

function codecText(value: unknown, path: string, codec: Codec): string {
  let text: unknown;
  try {
    text = codec.stringify(value);
  } catch (error) {
    // Without its cause: devalue's error has the whole value in it, which belongs in no log.
    const { path: inside, message } = error as { readonly path?: unknown; readonly message?: unknown };
    const at = typeof inside === "string" && /^[.[]/.test(inside) ? path + inside : path;
    throw valueError(at, `the codec cannot keep it (${message})`, "store what it can, or leave it out");
  }
  if (isJsonText(text)) return text;
  throw valueError(path, "the codec gave no JSON text for it, or one that is nested too deep", "mend its stringify");
}

/** Whether it is text that every store keeps as it is, and gives back. */
export function isJsonText(text: unknown): text is string {
  try {
    return typeof text === "string" && text.isWellFormed() && isShallow(JSON.parse(text), MAX_DEPTH);
  } catch {
    return false;
  }
}

function isShallow(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  return levels > 0 && Object.values(value).every((inner) => isShallow(inner, levels - 1));
}

/** The value of a codec's text. `ERR_STORE_UNAVAILABLE` where it is torn, or where there is no codec. */
export function codedValue(text: string, codec: Codec | undefined): unknown {
  if (!codec)
    throw unreadable("the session holds what a codec wrote, a Date for one: give wrapSession that codec as its option");
  try {
    const value = text.endsWith(AFTER) ? codec.parse(text.slice(BEFORE.length, -AFTER.length)) : undefined;
    if (value !== undefined) return value;
  } catch (cause) {
    throw unreadable("the store gave back a value that the codec cannot read", { cause });
  }
  throw unreadable("the store gave back a value that the codec cannot read");
}

function unreadable(words: string, cause: { readonly cause?: unknown } = {}): RinglightError {
  return new RinglightError("ERR_STORE_UNAVAILABLE", words, { status: 503, ...cause });
}

/**
 * Whether two texts hold the same value: JSON whatever the order of keys. A codec's text counts as what is written of it
 * once it was read, so that who answers what he got changes nothing, even where an older codec wrote otherwise.
 */
export function sameValue(before: string, next: string, codec: Codec | undefined): boolean {
  if (before === next) return true;
  if (isCoded(before)) return valueText(codedValue(before, codec), "session", codec) === next;
  return !isCoded(next) && sameJson(before, next);
}

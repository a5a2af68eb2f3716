/** What may stand in a Transit document (https://github.com/cognitect/transit-format), looked at before it is decoded. */
import { checkRead } from "./check-read.ts";

const TAGS: ReadonlySet<string> = new Set(["'", "set", "list", "cmap"]);

/** The text behind `~` and a letter, by letter. Keywords, symbols, URIs and characters are any text. */
const SCALARS: ReadonlyMap<string, RegExp> = new Map([
  ["_", /^$/],
  ["?", /^[tf]$/],
  ["i", /^[-+]?\d{1,400}$/],
  ["n", /^[-+]?\d{1,400}$/],
  ["d", /^[-+]?\d{1,400}(?:\.\d{0,400})?(?:[eE][-+]?\d{1,3})?$/],
  ["f", /^[-+]?\d{1,400}(?:\.\d{0,400})?(?:[eE][-+]?\d{1,9})?$/],
  ["z", /^(?:NaN|-?INF)$/],
  ["m", /^-?\d{1,16}$/],
  ["t", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[-+]\d\d:\d\d)$/],
  ["u", /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i],
  ["b", /^[A-Za-z\d+/]*={0,2}$/],
  [":", /^.+$/s],
  ["$", /^.+$/s],
  ["r", /^.*$/s],
  ["c", /^.$/su],
]);

/**
 * Throws a `SyntaxError` for a parsed JSON document that transit-js would guess about: a scalar that is none, a map without
 * a value for its last key, a tag that is not Transit's own. That last one keeps a tag from being looked up among the
 * names that every object has, `constructor` for instance.
 */
export function checkTransit(document: unknown): void {
  checkRead(document, { look: checkValue });
}

function checkValue(value: unknown): void {
  if (typeof value === "string") checkText(value);
  else if (Array.isArray(value)) {
    if (value[0] === "^ " && value.length % 2 === 0) throw new SyntaxError("a map without a value for its last key");
  } else if (typeof value === "object" && value !== null) Object.keys(value).forEach(checkText);
}

function checkText(text: string): void {
  if (!text.startsWith("~") || /^~[~^`]/.test(text)) return;
  const rest = text.slice(2);
  if (text[1] === "#" ? TAGS.has(rest) : SCALARS.get(text[1] ?? "")?.test(rest)) return;
  throw new SyntaxError("a scalar that is none, or an unknown tag");
}

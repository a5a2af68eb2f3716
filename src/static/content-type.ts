/** A file's Content-Type, by the end of its name. */
import { lookup } from "mrmime";

/** Text is UTF-8; what no one knows is octets, which browsers download. */
export function contentTypeOf(name: string): string {
  const known: unknown = lookup(name.includes(".") ? name : ""); // mrmime takes a name without a dot for an ending
  if (typeof known !== "string") return "application/octet-stream"; // nor is `a.constructor` a type
  return known.startsWith("text/") ? `${known}; charset=utf-8` : known;
}

/** A file's Content-Type, by the end of its name. */
import { extensionOf, typeOfExtension } from "../extension.ts";

/** Text is UTF-8; what no one knows is octets, which browsers download. */
export function contentTypeOf(name: string): string {
  const type = typeOfExtension(extensionOf(name)) ?? "application/octet-stream";
  return type.startsWith("text/") ? `${type}; charset=utf-8` : type;
}

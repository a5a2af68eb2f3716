/** The extension of a name, and the media type that goes with it. The package mrmime knows them. */
import { lookup } from "mrmime";

/** What stands behind the last dot of a path's last name, in lower case; `""` where there is none. */
export function extensionOf(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const dot = name.lastIndexOf(".");
  return dot === -1 ? "" : name.slice(dot + 1).toLowerCase();
}

/** `undefined` for an unknown one. */
export function typeOfExtension(extension: string): string | undefined {
  const known: unknown = lookup(extension); // in a plain object: of "constructor" it has something too
  return typeof known === "string" ? known : undefined;
}

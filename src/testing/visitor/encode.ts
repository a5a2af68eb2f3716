/** The encodings of a form (HTML, 4.10.21.3). */
import type { Entry } from "./entries.ts";
import { multipart } from "./multipart.ts";

/** A form's body and its type, or the address of one that is sent by GET. */
export function encoded(entries: readonly Entry[], enctype: string): BodyInit {
  if (enctype === "multipart/form-data") return multipart(entries);
  if (enctype === "text/plain") {
    const text = entries.map(([name, value]) => `${name}=${nameOf(value)}\r\n`).join("");
    return new Blob([text], { type: "text/plain" });
  }
  return query(entries);
}

/** As a query: of a file its name. */
export function query(entries: readonly Entry[]): URLSearchParams {
  return new URLSearchParams(entries.map(([name, value]) => [name, nameOf(value)]));
}

function nameOf(value: string | Blob): string {
  if (typeof value === "string") return value;
  return value instanceof File ? value.name : "blob";
}

/** A form as multipart/form-data (RFC 7578), as browsers write it: `FormData` leaves out the name of a file not chosen. */
import type { Entry } from "./entries.ts";

/** The body; its type has the boundary. */
export function multipart(entries: readonly Entry[]): Blob {
  const boundary = `----${crypto.randomUUID()}`;
  const parts = entries.flatMap(([name, value]): BlobPart[] => {
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${quoted(name)}"`;
    if (typeof value === "string") return [`${head}\r\n\r\n${value}\r\n`];
    const file = value instanceof File ? value.name : "blob";
    const type = value.type || "application/octet-stream";
    return [`${head}; filename="${quoted(file)}"\r\nContent-Type: ${type}\r\n\r\n`, value, "\r\n"];
  });
  return new Blob([...parts, `--${boundary}--\r\n`], { type: `multipart/form-data; boundary=${boundary}` });
}

// HTML, 4.10.21.8.
function quoted(name: string): string {
  return name.replace(/\r\n|\r|\n/g, "%0D%0A").replaceAll('"', "%22");
}

/** Multipart bodies, as bytes: well-formed ones and, by `raw`, any other. */
import type { RequestMap } from "../../src/ring.ts";
import { postedForm, streamed } from "./posted.ts";

export const MULTIPART = "multipart/form-data; boundary=b";

/** One part: its headers' lines, and its content. */
export function part(headers: string | readonly string[], content = ""): string {
  return `--b\r\n${[headers].flat().join("\r\n")}\r\n\r\n${content}\r\n`;
}

export function field(name: string, content: string, ...more: readonly string[]): string {
  return part([`Content-Disposition: form-data; name="${name}"`, ...more], content);
}

export function file(name: string, filename: string, content = "", type = "text/plain"): string {
  const disposition = `Content-Disposition: form-data; name="${name}"; filename="${filename}"`;
  return part([disposition, `Content-Type: ${type}`], content);
}

export const END = "--b--\r\n";

/** A request with such a body, in chunks of some size. */
export function multipart(
  body: string | ReadableStream<Uint8Array>,
  { chunk = 65_536, ...more }: Partial<RequestMap> & { readonly type?: string; readonly chunk?: number } = {},
): RequestMap {
  if (typeof body !== "string") return postedForm(body, { type: MULTIPART, ...more });
  const octets = new TextEncoder().encode(body);
  const chunks = Array.from({ length: Math.ceil(octets.length / chunk) }, (_, i) =>
    octets.subarray(i * chunk, (i + 1) * chunk),
  );
  return postedForm(streamed(chunks), { type: MULTIPART, ...more });
}

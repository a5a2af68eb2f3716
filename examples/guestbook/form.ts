/** Forms: what a browser posts as `application/x-www-form-urlencoded`. */
import type { RequestMap } from "ringlight";

const LIMIT = 64 * 1024; // octets; the largest form here is a name or a short message

/** An error that the error page answers with its status. */
export class FormTooLarge extends Error {
  readonly status = 413;
}

/** The fields of a posted form; empty for a body that is none. Rejects with `FormTooLarge` past 64 KiB. */
export async function readForm({ body, headers }: RequestMap): Promise<URLSearchParams> {
  if (!body || !/^application\/x-www-form-urlencoded\s*(;|$)/i.test(headers["content-type"] ?? ""))
    return new URLSearchParams();
  let size = 0;
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of body) {
    size += chunk.length;
    if (size > LIMIT) throw new FormTooLarge("a form over 64 KiB");
    text += decoder.decode(chunk, { stream: true });
  }
  return new URLSearchParams(text + decoder.decode());
}

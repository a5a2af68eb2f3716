/** A response's data as a body. */
import { RinglightError } from "../errors.ts";
import { mediaType } from "../media-type.ts";
import { headerValue, withHeaderValue, withVary } from "../response-header.ts";
import type { ResponseMap } from "../ring.ts";
import type { Format } from "./format.ts";
import { type Chosen, formatOf } from "./negotiate.ts";

export type WithData = ResponseMap & { readonly data?: unknown };

/**
 * The response without the key `data`: written in the format of the response's own Content-Type, else in the chosen one.
 * `undefined` where there is data and neither. Throws `ERR_RESPONSE_SHAPE` for data that cannot be sent.
 */
export function written(
  { data, ...rest }: WithData,
  chosen: Chosen | undefined,
  formats: readonly Format[],
): ResponseMap | undefined {
  if (data === undefined) return rest;
  if ((rest.body ?? null) !== null) {
    throw new RinglightError(
      "ERR_RESPONSE_SHAPE",
      "response.data stands beside a body: answer one of them, body: null",
    );
  }
  const own = headerValue(rest.headers, "content-type");
  if (own !== undefined) return { ...rest, body: octetsOf(data, ownFormat(own, formats)) };
  if (!chosen) return undefined;
  const body = octetsOf(data, chosen.format);
  const type = typeof body === "string" ? `${chosen.type}; charset=utf-8` : chosen.type;
  return { ...rest, headers: withVary(withHeaderValue(rest.headers, "content-type", type), "Accept"), body };
}

function ownFormat(contentType: string, formats: readonly Format[]): Format {
  const format = formatOf(mediaType(contentType)?.type, formats);
  if (format) return format;
  const known = formats.flatMap(({ types }) => types).join(", ");
  throw new RinglightError(
    "ERR_RESPONSE_SHAPE",
    `response.data under a Content-Type that is none of the formats' (${known}): leave the header out, or add the type to a format: json({ types: [...] })`,
  );
}

function octetsOf(data: unknown, { name, write }: Format): string | Uint8Array {
  let body: unknown;
  try {
    body = write(data);
  } catch (cause) {
    if (cause instanceof RinglightError) throw cause;
    throw new RinglightError("ERR_RESPONSE_SHAPE", `response.data: the format ${name} cannot write it`, { cause });
  }
  if (typeof body === "string" || body instanceof Uint8Array) return body;
  throw new RinglightError("ERR_RESPONSE_SHAPE", `response.data: the format ${name} wrote neither text nor octets`);
}

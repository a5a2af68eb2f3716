/** A request's body as data. */
import { RinglightError } from "../errors.ts";
import { isUtf8, mediaType } from "../media-type.ts";
import type { RequestMap } from "../ring.ts";
import { type BodyBounds, readBody, tooLong } from "./body.ts";
import { checkRead } from "./check-read.ts";
import type { Format } from "./format.ts";
import { formatOf } from "./negotiate.ts";

/** What becomes of the request: a body that was read is no longer there. */
export interface ReadRequest extends Pick<RequestMap, "body"> {
  readonly bodyParams: unknown;
}

/**
 * Reads a body whose Content-Type is one of the formats'; any other, and none, is left as it is. Rejects with
 * `ERR_BODY_SYNTAX`, `ERR_BODY_TYPE`, `ERR_BODY_SIZE` or `ERR_BODY_TIMEOUT`.
 */
export async function readRequest(
  { body, headers }: Pick<RequestMap, "body" | "headers">,
  formats: readonly Format[],
  bounds: BodyBounds,
): Promise<ReadRequest> {
  const given = mediaType(headers["content-type"]);
  const format = formatOf(given?.type, formats);
  if (!body || !format) return { body, bodyParams: undefined };
  try {
    if (given?.charset !== undefined && !isUtf8(given.charset)) throw unread("a charset but UTF-8");
    const coding = headers["content-encoding"]?.trim().toLowerCase() ?? "";
    if (coding !== "" && coding !== "identity") throw unread("a content coding");
    if (Number(headers["content-length"]) > bounds.limit) throw tooLong(bounds.limit);
  } catch (error) {
    body.cancel(error).catch(() => {});
    throw error;
  }
  const octets = await readBody(body, bounds);
  return { body: null, bodyParams: octets.byteLength === 0 ? undefined : dataOf(octets, format) };
}

function dataOf(octets: Uint8Array, { name, read }: Format): unknown {
  try {
    const data = read(octets);
    if (data === undefined) throw new SyntaxError("no data");
    checkRead(data);
    return data;
  } catch (cause) {
    throw new RinglightError("ERR_BODY_SYNTAX", `the body cannot be read as ${name}`, { status: 400, cause });
  }
}

function unread(what: string): RinglightError {
  return new RinglightError("ERR_BODY_TYPE", `a body in ${what} is not read here`, { status: 415 });
}

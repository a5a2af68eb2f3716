/** A request's body as data. */
import { type BodyLimits, bodyChunks, joined, letGo, type Received } from "../body.ts";
import { bodyType, readableParams } from "../body-type.ts";
import { RinglightError } from "../errors.ts";
import type { RequestMap } from "../ring.ts";
import { checkRead } from "./check-read.ts";
import type { Format } from "./format.ts";
import { formatOf } from "./negotiate.ts";

/** What becomes of the request: a body that was read is no longer there. */
export interface ReadRequest extends Pick<RequestMap, "body"> {
  readonly bodyParams: unknown;
}

interface ReadBounds extends BodyLimits {
  readonly maxValues: number;
}

/**
 * Reads a body whose Content-Type is one of the formats'; any other, and none, is left as it is. Rejects with
 * `ERR_BODY_SYNTAX`, `ERR_BODY_TYPE`, `ERR_BODY_SIZE`, `ERR_BODY_TIMEOUT` or `ERR_PARAMS_LIMIT`.
 */
export async function readRequest(
  request: Received,
  formats: readonly Format[],
  limits: ReadBounds,
): Promise<ReadRequest> {
  const { body, headers } = request;
  const format = formatOf(bodyType(headers), formats);
  if (!body || !format) return { body, bodyParams: undefined };
  try {
    readableParams(headers);
  } catch (error) {
    letGo(body);
    throw error;
  }
  const octets = await joined(bodyChunks(request, limits));
  return { body: null, bodyParams: octets.byteLength === 0 ? undefined : dataOf(octets, format, limits) };
}

/** How many characters a body may stand for, for each octet of the limit: formats shorten what repeats itself. */
const EXPANSION = 4;

function dataOf(octets: Uint8Array, { name, read }: Format, { limit, maxValues }: ReadBounds): unknown {
  try {
    const data = read(octets, { maxValues });
    if (data === undefined) throw new SyntaxError("no data");
    checkRead(data, { maxValues, maxText: EXPANSION * limit });
    return data;
  } catch (cause) {
    if (cause instanceof RinglightError && cause.code === "ERR_PARAMS_LIMIT") throw cause;
    throw new RinglightError("ERR_BODY_SYNTAX", `the body cannot be read as ${name}`, { status: 400, cause });
  }
}

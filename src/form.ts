/** Forms: what a browser posts as `application/x-www-form-urlencoded`. */
import type { Received } from "./body.ts";
import { checkNames } from "./errors.ts";
import { checkOctets, checkTimeout } from "./limits.ts";
import type { Params } from "./params/record.ts";
import { urlencodedPairs, urlencodedText } from "./params/urlencoded.ts";

/** What `readForm` takes. */
export interface FormOptions {
  /** Octets of the body. Default 65,536. */
  readonly limit?: number | undefined;
  /** Seconds that the whole body may take to arrive. Default 30. */
  readonly timeout?: number | undefined;
}

/**
 * The fields of a posted form; empty for a body that is none. Rejects with `ERR_BODY_SIZE` (413), `ERR_BODY_TIMEOUT` (408),
 * `ERR_BODY_SYNTAX` (400, cut off) or `ERR_BODY_TYPE` (415, a charset but UTF-8 or ASCII, a Content-Type whose parameters
 * cannot be read, or a content coding), and with `ERR_OPTION` for an option that cannot be.
 *
 * A body can be read once; a second reading rejects. Behind `wrapParams`, which has read it, these are its `formParams`,
 * within its limits; fields of one name stand together then.
 */
export async function readForm(
  request: Received & { readonly formParams?: Params | undefined },
  options: FormOptions = {},
): Promise<URLSearchParams> {
  checkNames(options, ["limit", "timeout"], "readForm");
  const { limit = 65_536, timeout = 30 } = options;
  checkOctets("limit", limit);
  checkTimeout(timeout);
  if (request.body === null) return flattened(request.formParams ?? {});
  return urlencodedPairs((await urlencodedText(request, { limit, timeout })) ?? "");
}

function flattened(params: Params): URLSearchParams {
  const all = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    for (const each of [value ?? []].flat()) all.append(name, each);
  }
  return all;
}

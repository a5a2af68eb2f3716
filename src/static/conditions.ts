/** Conditional requests (RFC 9110, 13), in the order of 13.2.2. */

import { matchesStrongly, matchesWeakly } from "../entity-tags.ts";
import { parseHttpDate } from "../http-date.ts";
import type { RequestMap } from "../ring.ts";
import type { Validators } from "./validators.ts";

type Headers = RequestMap["headers"];

/**
 * What a GET or HEAD for this version comes to: 412 where the client asked for another version only, 304 where it has
 * this one already, else 200. A condition that cannot be read counts as absent.
 */
export function conditionStatus(headers: Headers, { etag, modified }: Validators, now: number): 200 | 304 | 412 {
  const before = (header: string): boolean | undefined => {
    const date = parseHttpDate(headers[header] ?? "", now);
    return date === undefined || modified === undefined ? undefined : modified <= date;
  };
  const match = headers["if-match"];
  if (match !== undefined ? !matchesStrongly(match, etag) : before("if-unmodified-since") === false) return 412;
  const noneMatch = headers["if-none-match"];
  if (noneMatch !== undefined) return matchesWeakly(noneMatch, etag) ? 304 : 200;
  return before("if-modified-since") === true ? 304 : 200;
}

/** Whether a Range counts: without If-Range (13.1.5), or with the very version that is sent, told by a strong validator. */
export function rangeCounts(headers: Headers, { etag, modified, strong }: Validators, now: number): boolean {
  const given = headers["if-range"];
  if (given === undefined) return true;
  if (!strong) return false;
  return given.startsWith('"') ? given === etag : modified !== undefined && parseHttpDate(given, now) === modified;
}

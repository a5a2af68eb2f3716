/** Where a folder stands in the site. */
import { badOption } from "../errors.ts";
import { isSafe } from "./names.ts";

/** Throws `ERR_OPTION` for a prefix that no request's path begins with. */
export function checkPrefix(prefix: unknown): void {
  if (prefix === undefined || prefix === "") return;
  const isPath = typeof prefix === "string" && /^(?:\/[\w@.~!$&'()*+,;=-]+)+$/.test(prefix);
  if (!isPath || !prefix.slice(1).split("/").every(isSafe))
    throw badOption(
      "prefix",
      'must be a path of plain letters that begins with a slash and ends without, such as "/static"',
    );
}

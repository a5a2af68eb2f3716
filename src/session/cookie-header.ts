/** A request's Cookie header as the browser will send it once it has what this response sets. */
import { trimmed } from "../cookies/parse.ts";
import { parseSetCookie } from "../cookies/parse-set-cookie.ts";

/** So that a session that was stored while its request still runs can be found again, under the token that it has by then. */
export function withSetCookies(header: string | undefined, lines: readonly string[]): string | undefined {
  let pairs = (header ?? "").split(";").filter((pair) => pair.trim() !== "");
  for (const line of lines) {
    const cookie = parseSetCookie(line);
    if (!cookie) continue;
    pairs = pairs.filter((pair) => nameOf(pair) !== cookie.name);
    if (cookie.maxAge === undefined || cookie.maxAge > 0) pairs.push(`${cookie.name}=${cookie.value}`);
  }
  return pairs.length === 0 ? undefined : pairs.map((pair) => pair.trim()).join("; ");
}

function nameOf(pair: string): string {
  const equals = pair.indexOf("=");
  return trimmed(pair, 0, equals === -1 ? pair.length : equals);
}

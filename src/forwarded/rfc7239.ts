/**
 * `Forwarded` (RFC 7239): `for=192.0.2.43;proto=https;host=example.com, for="[2001:db8::1]:4711"`, one element per proxy.
 *
 * Read from its end, where the nearest proxy wrote: what a visitor sent before, an open quote too, does not change how
 * the trusted elements read.
 */
import { addressOf, type ReadForwarded } from "./told.ts";
import type { IsTrusted } from "./trusted.ts";

/**
 * Walks from the last element to the first, as long as the one who wrote it is trusted: `for` names who wrote the element
 * before. The last one walked tells the client, and the last `proto` and `host` on the way are those that he used. What
 * cannot be read, `for=unknown` and a made-up name (`_hidden`) end the walk.
 */
export function forwarded(isTrusted: IsTrusted): ReadForwarded {
  return (origin, headers) => {
    let { scheme, host, remoteAddress } = origin;
    for (const element of fromEnd(headers.forwarded ?? "", ",")) {
      if (!isTrusted(remoteAddress)) break;
      if (element.trim() === "") continue;
      const pairs = pairsOf(element);
      if (!pairs) break;
      if (pairs.get("proto")?.toLowerCase() === "https") scheme = "https";
      host = pairs.get("host") ?? host;
      const address = addressOf(pairs.get("for") ?? "");
      if (address === undefined) break;
      remoteAddress = address;
    }
    return { scheme, host, remoteAddress };
  };
}

/** The parts of a text between separators that do not stand in quotes, the last part first. */
function* fromEnd(text: string, separator: string): Generator<string> {
  let end = text.length;
  let quoted = false;
  for (let at = text.length - 1; at >= 0; at--) {
    const sign = text[at];
    if (sign === '"' && !(quoted && isEscaped(text, at))) quoted = !quoted;
    else if (sign === separator && !quoted) {
      yield text.slice(at + 1, end);
      end = at;
    }
  }
  yield text.slice(0, end);
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text[at - 1 - backslashes] === "\\") backslashes++;
  return backslashes % 2 === 1;
}

// RFC 7239, 4: token "=" value, each name once. Unquoted ports and brackets are what proxies send in spite of it.
const PAIR = /^[ \t]*([\w!#$%&'*+.^`|~-]+)=(?:([\w!#$%&'*+.^`|~:[\]-]+)|"((?:[^"\\]|\\.)*)")[ \t]*$/;

function pairsOf(element: string): ReadonlyMap<string, string> | undefined {
  const pairs = new Map<string, string>();
  for (const part of fromEnd(element, ";")) {
    if (part.trim() === "") continue;
    const [, name, token, text] = PAIR.exec(part) ?? [];
    if (name === undefined || pairs.has(name.toLowerCase())) return undefined;
    pairs.set(name.toLowerCase(), token ?? (text ?? "").replaceAll(/\\(.)/g, "$1"));
  }
  return pairs;
}

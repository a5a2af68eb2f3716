/** Tells of a proxy that speaks TLS and was not named, which is the most frequent reason that a site seems to be on http. */
import type { RequestMap } from "../ring.ts";

/**
 * Makes a function that prints a warning, once, for a request over http that says that it came to a proxy over https.
 * Whoever can reach the server can make it print; it says nothing of what was sent but the peer's address.
 */
export function unnamedProxyWarning(
  print: (words: string) => void = (words) => console.warn(words),
): (request: RequestMap) => void {
  let told = false;
  return ({ scheme, headers, remoteAddress }) => {
    if (told || scheme === "https" || !saysHttps(headers)) return;
    told = true;
    const peer = remoteAddress ?? "a peer whose address is not known";
    print(
      `ringlight: ${peer} says that a request came over https, and is not named as a proxy, so it counts as http: ` +
        `serve(app, { trustProxy: [${JSON.stringify(remoteAddress ?? "10.0.0.1")}] }), if that is your proxy`,
    );
  };
}

function saysHttps(headers: RequestMap["headers"]): boolean {
  return /^\s*https\b/i.test(headers["x-forwarded-proto"] ?? "") || /proto="?https\b/i.test(headers.forwarded ?? "");
}

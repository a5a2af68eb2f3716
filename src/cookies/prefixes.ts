/** What the prefixes of a cookie's name promise. */

/** The attributes that prefixes promise something of. */
interface Promised {
  readonly secure?: boolean | undefined;
  readonly httpOnly?: boolean | undefined;
  readonly path?: string | undefined;
  readonly domain?: string | undefined;
}

/** The attribute that a prefix wants otherwise, and how to mend it. */
export interface BrokenPrefix {
  readonly key: keyof Promised;
  readonly remedy: string;
}

/**
 * The first promise of the name's prefix that the attributes break (RFC 6265bis, 4.1.3; `__Http-` and `__Host-Http-`:
 * layered-cookies). Without regard to case, as user agents check it, lest a server that ignores case be misled.
 */
export function brokenPrefix(name: string, attributes: Promised): BrokenPrefix | undefined {
  const prefix = /^__(?:secure|host-http|host|http)-/i.exec(name)?.[0].toLowerCase();
  if (prefix === undefined) return undefined;
  if (attributes.secure !== true) return { key: "secure", remedy: "the name's prefix needs secure: true" };
  if (prefix.endsWith("http-") && attributes.httpOnly !== true) {
    return { key: "httpOnly", remedy: "the name's prefix needs httpOnly: true" };
  }
  if (!prefix.startsWith("__host-")) return undefined;
  if (attributes.path !== "/") return { key: "path", remedy: 'the name\'s prefix needs path: "/"' };
  return attributes.domain === undefined ? undefined : { key: "domain", remedy: "the name's prefix allows no domain" };
}

/** Whether the name's prefix allows no path but `/`. */
export function needsRootPath(name: string): boolean {
  return brokenPrefix(name, { secure: true, httpOnly: true }) !== undefined;
}

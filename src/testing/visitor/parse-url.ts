/** A URL, or nothing. */

/** `undefined` for what is no URL. As `URL.parse`, which Node 22.0 does not have. */
export function parseUrl(text: string | URL, base?: string | URL): URL | undefined {
  return URL.canParse(text, base) ? new URL(text, base) : undefined;
}

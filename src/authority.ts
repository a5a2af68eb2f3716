/** The authority that a request was sent to, `example.com:8080`: whether a URL may be made of it. */

export interface Authority {
  /** A host name, an IPv4 address, or an IPv6 one in brackets; as sent. */
  readonly name: string;
  /** `""` where none was sent. */
  readonly port: string;
}

// RFC 9112, 3.2: host and port, no userinfo. Narrower than RFC 3986, 3.2.2: no percent sequences, no sub-delims.
const AUTHORITY = /^(\[[\da-f:.]{2,45}\]|[\w-]+(?:\.[\w-]+)*\.?)(?::(\d{0,5}))?$/i;

/** `undefined` for what is none: empty, with a userinfo, a path, white space, an address or a port that cannot be. */
export function parseAuthority(host: string): Authority | undefined {
  if (host.length > 261) return undefined; // a name of 255 and a port
  const [, name, port = ""] = AUTHORITY.exec(host) ?? [];
  return name !== undefined && URL.canParse(`https://${host}/`) ? { name, port } : undefined;
}

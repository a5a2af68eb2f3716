/** The grammar of RFC 6265bis and of what it borrows, as expressions; a cookie-name is a token (`http-token.ts`). Each matches a whole string in linear time. */

/**
 * cookie-value = *cookie-octet / ( DQUOTE *cookie-octet DQUOTE ) (RFC 6265bis, 4.1.1)
 * cookie-octet = %x21 / %x23-2B / %x2D-3A / %x3C-5B / %x5D-7E
 *              ; US-ASCII without CTLs, whitespace, DQUOTE, comma, semicolon and backslash
 */
export const COOKIE_VALUE: RegExp = /^(?:[!#-+\--:<-[\]-~]*|"[!#-+\--:<-[\]-~]*")$/;

/** *cookie-octet without "%": a value that reads the same whether percent sequences are decoded or not. */
export const PLAIN_VALUE: RegExp = /^[!#$&-+\--:<-[\]-~]*$/;

/**
 * path-value = *av-octet (RFC 6265bis, 4.1.1)
 * av-octet   = %x20-3A / %x3C-7E ; any CHAR except CTLs or ";"
 *
 * Here without "<" (%x3C), which no URI holds and which ends a script when a path is echoed, and not empty.
 */
export const PATH: RegExp = /^[ -:=-~]+$/;

/**
 * domain-value = <subdomain> (RFC 1034, 3.5, as enhanced by RFC 1123, 2.1)
 * subdomain    = label *( "." label )
 * label        = let-dig [ *61( let-dig / "-" ) let-dig ]
 *
 * An internationalised name stands here in its A-label form (`xn--…`). At most 253 octets, checked beside it.
 */
export const DOMAIN: RegExp =
  /^[0-9A-Za-z](?:[0-9A-Za-z-]{0,61}[0-9A-Za-z])?(?:\.[0-9A-Za-z](?:[0-9A-Za-z-]{0,61}[0-9A-Za-z])?)*$/;

/** CTL without HTAB = %x00-08 / %x0A-1F / %x7F: what makes a user agent drop the cookie (RFC 6265bis, 5.6, step 1). */
export const CONTROL: RegExp = /[\0-\x08\n-\x1f\x7f]/;

/**
 * Names as they are read, wider than a token because producers of `paraglide:lang` and `user@example.com` exist:
 * 1*VCHAR without ";", "=" and "\". No white space and nothing outside ASCII, so that no name only looks like another.
 */
export const NAME_ON_READ: RegExp = /^[!-:<>-[\]-~]+$/;

/** A name and its value together, in octets (RFC 6265bis, 5.6, step 5). */
export const MAX_PAIR = 4096;

/** The value of one attribute, in octets (RFC 6265bis, 5.6). */
export const MAX_ATTRIBUTE = 1024;

/** The longest life of a cookie: 400 days in seconds (RFC 6265bis, 5.5). */
export const MAX_LIFETIME = 34_560_000;

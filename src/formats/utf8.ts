/** Text that came as octets. */

/** Throws for what is not UTF-8; one byte order mark at the front is no part of the text (RFC 8259, 8.1). */
export function utf8(octets: Uint8Array): string {
  return new TextDecoder("utf-8", { fatal: true }).decode(octets);
}

/** Which file of a folder a request's path names. Decided by the text alone, alike on every system. */

// A control, a separator of some system, a drive letter or NTFS stream; a name that ends in a dot or a space, which
// Windows takes off, and so `.` and `..` too; the names of devices there, whatever follows.
const UNSAFE = /[\x00-\x1f\x7f/\\:]|[. ]$|^(?:con|prn|aux|nul|conin\$|conout\$|clock\$|(?:com|lpt)[\d¹²³])\s*(?:\.|$)/i;

/**
 * The names from the folder down, percent-decoded once; the last is `""` where the path ends in a slash, and there are
 * none where it is the prefix itself. `undefined` for a path that is not under `prefix`, that cannot be decoded
 * (RFC 3986, 2.1), or that has a name which could mean anything but an entry of the folder it stands in: `..`, an
 * encoded slash, `//`.
 */
export function namesUnder(prefix: string, uri: string): readonly string[] | undefined {
  if (uri === prefix && prefix !== "") return [];
  if (!uri.startsWith(`${prefix}/`)) return undefined;
  const names: string[] = [];
  const written = uri.slice(prefix.length + 1).split("/");
  for (const [index, part] of written.entries()) {
    const name = decoded(part);
    const isEnd = index === written.length - 1 && name === "";
    if (name === undefined || (!isEnd && !isSafe(name))) return undefined;
    names.push(name);
  }
  return names;
}

/** Whether a name can only mean an entry of the folder it stands in. */
export function isSafe(name: string): boolean {
  return name !== "" && !UNSAFE.test(name);
}

/** Whether a path holds a dotfile, or leads through one. `.well-known` at the top (RFC 8615) is none. */
export function isHidden(names: readonly string[]): boolean {
  return names.some((name, index) => name.startsWith(".") && !(index === 0 && name === ".well-known"));
}

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

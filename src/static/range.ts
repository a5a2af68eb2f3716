/** Range requests (RFC 9110, 14): one range of octets. */

/** From this octet, so many of them. */
export interface Range {
  readonly start: number;
  readonly length: number;
}

/**
 * The part that is asked for; `"none"` where nothing of it is there (416); `undefined` where the whole file answers: no
 * range, one that cannot be read, another unit, or several ranges, which a server may ignore (14.2) and which are a
 * known burden (14.2, CVE-2011-3192).
 */
export function rangeOf(header: string | undefined, size: number): Range | "none" | undefined {
  const [, first, last] = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i.exec(header ?? "") ?? [];
  if (first === undefined || last === undefined || (first === "" && last === "")) return undefined;
  if (first === "") return suffix(Number(last), size);
  const start = Number(first);
  const end = last === "" ? Number.POSITIVE_INFINITY : Number(last);
  if (end < start) return undefined;
  return start >= size ? "none" : { start, length: Math.min(end, size - 1) - start + 1 };
}

function suffix(wanted: number, size: number): Range | "none" | undefined {
  if (wanted === 0) return "none";
  if (size === 0) return undefined; // a Content-Range cannot say "nothing, and that is all"
  const length = Math.min(wanted, size);
  return { start: size - length, length };
}

/** Files that lie beside a file in compressed form: `site.css.br`, `site.css.gz`. */
import { type OpenFile, openInside, type ServedFolder } from "./open-inside.ts";

/** A content coding, as Accept-Encoding and Content-Encoding name it. */
export type Coding = "br" | "gzip";

const ENDINGS: ReadonlyArray<readonly [Coding, string]> = [
  ["br", ".br"],
  ["gzip", ".gz"],
];

// Copies of both, made at one time, may be stamped in either order.
const TOGETHER = 2_000_000_000n;

/**
 * The compressed form that the client likes best, br where it does not care. One that is older than the file is left
 * over from another version, and not sent.
 */
export async function compressedForm(
  folder: ServedFolder,
  names: readonly string[],
  plain: OpenFile,
  acceptEncoding: string | undefined,
): Promise<{ readonly file: OpenFile; readonly coding: Coding } | undefined> {
  for (const [coding, ending] of accepted(acceptEncoding)) {
    const file = await openInside(folder, [...names.slice(0, -1), names.at(-1)! + ending]);
    if (file === undefined || file === "folder") continue;
    if (file.modified + TOGETHER >= plain.modified) return { file, coding };
    await file.handle.close();
  }
  return undefined;
}

/** RFC 9110, 12.5.3; without the header the file goes as it is. */
function accepted(header = ""): typeof ENDINGS {
  const weights = new Map<string, number>();
  for (const part of header.split(",", 100)) {
    const [, name, weight] = /^\s*([\w.+*-]+)\s*(?:;\s*q=\s*([01](?:\.\d{0,3})?)\s*)?$/i.exec(part) ?? [];
    if (name !== undefined)
      weights.set(name.toLowerCase().replace(/^x-/, ""), weight === undefined ? 1 : Number(weight));
  }
  const weightOf = (coding: Coding): number => weights.get(coding) ?? weights.get("*") ?? 0;
  return ENDINGS.filter(([coding]) => weightOf(coding) > 0).toSorted(([a], [b]) => weightOf(b) - weightOf(a));
}

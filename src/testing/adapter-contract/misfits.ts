/** Ways to answer that a host does not have, and how that is said. */
import type { AboutAdapter, AdapterAnswers, AdapterWay } from "./site.ts";

const LACKING: Readonly<Record<AdapterWay, string>> = {
  fail: "errors of its own",
  writeHead: "head to write ahead",
  flushHead: "head to flush early",
};

export function skipped(way: AdapterWay, reason: string | undefined): string {
  return `skipped: the host has no ${LACKING[way]}${reason === undefined ? `; say so: lacks: { ${way}: "…" }` : `: ${reason}`}`;
}

/** Ways that a check needs and that are not there, and ways that are there although they are said to be lacking. */
export function misfitsOf(
  answers: AdapterAnswers,
  needs: readonly AdapterWay[],
  { lacks = {} }: AboutAdapter,
): readonly string[] {
  const absent = needs.filter((way) => answers[way] === undefined).map((way) => skipped(way, undefined));
  const stale = (Object.keys(LACKING) as AdapterWay[]).filter((way) => lacks[way] !== undefined && answers[way]);
  return [...absent, ...stale.map((way) => `the host has ${way}, which is said to be lacking`)];
}

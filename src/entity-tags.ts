/** Entity tags (RFC 9110, 8.8.3): `"v1"`, `W/"v1"` for a weak one; compared with those that If-Match and If-None-Match list. */

const ENTITY_TAG = /(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"/.source;
const ALONE = new RegExp(`^${ENTITY_TAG}$`);
const LISTED = new RegExp(`[ \\t,]*(${ENTITY_TAG})[ \\t]*(?=,|$)`, "y");

/** For If-Match, by strong comparison: `*`, or the tag itself, and not a weak one. A list counts up to what is no tag. */
export function matchesStrongly(condition: string, tag: string | undefined): boolean {
  return isAny(condition) || (tag !== undefined && !isWeak(tag) && listed(condition).includes(tag));
}

/** For If-None-Match, by weak comparison: `*`, or the tag, the `W/` of either aside. A list counts up to what is no tag. */
export function matchesWeakly(condition: string, tag: string | undefined): boolean {
  if (isAny(condition)) return true;
  return tag !== undefined && ALONE.test(tag) && listed(condition).some((each) => opaque(each) === opaque(tag));
}

function isAny(condition: string): boolean {
  return condition.trim() === "*";
}

function isWeak(tag: string): boolean {
  return tag.startsWith("W/");
}

function opaque(tag: string): string {
  return isWeak(tag) ? tag.slice(2) : tag;
}

function listed(condition: string): readonly string[] {
  const tags: string[] = [];
  LISTED.lastIndex = 0;
  for (let match = LISTED.exec(condition); match?.[1] !== undefined; match = LISTED.exec(condition))
    tags.push(match[1]);
  return tags;
}

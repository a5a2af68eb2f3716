/** The name that a misspelt one was meant to be. */

/** The first of `known` that is at most two letters away, in any case; `undefined` where none is, or `word` is one. */
export function meantName(word: string, known: readonly string[]): string | undefined {
  if (known.includes(word)) return undefined;
  return known.find((name) => distance(word.toLowerCase(), name.toLowerCase()) <= 2);
}

/** How many letters must be added, dropped or changed (Levenshtein). */
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next[j] = Math.min(change, row[j]! + 1, next[j - 1]! + 1);
    }
    row = next;
  }
  return row[b.length]!;
}

/** Runs the rows of a corpus, and holds the list of contradicted rows to account. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

// biome-ignore lint/suspicious/noExplicitAny: rows hold the values of six libraries
export type Loose = any;

export interface Row {
  readonly name: string | null;
  readonly op?: string;
  readonly input: Loose;
  readonly expected: Loose;
}

/** Rows of one file as `name #index`, because names repeat. */
export function rowsOf(file: string): readonly (Row & { readonly id: string })[] {
  const url = new URL(`../corpora/${file}.json`, import.meta.url);
  const rows = JSON.parse(readFileSync(url, "utf8")) as Row[];
  return rows.map((row, index) => ({ ...row, id: `#${index}` }));
}

/** Undoes the encodings of values in the corpora. */
export function revive(value: Loose): Loose {
  if (Array.isArray(value)) return value.map(revive);
  if (typeof value !== "object" || value === null) return value;
  if ("$undefined" in value) return undefined;
  if ("$date" in value) return new Date(value.$date);
  if ("$number" in value) return Number(value.$number);
  if ("$latin1" in value) return value.$latin1;
  if ("$function" in value) return new Function("calls", `return (${value.$function})`)(0);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, revive(each)]));
}

export interface Corpus {
  readonly file: string;
  /** How many rows are outside, so that none is left out unnoticed. */
  readonly outside: (row: Row) => boolean;
  readonly outsideCount: number;
  /** Row by `#index`, and which decision or which other corpus it contradicts. */
  readonly contradicted: Readonly<Record<string, string>>;
  /** Runs one row through the library; throws where the row does not hold. */
  readonly run: (row: Row) => void;
}

/** One test per row; a contradicted row must still differ, or its entry is stale. */
export function runCorpus({ file, outside, outsideCount, contradicted, run }: Corpus): void {
  const rows = rowsOf(file);
  test(`${file}: ${outsideCount} rows are outside, and every contradicted row exists`, () => {
    assert.equal(rows.filter(outside).length, outsideCount);
    const inside = rows.filter((row) => !outside(row)).map((row) => row.id);
    assert.deepEqual(
      Object.keys(contradicted).filter((id) => !inside.includes(id)),
      [],
    );
  });
  for (const row of rows) {
    if (outside(row)) continue;
    const reason = contradicted[row.id];
    if (reason === undefined) test(`${file} ${row.id} ${row.op ?? ""} ${row.name} holds`, () => run(row));
    else
      test(`${file} ${row.id} ${row.name} differs still: ${reason}`, () => void assert.throws(() => run(row), differs));
  }
}

/** Another error than these two is the adapter's fault, not a difference. */
function differs(error: Error): boolean {
  return ["AssertionError", "RinglightError"].includes(error.name);
}

/** The code of what a call throws, `undefined` where it returns. Another error than ours goes through. */
export function refusal(call: () => unknown): string | undefined {
  try {
    call();
    return undefined;
  } catch (error) {
    assert.equal((error as Error).name, "RinglightError", String(error));
    return (error as { code: string }).code;
  }
}

/** A Set-Cookie line with its attributes in one order: their order means nothing, and libraries differ in it. */
export function ordered(line: string): string {
  const [pair, ...attributes] = line.split("; ");
  return [pair, ...attributes.sort()].join("; ");
}

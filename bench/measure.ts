/** How the benchmarks measure: medians of several rounds, each figure as a ratio to a peer or a limit of the same run. */

const ROUNDS = 7;

/** Microseconds per call: the median of several rounds. */
export async function cost(calls: number, run: () => unknown): Promise<number> {
  const rounds: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const start = process.hrtime.bigint();
    for (let i = 0; i < calls; i++) await run();
    rounds.push(Number(process.hrtime.bigint() - start) / 1000 / calls);
  }
  return rounds.sort((a, b) => a - b)[ROUNDS >> 1]!;
}

/** The same without waiting between calls. */
export function costSync(calls: number, run: () => unknown): number {
  const rounds: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const start = process.hrtime.bigint();
    for (let i = 0; i < calls; i++) run();
    rounds.push(Number(process.hrtime.bigint() - start) / 1000 / calls);
  }
  return rounds.sort((a, b) => a - b)[ROUNDS >> 1]!;
}

/** One line of the report. */
export function row(what: string, own: number, peer: number, unit: string, against: string): void {
  console.log(
    `${what.padEnd(44)} ${own.toFixed(2).padStart(9)} ${unit}   ${(own / peer).toFixed(2).padStart(6)} × ${against}`,
  );
}

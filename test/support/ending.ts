/** What tests begin, and must end. */
import { after } from "node:test";

/** Whom to tell when what was begun may end: a `TestContext`, or `wholeFile()`. */
export interface Ending {
  after(end: () => Promise<void> | void): void;
}

/** For what all tests of a file share: ended after the last of them, the newest first. */
export function wholeFile(): Ending {
  const ends: (() => Promise<void> | void)[] = [];
  after(async () => {
    for (const end of ends.reverse()) await end();
  });
  return { after: (end) => void ends.push(end) };
}

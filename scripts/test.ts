/** `npm test`: every test file, each in a process of its own, and a closing line with the counts. Arguments choose files. */
import { globSync } from "node:fs";
import { availableParallelism } from "node:os";
import { run } from "node:test";
import { spec } from "node:test/reporters";

const wanted = process.argv.slice(2);
const files = globSync("test/**/*.test.ts").filter(
  (file) => wanted.length === 0 || wanted.some((part) => file.includes(part)),
);
if (files.length === 0) throw new Error("no test file matches");
// The other runtimes take all cores; those that wait for a server to fail over have limits of time. Apart, neither harms the other.
files.sort((a, b) => Number(a.includes("runtimes/matrix")) - Number(b.includes("runtimes/matrix")));

// More than there are cores: many wait for servers that start, fail over or come back.
const concurrency = Math.max(4, availableParallelism());
const stream = run({ files, concurrency, timeout: 120_000, execArgv: ["--conditions=ringlight-source"] });
// A file that ends before its first test, as a server's exit hook can make it, is reported as a test of its own that
// passed: no success.
const silent: string[] = [];
stream.on("test:pass", ({ name }) => void (files.includes(name) && silent.push(name)));
stream.on("test:summary", ({ file, counts }) => {
  if (file !== undefined) return; // one file's counts; the whole run's come last
  const failed = counts.tests - counts.passed - counts.skipped - counts.todo + silent.length;
  for (const name of silent) console.error(`✖ ${name} ran no test`);
  process.on("exit", () =>
    console.log(
      `\n${counts.passed} passed, ${failed} failed${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ""}`,
    ),
  );
  if (failed > 0 || counts.passed === 0) process.exitCode = 1;
});
stream.compose(spec).pipe(process.stdout);

/**
 * Checks what the compiler says about mistakes: every line of `type-tests/misuse*.ts` that ends in `//! words` must be
 * refused with those words, and no other line may be.
 */
import { spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const files = globSync("type-tests/misuse*.ts", { cwd: root }).sort();

/** `file:line` → the words. */
const expected = new Map<string, string>();
for (const file of files) {
  for (const [index, line] of readFileSync(resolve(root, file), "utf8").split("\n").entries()) {
    const words = line.split("//! ")[1]?.trim();
    if (words) expected.set(`${file}:${index + 1}`, words);
  }
}

/** `file:line` → all that tsc says there; an indented line belongs to the one above it. */
const said = new Map<string, string>();
const tsc = spawnSync(resolve(root, "node_modules/.bin/tsc"), ["-p", "tsconfig.misuse.json", "--pretty", "false"], {
  cwd: root,
  encoding: "utf8",
  maxBuffer: 2 ** 28,
});
if (tsc.error) throw tsc.error;
let place = "";
for (const line of tsc.stdout.split("\n")) {
  const [, file, number] = /^(\S[^(]*)\((\d+),\d+\): error /.exec(line) ?? [];
  if (file) place = `${file}:${number}`;
  if (line !== "") said.set(place, `${said.get(place) ?? ""}${line}\n`);
}

const failures: string[] = [];
for (const [at, words] of expected) {
  const message = said.get(at);
  if (message === undefined) failures.push(`${at}: compiles, but should say: ${words}`);
  else if (!message.includes(words)) failures.push(`${at}: should say: ${words}\n${message}`);
}
for (const [at, message] of said) {
  if (!expected.has(at)) failures.push(`${at}: does not compile, and is not marked:\n${message}`);
}
if (files.length === 0 || expected.size === 0) failures.push("no marked line was found");

for (const failure of failures) console.error(failure);
console.log(`${expected.size} mistakes in ${files.length} files, ${failures.length} not as marked`);
process.exitCode = failures.length > 0 ? 1 : 0;

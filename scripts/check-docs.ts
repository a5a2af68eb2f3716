/**
 * Every `ts` block of the documents compiles against the sources, the README's first is the quickstart, to the letter, links
 * lead somewhere, and the numbers of SPEC.md count up.
 */
import { spawnSync } from "node:child_process";
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";

const documents = [
  "README.md",
  "SPEC.md",
  "SECURITY.md",
  "CONTRIBUTING.md",
  "CHANGELOG.md",
  ...globSync("docs/**/*.md"),
].sort();
const folder = ".tmp/docs";
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });

const problems: string[] = [...misnumbered("SPEC.md", readFileSync("SPEC.md", "utf8"))];
const origin = new Map<string, string>();
for (const document of documents) {
  const text = readFileSync(document, "utf8");
  const blocks = [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map((match) => match[1]!);
  for (const [index, block] of blocks.entries()) {
    const file = `${document.replaceAll(/\W/g, "-")}-${index + 1}.ts`;
    origin.set(file, `${document}, block ${index + 1}`);
    writeFileSync(`${folder}/${file}`, `${block}\nexport {};\n`);
  }
  for (const [, target] of text.matchAll(/\]\((?!https?:|#|mailto:)([^)#]+)(?:#[^)]*)?\)/g)) {
    const path = new URL(target!, new URL(document, "file:///")).pathname.slice(1);
    if (globSync(path).length === 0) problems.push(`${document}: the link ${target} leads nowhere`);
  }
  if (document === "README.md" && blocks[0] !== readFileSync("examples/quickstart/main.ts", "utf8")) {
    problems.push("README.md: the first ts block is not examples/quickstart/main.ts");
  }
}

const compilerOptions = {
  isolatedDeclarations: false,
  declaration: false,
  noUnusedLocals: false,
  noUnusedParameters: false,
};
writeFileSync(
  `${folder}/tsconfig.json`,
  JSON.stringify({ extends: "../../tsconfig.json", compilerOptions, include: ["*.ts"], exclude: [] }),
);
const { stdout, status } = spawnSync("tsc", ["-p", `${folder}/tsconfig.json`, "--pretty", "false"], {
  encoding: "utf8",
});
if (status !== 0)
  problems.push(
    stdout.replaceAll(
      /(?:\.tmp\/docs\/)?([\w-]+-\d+\.ts)\((\d+)/g,
      (all, file: string, line: string) => `${origin.get(file) ?? all} (line ${line}`,
    ),
  );

console.log(
  problems.length === 0 ? `docs: ${origin.size} blocks of ${documents.length} documents compile` : problems.join("\n"),
);
process.exitCode = problems.length === 0 ? 0 : 1;

/** Headings and the sentences under each count up by one from 1, as other files point at them by number. */
function misnumbered(document: string, text: string): string[] {
  const found: string[] = [];
  let [section, part, sentence] = [0, 0, 0];
  for (const [index, line] of text.split("\n").entries()) {
    const [, heading, inner, item] = /^(?:## (\d+)\. |### (\d+\.\d+) |(\d+)\. )/.exec(line) ?? [];
    const [given, wanted] =
      heading !== undefined
        ? [heading, `${section + 1}`]
        : inner !== undefined
          ? [inner, `${section}.${part + 1}`]
          : [item, `${sentence + 1}`];
    if (given === undefined) continue;
    if (given !== wanted) found.push(`${document}, line ${index + 1}: ${given} stands where ${wanted} should`);
    if (item !== undefined) sentence = Number(item);
    else {
      sentence = 0;
      [section, part] = heading === undefined ? [section, Number(inner!.split(".")[1])] : [Number(heading), 0];
    }
  }
  return found;
}

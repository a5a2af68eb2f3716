import assert from "node:assert/strict";
import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { Worker } from "node:worker_threads";
import { isHidden } from "../../src/static/names.ts";
import {
  openInside,
  type PlaceOf,
  placeByDescriptor,
  placeByPath,
  type ServedFolder,
} from "../../src/static/open-inside.ts";
import { CANARY, publicFolder } from "../support/public-folder.ts";

const WAYS: ReadonlyArray<readonly [string, PlaceOf]> = [
  ["by descriptor", placeByDescriptor],
  ["by path", placeByPath],
];

function folder(t: TestContext, allowSymlinks = false): ServedFolder & { open: () => string[] } {
  return { ...publicFolder(t), allowSymlinks, offers: (names) => !isHidden(names) };
}

/** What is given out under a path: text, `"folder"`, or nothing. */
async function read(from: ServedFolder, path: string, placeOf?: PlaceOf): Promise<string | undefined> {
  const found = await openInside(from, path.split("/"), placeOf);
  if (found === undefined || found === "folder") return found;
  const content = await found.handle.readFile("utf8");
  await found.handle.close();
  return content;
}

for (const [way, placeOf] of WAYS) {
  test(`a file's place is found ${way}`, async (t) => {
    const from = folder(t);
    assert.equal(await read(from, "css/site.css", placeOf), "body { color: teal }\n");
    assert.equal(await read(from, "é.txt", placeOf), "not ASCII\n");
    for (const path of ["out.txt", "inner.txt", "outdir/secret.txt", "styles/site.css", "loop", "loop/a", "dangling"]) {
      assert.equal(await read(from, path, placeOf), undefined, path);
    }
    assert.deepEqual(from.open(), []);
  });

  test(`links are followed on request, to what is given out anyway (${way})`, async (t) => {
    const from = folder(t, true);
    assert.equal(await read(from, "inner.txt", placeOf), "hello\n");
    assert.equal(await read(from, "styles/site.css", placeOf), "body { color: teal }\n");
    for (const path of ["out.txt", "absolute.txt", "outdir/secret.txt", "hidden.txt", "loop", "dangling"]) {
      assert.equal(await read(from, path, placeOf), undefined, path);
    }
    assert.deepEqual(from.open(), []);
  });

  test(`a link that stood there while the file was opened, and was taken away after, gives nothing out (${way})`, async (t) => {
    for (const allowSymlinks of [false, true]) {
      const from = folder(t, allowSymlinks);
      const at = (name: string): string => join(from.root, name);
      mkdirSync(at("real"));
      writeFileSync(at("real/secret.txt"), "no secret");
      const swapped: PlaceOf = (handle, path) => {
        unlinkSync(at("outdir"));
        renameSync(at("real"), at("outdir"));
        return placeOf(handle, path);
      };
      assert.equal(await read(from, "outdir/secret.txt", swapped), undefined);
      assert.equal(await read(from, "outdir/secret.txt", placeOf), "no secret");
      assert.deepEqual(from.open(), []);
    }
  });
}

test("a file that is replaced while it is opened is given out as it was", async (t) => {
  const from = folder(t);
  const replaced: PlaceOf = (handle, path) => {
    writeFileSync(`${path}.new`, "newer");
    renameSync(`${path}.new`, path);
    return placeByDescriptor(handle, path);
  };
  assert.equal(await read(from, "hello.txt", replaced), "hello\n");
  assert.equal(await read(from, "hello.txt"), "newer");
});

/** Reads again and again while a thread of its own does a step over and over; gives what was seen. */
async function meanwhile(from: ServedFolder, step: string, path: string): Promise<Set<string | undefined>> {
  const code = `const { renameSync, symlinkSync, unlinkSync } = require("node:fs");
    const { workerData: at } = require("node:worker_threads");
    for (;;) { ${step} }`;
  const worker = new Worker(code, { eval: true, workerData: join(from.root, "swap") });
  const seen = new Set<string | undefined>();
  try {
    for (let turn = 0; turn < 3000; turn++) seen.add(await read(from, path));
  } finally {
    await worker.terminate();
  }
  return seen;
}

test("no octet from outside while a folder and a link change places all the time", async (t) => {
  const from = folder(t);
  mkdirSync(join(from.root, "swap"));
  writeFileSync(join(from.root, "swap/secret.txt"), "no secret");
  const step = `renameSync(at, at + "-real"); symlinkSync("../public", at); unlinkSync(at); renameSync(at + "-real", at)`;
  const seen = await meanwhile(from, step, "swap/secret.txt");
  assert.ok(!seen.has(CANARY), "the canary sang");
  assert.ok(seen.has("no secret") && seen.has(undefined), `nothing was swapped: ${[...seen].join()}`);
  assert.deepEqual(from.open(), []);
});

test("nothing waits for a FIFO that takes a file's place all the time", async (t) => {
  const from = folder(t);
  writeFileSync(join(from.root, "swap"), "a file");
  const step = `const fifo = at.replace("swap", "fifo");
    renameSync(at, at + "-file"); renameSync(fifo, at); renameSync(at, fifo); renameSync(at + "-file", at)`;
  const seen = await meanwhile(from, step, "swap");
  assert.deepEqual([...seen].sort(), ["a file", undefined]);
  assert.deepEqual(from.open(), []);
});

test("neither FIFO, socket nor folder is opened, and none is waited for", async (t) => {
  const from = folder(t);
  const server = createServer().listen(join(from.root, "socket"));
  t.after(() => void server.close());
  assert.equal(await read(from, "fifo"), undefined);
  assert.equal(await read(from, "socket"), undefined);
  assert.equal(await read(from, "css"), "folder");
  assert.deepEqual(from.open(), []);
});

test("devices are not read", async () => {
  const from: ServedFolder = { root: "/dev", allowSymlinks: true, offers: () => true };
  for (const name of ["zero", "null", "tty", "random", "stdin"]) assert.equal(await read(from, name), undefined, name);
});

test("a file that this process may not read counts as missing", async (t) => {
  const from = folder(t);
  chmodSync(join(from.root, "hello.txt"), 0);
  chmodSync(join(from.root, "css"), 0);
  chmodSync(join(from.root, ".."), 0o755);
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65_534);
  try {
    assert.equal(await read(from, "hello.txt"), undefined);
    assert.equal(await read(from, "css/site.css"), undefined);
    assert.equal(await read(from, "a b+c.txt"), "a space and a plus\n");
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
  assert.deepEqual(from.open(), []);
});

test("names that no file can have count as missing", async (t) => {
  const from = folder(t);
  assert.equal(await read(from, "a".repeat(256)), undefined);
  assert.equal(await read(from, Array(5000).fill("a").join("/")), undefined);
  assert.equal(await read(from, "hello.txt/below"), undefined);
  assert.equal(await read(from, "\ud800"), undefined);
});

test("the file's own spelling alone is found where the system takes others for it", async (t) => {
  const from = folder(t);
  // What a system on which case does not count, or with short names, says of the file that it opened.
  const spelt =
    (name: string): PlaceOf =>
    async () =>
      join(from.root, name);
  assert.equal(await read(from, "hello.txt", spelt("HELLO.TXT")), undefined);
  assert.equal(await read(from, "hello.txt", spelt(".git")), undefined);
  assert.equal(await read(from, "é.txt", spelt("é.txt".normalize("NFD"))), "not ASCII\n");
});

test("a failing system is no missing file", async (t) => {
  const from = folder(t);
  const failing: PlaceOf = () => Promise.reject(Object.assign(new Error("broken disk"), { code: "EIO" }));
  await assert.rejects(read(from, "hello.txt", failing), { code: "EIO" });
  assert.deepEqual(from.open(), []);
});

test("a folder that is gone gives nothing out, and one that comes back does", async (t) => {
  const from = folder(t);
  renameSync(from.root, `${from.root}-away`);
  assert.equal(await read(from, "hello.txt"), undefined);
  symlinkSync("pub-away", from.root);
  assert.equal(await read(from, "hello.txt"), undefined, "the root became a link");
  rmSync(from.root);
  renameSync(`${from.root}-away`, from.root);
  assert.equal(await read(from, "hello.txt"), "hello\n");
});

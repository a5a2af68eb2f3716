/**
 * Opens a regular file of a folder, and none that lies elsewhere.
 *
 * Whoever writes to the folder can put a link in place of a file between any check and the opening (CWE-367, CWE-59).
 * So the file is opened first, and asked where it is then: of what is not inside no octet is read.
 */
import { constants, type FileHandle, lstat, open, readlink, realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";

/** What may be opened. */
export interface ServedFolder {
  /** Its real path, without links. */
  readonly root: string;
  /** Whether links are followed, to what lies in the folder itself. */
  readonly allowSymlinks: boolean;
  /** Whether these names, from the root down, are among those that are given out. */
  readonly offers: (names: readonly string[]) => boolean;
}

export interface OpenFile {
  /** Whoever gets it closes it. */
  readonly handle: FileHandle;
  readonly size: number;
  /** Nanoseconds since 1970. */
  readonly modified: bigint;
}

/** How an opened file's place is found; `undefined` where it is not certain. */
export type PlaceOf = (handle: FileHandle, path: string) => Promise<string | undefined>;

// Windows has none of the last two. Without O_NONBLOCK opening a FIFO would wait for a writer.
const READ = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
const NO_LINK = constants.O_NOFOLLOW ?? 0;

/**
 * The opened file; `"folder"` where a folder of that name is; `undefined` where there is neither, or none that may be
 * opened: a link, a FIFO, a device, a socket, a file that this process may not read. Rejects when the system fails (no
 * descriptor left, a broken disk).
 */
export async function openInside(
  folder: ServedFolder,
  names: readonly string[],
  placeOf: PlaceOf = placeOfOpened,
): Promise<OpenFile | "folder" | undefined> {
  if (!folder.offers(names)) return undefined;
  const path = join(folder.root, ...names);
  let handle: FileHandle | undefined;
  try {
    const before = await (folder.allowSymlinks ? stat : lstat)(path);
    if (before.isDirectory()) return "folder";
    if (!before.isFile()) return undefined; // not even opened: that can wake a FIFO's writer, or rewind a tape
    handle = await open(path, folder.allowSymlinks ? READ : READ | NO_LINK);
    const { size, mtimeNs, isRegular } = await opened(handle);
    if (isRegular && isInside(folder, path, await placeOf(handle, path))) {
      return { handle, size, modified: mtimeNs };
    }
    await handle.close();
    return undefined;
  } catch (error) {
    await handle?.close();
    if (MISSING.has((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw error;
  }
}

/** No such file, a file where a folder should be, links in a circle, a name that no file can have, no permission. */
const MISSING = new Set(["ENOENT", "ENOTDIR", "ELOOP", "ENAMETOOLONG", "EINVAL", "EISDIR", "ENXIO", "EACCES", "EPERM"]);

async function opened(handle: FileHandle): Promise<{ size: number; mtimeNs: bigint; isRegular: boolean }> {
  const stats = await handle.stat({ bigint: true });
  return { size: Number(stats.size), mtimeNs: stats.mtimeNs, isRegular: stats.isFile() };
}

/**
 * Without links the place is the path that was asked for, to the letter: so no link was followed, and on systems where
 * case does not count, or where a name has several spellings (`GIT~1`), only the file's own one is found.
 */
function isInside({ root, allowSymlinks, offers }: ServedFolder, path: string, place: string | undefined): boolean {
  if (place === undefined) return false;
  if (!allowSymlinks) return place === `${path}${UNLINKED}` || composed(place) === composed(path);
  const base = root.endsWith(sep) ? root : root + sep;
  return place.startsWith(base) && offers(place.slice(base.length).split(sep));
}

/** What Linux puts behind the place of a file that was replaced since it was opened. */
const UNLINKED = " (deleted)";

// HFS+ gives names back decomposed.
function composed(path: string): string {
  return path.normalize("NFC");
}

const placeOfOpened: PlaceOf = async (handle, path) =>
  (await placeByDescriptor(handle, path)) ?? placeByPath(handle, path);

/** What the kernel says, in one step: nothing can come between. Deno's `fd` is no descriptor of the system's. */
export const placeByDescriptor: PlaceOf = async (handle) => {
  if (process.platform !== "linux" || process.versions.deno !== undefined) return undefined;
  return readlink(`/proc/self/fd/${handle.fd}`).catch(() => undefined);
};

/** The path without its links, if the file there is the one that was opened. */
export const placeByPath: PlaceOf = async (handle, path) => {
  const place = await realpath(path);
  const [there, here] = await Promise.all([lstat(place, { bigint: true }), handle.stat({ bigint: true })]);
  return there.dev === here.dev && there.ino === here.ino ? place : undefined;
};

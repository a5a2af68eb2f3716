/** `byteArrayStore`: uploads in memory. */
import { joined } from "../../body.ts";
import { checkNone } from "../../errors.ts";
import type { FileStore } from "./file-store.ts";

/** Keeps each file as octets, as long as the request does. As much memory as `limit` allows, for every request at once. */
export function byteArrayStore(...none: []): FileStore<Uint8Array<ArrayBuffer>> {
  checkNone(none, "byteArrayStore");
  return { save: ({ stream }) => joined(stream) };
}

/** `byteArrayStore`: uploads in memory. */
import { joined } from "../../body.ts";
import type { FileStore } from "./file-store.ts";

/** Keeps each file as octets, as long as the request does. As much memory as `limit` allows, for every request at once. */
export function byteArrayStore(): FileStore<Uint8Array<ArrayBuffer>> {
  return { save: ({ stream }) => joined(stream) };
}

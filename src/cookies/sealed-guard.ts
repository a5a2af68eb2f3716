/**
 * Sealed cookies: `e1.` and a sealed value (`crypto/seal.ts`, purpose `cookie`, under the cookie's name) of
 *
 *     octets 0–5    when it was written  ┐ milliseconds, big-endian
 *     octets 6–11   until when it holds  ┘ 0: for ever
 *     the rest      the value in UTF-8
 */
import type { KeyRing } from "../crypto/keys.ts";
import { sealer } from "../crypto/seal.ts";
import { type Guard, holdsAt } from "./guard.ts";

const HEAD = 12;

export function sealedGuard(ring: KeyRing): Guard {
  const { seal, open } = sealer(ring, "cookie");
  const mark = "e1.";
  return {
    mark,
    write(name, value, now, until) {
      const plain = Buffer.alloc(HEAD + Buffer.byteLength(value));
      plain.writeUIntBE(now, 0, 6);
      plain.writeUIntBE(until === undefined ? 0 : Math.max(1, until), 6, 6);
      plain.write(value, HEAD);
      return mark + seal(name, plain);
    },
    read(name, guarded, now) {
      const opened = open(name, guarded.slice(mark.length));
      if ("refused" in opened || opened.plain.length < HEAD) return undefined;
      const { plain } = opened;
      return holdsAt(now, plain.readUIntBE(0, 6), plain.readUIntBE(6, 6) || undefined)
        ? plain.toString("utf8", HEAD)
        : undefined;
    },
  };
}

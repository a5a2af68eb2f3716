/**
 * Signed cookies: readable, but only this server can write them.
 *
 *     s1 . key id . written . until . MAC . value
 *
 * The key id is 6 characters of base64url, the instants are milliseconds in base 36 (`until` empty: for ever), the MAC is
 * HMAC-SHA256 in 43 characters of base64url, under the ring key's subkey for `signed cookie`, over the cookie's name, `=`
 * and all of this without the MAC and its dot. The value is last, so it may hold dots.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { KeyRing, RingKey } from "../crypto/keys.ts";
import { type Guard, holdsAt } from "./guard.ts";

const FORM = /^s1\.([\w-]{6})\.([0-9a-z]{1,10})\.([0-9a-z]{0,10})\.([\w-]{43})\.(.*)$/s;

export function signedGuard({ newest, all }: KeyRing): Guard {
  const keys = all.map((key) => signingKey(key));
  const [first] = keys as [SigningKey];
  return {
    mark: "s1.",
    write(name, value, now, until) {
      const head = `s1.${newest.id.toString("base64url")}.${now.toString(36)}.${until === undefined ? "" : Math.max(1, until).toString(36)}`;
      return `${head}.${first.mac(name, head, value).toString("base64url")}.${value}`;
    },
    read(name, guarded, now) {
      const [, id, written, until, mac, value] = FORM.exec(guarded) ?? [];
      if (value === undefined) return undefined;
      const given = Buffer.from(mac!, "base64url");
      if (given.toString("base64url") !== mac) return undefined; // one spelling per value
      const head = `s1.${id}.${written}.${until}`;
      const known = keys.some((key) => key.id === id && timingSafeEqual(key.mac(name, head, value), given));
      const end = until === "" ? undefined : Number.parseInt(until!, 36);
      return known && holdsAt(now, Number.parseInt(written!, 36), end) ? value : undefined;
    },
  };
}

interface SigningKey {
  readonly id: string;
  mac(name: string, head: string, value: string): Buffer;
}

function signingKey({ id, subkey }: RingKey): SigningKey {
  const secret = subkey("signed cookie");
  return {
    id: id.toString("base64url"),
    mac: (name, head, value) => createHmac("sha256", secret).update(`${name}=${head}.${value}`, "utf8").digest(),
  };
}

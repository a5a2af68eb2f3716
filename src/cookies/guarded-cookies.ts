/** Signed and sealed cookies among a request's, and among a response's. */
import type { KeyRing } from "../crypto/keys.ts";
import { RinglightError } from "../errors.ts";
import type { CookieAttributes } from "./attributes.ts";
import type { Guard } from "./guard.ts";
import type { Cookies } from "./parse.ts";
import { sealedGuard } from "./sealed-guard.ts";
import { signedGuard } from "./signed-guard.ts";

/** How a response's cookie is guarded: one way or the other, for what is sealed is signed too. */
export type Guarding =
  | (Guarded & { readonly sealed?: false | undefined })
  | (Guarded & { readonly signed?: false | undefined });

interface Guarded {
  /**
   * Only this server can have written it: read it from `request.signedCookies`. Whoever has the browser can read it, so
   * put no secret in it.
   */
  readonly signed?: boolean | undefined;
  /** Only this server can have written it, or read it: read it from `request.sealedCookies`. */
  readonly sealed?: boolean | undefined;
}

export interface Guards {
  readonly signed: Guard;
  readonly sealed: Guard;
}

export function guards(ring: KeyRing): Guards {
  return { signed: signedGuard(ring), sealed: sealedGuard(ring) };
}

/** A request's cookies apart: plain ones, and what the others hold. One that was tampered with is in none. */
export function openGuarded(all: Cookies, { signed, sealed }: Guards, now: number): Record<"plain" | Kind, Cookies> {
  const found = { plain: record(), signed: record(), sealed: record() };
  for (const [name, cookie] of Object.entries(all)) {
    if (cookie === undefined) continue;
    const kind = cookie.value.startsWith(signed.mark)
      ? "signed"
      : cookie.value.startsWith(sealed.mark)
        ? "sealed"
        : "plain";
    if (kind === "plain") found.plain[name] = cookie;
    else {
      const value = (kind === "signed" ? signed : sealed).read(name, cookie.value, now);
      if (value !== undefined) found[kind][name] = { value };
    }
  }
  return found;
}

type Kind = keyof Guards;

function record(): Record<string, { readonly value: string }> {
  return Object.create(null);
}

/**
 * The value to send. A guarded one holds as long as its attributes say, on the server too. Throws
 * `ERR_COOKIE_ATTRIBUTE` for a guard that cannot be.
 */
export function guardedValue(
  name: string,
  value: string,
  { signed, sealed }: Guarded,
  { maxAge, expires }: CookieAttributes,
  { guards, now }: { readonly guards: Guards | undefined; readonly now: number },
): string {
  const kind: Kind = signed ? "signed" : "sealed";
  const refuse = (remedy: string) =>
    new RinglightError("ERR_COOKIE_ATTRIBUTE", `cookie ${name.slice(0, 64)}, ${kind}: ${remedy}`);
  for (const given of [signed, sealed] as readonly unknown[]) {
    if (given !== undefined && typeof given !== "boolean") throw refuse("give true or false"); // "yes" must not pass for no
  }
  if (!signed && !sealed) return value;
  if (signed && sealed) throw refuse("choose one of signed and sealed; what is sealed is signed too");
  if (!guards) throw refuse("give wrapCookies({ keys: keyRing([…]) }), or nobody could read it again");
  if (maxAge === 0) return ""; // a deletion
  const at = Math.floor(now);
  return guards[kind].write(name, value, at, maxAge === undefined ? expires?.getTime() : at + maxAge * 1000);
}

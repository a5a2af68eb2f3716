import type { CookieAttributes } from "./attributes.ts";
export type CookieValue = { readonly value: string } & CookieAttributes;
export function serializeCookie(name: string, value: string, a: CookieAttributes = {}): string {
  let s = `${name}=${encodeURIComponent(value)}`;
  if (a.maxAge !== undefined) s += `; Max-Age=${a.maxAge}`;
  if (a.path) s += `; Path=${a.path}`;
  if (a.expires) s += `; Expires=${a.expires.toUTCString()}`;
  if (a.httpOnly) s += "; HttpOnly";
  if (a.secure) s += "; Secure";
  if (a.sameSite) s += `; SameSite=${a.sameSite}`;
  return s;
}
export function expiredCookie(a: CookieAttributes): CookieValue { return { ...a, value: "", maxAge: 0, expires: new Date(0) }; }

export type Cookies = Readonly<Record<string, { readonly value: string } | undefined>>;
export function cookieValues(header: string, name: string): readonly string[] {
  return header.split(";").map((p) => p.trim()).filter((p) => p.startsWith(`${name}=`)).map((p) => p.slice(name.length + 1));
}
export function parseCookies(_h: string | undefined): Cookies { return {}; }

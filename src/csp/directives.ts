/** The directives of a Content-Security-Policy (CSP3, 6, and the specifications that add to it), and what each takes. */

/** What stands in quotes in the header; here with or without them. */
export type CspKeyword =
  | "self"
  | "none"
  | "unsafe-inline"
  | "unsafe-eval"
  | "unsafe-hashes"
  | "wasm-unsafe-eval"
  | "strict-dynamic"
  | "report-sample"
  | "inline-speculation-rules"
  | "trusted-types-eval";

/** A keyword, `"nonce"` (this request's), a hash `"sha256-…"`, a scheme `"https:"`, a host `"*.example.com"`. */
export type CspSource = CspKeyword | "nonce" | (string & {});

type Code =
  | "default-src"
  | "script-src"
  | "script-src-elem"
  | "script-src-attr"
  | "style-src"
  | "style-src-elem"
  | "style-src-attr"
  | "worker-src";
type Fetched =
  | "child-src"
  | "connect-src"
  | "fenced-frame-src"
  | "font-src"
  | "frame-src"
  | "img-src"
  | "manifest-src"
  | "media-src"
  | "object-src";
type Place = "base-uri" | "form-action" | "frame-ancestors";
type Words = "report-to" | "report-uri" | "require-trusted-types-for" | "sandbox" | "trusted-types";
type Flag = "sandbox" | "upgrade-insecure-requests";

type Camel<Name extends string> = Name extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<Camel<Tail>>}`
  : Name;
type Spelt<Name extends string> = Name | Camel<Name>;
type Sources = CspSource | readonly CspSource[];

/** By name, as in the header or in camel case: `{ scriptSrc: ["self", "nonce"], "img-src": "self" }`. */
export type CspDirectives = {
  readonly [Name in Spelt<Exclude<Code | Fetched | Place | Words, Flag>>]?: Sources | false | undefined;
} & { readonly [Name in Spelt<Flag>]?: Sources | boolean | undefined };

/** What a directive's value is made of. */
export type Kind = "code" | "fetched" | "place" | "words" | "flag" | "words or flag";

export const KINDS: ReadonlyMap<string, Kind> = new Map<Code | Fetched | Place | Words | Flag, Kind>([
  ["default-src", "code"],
  ["script-src", "code"],
  ["script-src-elem", "code"],
  ["script-src-attr", "code"],
  ["style-src", "code"],
  ["style-src-elem", "code"],
  ["style-src-attr", "code"],
  ["worker-src", "code"],
  ["child-src", "fetched"],
  ["connect-src", "fetched"],
  ["fenced-frame-src", "fetched"],
  ["font-src", "fetched"],
  ["frame-src", "fetched"],
  ["img-src", "fetched"],
  ["manifest-src", "fetched"],
  ["media-src", "fetched"],
  ["object-src", "fetched"],
  ["base-uri", "place"],
  ["form-action", "place"],
  ["frame-ancestors", "place"],
  ["report-to", "words"],
  ["report-uri", "words"],
  ["require-trusted-types-for", "words"],
  ["trusted-types", "words"],
  ["sandbox", "words or flag"],
  ["upgrade-insecure-requests", "flag"],
]);

/**
 * The words of the directives whose words are listed: of `sandbox` (HTML, 4.8.5 and 7.1.5, and Storage Access), and of the
 * two of Trusted Types (4.4.1, 4.4.2), where `trusted-types` has names of policies too.
 */
export const LISTED: ReadonlyMap<string, readonly string[]> = new Map([
  [
    "sandbox",
    [
      "allow-downloads",
      "allow-forms",
      "allow-modals",
      "allow-orientation-lock",
      "allow-pointer-lock",
      "allow-popups",
      "allow-popups-to-escape-sandbox",
      "allow-presentation",
      "allow-same-origin",
      "allow-scripts",
      "allow-storage-access-by-user-activation",
      "allow-top-navigation",
      "allow-top-navigation-by-user-activation",
      "allow-top-navigation-to-custom-protocols",
    ],
  ],
  ["require-trusted-types-for", ["'script'"]],
  ["trusted-types", ["'none'", "'allow-duplicates'", "*"]],
]);

/** `scriptSrc` as the header has it, `script-src`. */
export function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

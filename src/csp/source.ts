/** One source of a directive, as the header has it. */
import { badOption } from "../errors.ts";
import { type Kind, LISTED } from "./directives.ts";

/** Stands in a policy's text where a request's nonce comes. No source can hold it. */
export const NONCE = "\0";

const PLACE_KEYWORDS: readonly string[] = ["self", "none"];
const KEYWORDS: readonly string[] = [
  ...PLACE_KEYWORDS,
  "unsafe-inline",
  "unsafe-eval",
  "unsafe-hashes",
  "wasm-unsafe-eval",
  "strict-dynamic",
  "report-sample",
  "inline-speculation-rules",
  "trusted-types-eval",
];

// CSP3, 2.3.1: hash-source, scheme-source, host-source.
const HASH = /^sha(?:256|384|512)-[A-Za-z\d+/_-]+={0,2}$/;
const SCHEME = /^[a-z][a-z\d+.-]*:$/i;
const HOST = /^([a-z][a-z\d+.-]*:\/\/)?(?:\*|(?:\*\.)?[a-z\d_-]+(?:\.[a-z\d_-]+)*)(:(?:\d{1,5}|\*))?(\/[^\s;,'"]*)?$/i;
const WORD = /^[!-+\--:<-~]+$/; // printable ASCII without , and ;

/** Throws `ERR_OPTION` for what the directive cannot have. */
export function sourceText(directive: string, kind: Kind, source: unknown): string {
  const option = `directives.${directive}`;
  if (typeof source !== "string" || !WORD.test(source))
    throw badOption(option, "a source is printable ASCII without white space, comma and semicolon");
  if (kind === "words" || kind === "words or flag") return wordText(option, LISTED.get(directive), source);
  const bare = /^'(.*)'$/.exec(source)?.[1] ?? source;
  if (kind === "code" && bare === "nonce") return `'nonce-${NONCE}'`;
  if (/^nonce(-|$)/i.test(bare))
    throw badOption(
      option,
      kind === "code" ? 'say "nonce": each request gets its own' : "takes no nonce: only scripts and styles have one",
    );
  if ((kind === "place" ? PLACE_KEYWORDS : KEYWORDS).includes(bare)) return `'${bare}'`;
  if (kind === "code" && HASH.test(bare)) return `'${bare}'`;
  if (bare === source && (SCHEME.test(source) || isHost(source))) return source;
  throw badOption(
    option,
    `${JSON.stringify(source)} is no source of it: a keyword (${(kind === "place" ? PLACE_KEYWORDS : KEYWORDS).join(", ")}), a scheme "https:" or a host "*.example.com"${kind === "code" ? ', "nonce" or a hash "sha256-…"' : ""}`,
  );
}

function wordText(option: string, listed: readonly string[] | undefined, word: string): string {
  if (listed === undefined || listed.includes(word)) return word;
  if (listed.includes(`'${word}'`)) return `'${word}'`;
  if (listed.includes("*") && /^[\w\-#=/@.%]+$/.test(word)) return word; // tt-policy-name
  throw badOption(option, `${JSON.stringify(word)} is no source of it; there are: ${listed.join(", ")}`);
}

// A word alone is more likely a keyword misspelt than a host, and browsers would take it for one in silence.
function isHost(source: string): boolean {
  const found = HOST.exec(source);
  if (!found) return false;
  const [, scheme, port, path] = found;
  return (scheme ?? port ?? path) !== undefined || /[.*]|^localhost$/i.test(source);
}

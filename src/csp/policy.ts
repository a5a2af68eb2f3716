/** A Content-Security-Policy from plain data: checked once, written once per request. */
import { badOption } from "../errors.ts";
import { type CspDirectives, KINDS, type Kind, kebab } from "./directives.ts";
import { NONCE, sourceText } from "./source.ts";

export interface Policy {
  readonly usesNonce: boolean;
  /** The header's value. `framing` is who may frame the page where the directives do not say. */
  text(nonce: string, framing: "self" | "none"): string;
}

/**
 * Scripts, styles and everything else from this site alone, images also as `data:`, forms to this site, no plug-ins, no
 * `<base>`. `frame-ancestors` stands in it too, as `X-Frame-Options` says, else `'self'`.
 */
const DEFAULTS: CspDirectives = {
  defaultSrc: "self",
  imgSrc: ["self", "data:"],
  objectSrc: "none",
  baseUri: "none",
  formAction: "self",
};

/** Throws `ERR_OPTION` for what is no policy. Directives go over the default ones; `false` takes one out. */
export function policy(directives: CspDirectives): Policy {
  if (typeof directives !== "object" || directives === null || Array.isArray(directives))
    throw badOption("directives", 'must be an object, such as { scriptSrc: ["self", "nonce"] }');
  const own = byName(directives);
  const parts = new Map<string, string>();
  for (const [name, value] of byName(DEFAULTS)) parts.set(name, directiveText(name, value));
  for (const [name, value] of own) {
    if (value === false) parts.delete(name);
    else parts.set(name, directiveText(name, value));
  }
  const all = [...parts.values()].join("; ");
  const framed = !own.has("frame-ancestors");
  if (all === "" && !framed) throw badOption("directives", "leave nothing of the policy: leave the middleware out");
  const pieces = all.split(NONCE);
  return {
    usesNonce: pieces.length > 1,
    text(nonce, framing) {
      const text = pieces.join(nonce);
      return framed ? `${text}${text === "" ? "" : "; "}frame-ancestors '${framing}'` : text;
    },
  };
}

function byName(directives: CspDirectives): ReadonlyMap<string, unknown> {
  const found = new Map<string, unknown>();
  for (const [key, value] of Object.entries(directives)) {
    if (value === undefined) continue;
    const name = kebab(key);
    if (!KINDS.has(name))
      throw badOption(`directives.${key}`, `is no directive; there are: ${[...KINDS.keys()].join(", ")}`);
    if (found.has(name)) throw badOption(`directives.${key}`, "stands there twice, in two spellings");
    found.set(name, value);
  }
  return found;
}

function directiveText(name: string, value: unknown): string {
  const kind = KINDS.get(name)!;
  const option = `directives.${name}`;
  if (value === true && kind.endsWith("flag")) return name;
  if (kind === "flag" || typeof value === "boolean")
    throw badOption(
      option,
      kind.endsWith("flag") ? "takes true or false" : "takes a source, a list of sources, or false",
    );
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0) throw badOption(option, 'is empty: say "none", or false to leave the directive out');
  const sources = list.map((source) => sourceText(name, kind as Kind, source));
  if (name === "report-to" && sources.length > 1) throw badOption(option, "takes one endpoint's name");
  if (sources.includes("'none'") && sources.length > 1)
    throw badOption(option, '"none" stands alone: beside others browsers ignore it');
  if (sources.includes("'strict-dynamic'") && !sources.some((source) => /^'(?:nonce|sha\d+)-/.test(source)))
    throw badOption(option, '"strict-dynamic" needs "nonce" or a hash beside it: alone it forbids every script');
  return `${name} ${sources.join(" ")}`;
}

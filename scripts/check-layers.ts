/**
 * Who may import whom. Each folder or file under src names what it may use; anything else is an error with its place, and so
 * is a permission that nobody uses.
 */
import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/** From the most special to the most general: the first row that a file's path begins with is its own. */
const TABLE: ReadonlyArray<readonly [part: string, mayImport: readonly string[]]> = [
  ["errors.ts", ["did-you-mean.ts"]],
  ["production.ts", []],
  ["ring.ts", ["errors.ts", "ring-words.ts"]],
  ["ring-words.ts", ["request-keys.ts"]],
  ["request-keys.ts", []],
  ["reason-phrases.ts", []],
  ["module-missing.ts", ["errors.ts"]],
  ["did-you-mean.ts", []],
  ["response-keys.ts", ["request-keys.ts"]],
  ["asked-kind.ts", ["ring.ts"]],
  ["escape-html.ts", []],
  [
    "refusal.ts",
    [
      "ring.ts",
      "errors.ts",
      "production.ts",
      "asked-kind.ts",
      "failure/plain-answer.ts",
      "reason-phrases.ts",
      "response-header.ts",
    ],
  ],
  ["response.ts", ["ring.ts", "response-header.ts"]],
  ["body.ts", ["ring.ts", "errors.ts"]],
  ["header-value.ts", []],
  ["media-type.ts", ["header-value.ts"]],
  ["body-type.ts", ["ring.ts", "errors.ts", "header-value.ts", "media-type.ts"]],
  ["limits.ts", ["errors.ts"]],
  ["over-limit.ts", ["errors.ts"]],
  ["max-values.ts", ["errors.ts", "over-limit.ts"]],
  ["form.ts", ["errors.ts", "body.ts", "limits.ts", "params/record.ts", "params/urlencoded.ts"]],
  [
    "params/multipart/",
    [
      "over-limit.ts",
      "ring.ts",
      "errors.ts",
      "body.ts",
      "body-type.ts",
      "header-value.ts",
      "limits.ts",
      "media-type.ts",
      "params/",
      "npm:@fastify/busboy",
    ],
  ],
  ["params/nest.ts", ["over-limit.ts", "params/", "npm:qs"]],
  ["params/", ["ring.ts", "over-limit.ts", "body.ts", "body-type.ts", "params/"]],
  [
    "store.ts",
    ["crypto/", "session/", "stores/entry.ts", "stores/entry-text.ts", "stores/epochs.ts", "stores/subject-limit.ts"],
  ],
  ["response-shape.ts", ["ring.ts", "errors.ts", "http-token.ts"]],
  ["http-token.ts", []],
  ["crypto/", ["errors.ts", "production.ts", "crypto/"]],
  ["cookies/", ["ring.ts", "errors.ts", "http-token.ts", "response-header.ts", "crypto/", "cookies/"]],
  // The one place where the default store is chosen.
  [
    "session/wrap-session.ts",
    ["ring.ts", "errors.ts", "response-shape.ts", "cookies/response-cookies.ts", "session/", "stores/memory.ts"],
  ],
  [
    "session/",
    [
      "ring.ts",
      "errors.ts",
      "response-header.ts",
      "production.ts",
      "crypto/",
      "cookies/attributes.ts",
      "cookies/grammar.ts",
      "cookies/parse.ts",
      "cookies/parse-set-cookie.ts",
      "cookies/serialize.ts",
      "cookies/response-cookies.ts",
      "cookies/undelivered.ts",
      "session/",
    ],
  ],
  // An engine of its own: it asks a store as wrapSession does.
  ["stores/to-connect", ["errors.ts", "cookies/grammar.ts", "stores/", "session/"]],
  [
    "stores/",
    [
      "errors.ts",
      "cookies/grammar.ts",
      "ring.ts",
      "crypto/",
      "stores/",
      "session/store.ts",
      "session/record.ts",
      "session/change.ts",
      "session/expiry.ts",
      "session/host-session.ts",
      "session/json.ts",
      "session/refused.ts",
      "session/token-cookies.ts",
      "session/within-limit.ts",
    ],
  ],
  ["authority.ts", []],
  ["headers/", ["ring.ts", "response-header.ts"]],
  ["csp/", ["errors.ts", "csp/"]],
  ["forwarded/", ["ring.ts", "errors.ts", "forwarded/"]],
  ["context/", ["ring.ts", "errors.ts", "cookies/prefixes.ts", "context/"]],
  ["failure/", ["ring.ts", "asked-kind.ts", "escape-html.ts", "reason-phrases.ts", "failure/"]],
  ["middleware/frame-options.ts", ["ring.ts", "errors.ts", "headers/"]],
  ["middleware/content-type-options.ts", ["ring.ts", "errors.ts", "headers/"]],
  ["middleware/referrer-policy.ts", ["ring.ts", "errors.ts", "headers/"]],
  ["middleware/hsts.ts", ["ring.ts", "errors.ts", "headers/"]],
  [
    "middleware/content-security-policy.ts",
    ["ring.ts", "errors.ts", "crypto/random.ts", "csp/", "headers/", "response-header.ts"],
  ],
  [
    "middleware/ssl-redirect.ts",
    ["ring.ts", "errors.ts", "refusal.ts", "authority.ts", "context/mount.ts", "forwarded/unnamed-proxy.ts"],
  ],
  [
    "middleware/absolute-redirects.ts",
    ["ring.ts", "errors.ts", "authority.ts", "context/mount.ts", "response-header.ts"],
  ],
  ["middleware/forwarded.ts", ["ring.ts", "errors.ts", "authority.ts", "forwarded/"]],
  ["middleware/context.ts", ["ring.ts", "errors.ts", "response.ts", "context/"]],
  [
    "middleware/internal-error.ts",
    ["ring.ts", "errors.ts", "response-shape.ts", "context/mount.ts", "crypto/random.ts", "failure/", "headers/"],
  ],
  ["static/", ["ring.ts", "errors.ts", "response.ts", "entity-tags.ts", "extension.ts", "http-date.ts", "static/"]],
  ["middleware/file.ts", ["ring.ts", "static/"]],
  ["middleware/resource.ts", ["ring.ts", "static/"]],
  ["middleware/webjars.ts", ["ring.ts", "errors.ts", "context/mount.ts", "static/"]],
  ["extension.ts", ["npm:mrmime"]],
  ["http-date.ts", []],
  ["entity-tags.ts", []],
  ["response-header.ts", ["ring.ts"]],
  [
    "formats/",
    [
      "over-limit.ts",
      "ring.ts",
      "errors.ts",
      "body.ts",
      "body-type.ts",
      "media-type.ts",
      "response-header.ts",
      "module-missing.ts",
      "max-values.ts",
      "session/json.ts",
      "edn/",
      "formats/",
      "npm:msgpackr",
      "npm:negotiator",
      "npm:transit-js",
    ],
  ],
  [
    "middleware/formats.ts",
    ["ring.ts", "errors.ts", "refusal.ts", "response.ts", "body.ts", "limits.ts", "max-values.ts", "formats/"],
  ],
  ["middleware/content-type.ts", ["ring.ts", "errors.ts", "extension.ts", "media-type.ts", "response-header.ts"]],
  ["middleware/default-charset.ts", ["ring.ts", "errors.ts", "media-type.ts", "response-header.ts"]],
  ["middleware/content-length.ts", ["ring.ts", "errors.ts", "response-shape.ts", "response-header.ts"]],
  ["middleware/not-modified.ts", ["ring.ts", "errors.ts", "entity-tags.ts", "http-date.ts", "response-header.ts"]],
  [
    "middleware/websocket.ts",
    ["ring.ts", "errors.ts", "refusal.ts", "response-header.ts", "session/watch/recheck.ts", "websocket/"],
  ],
  [
    "websocket/",
    [
      "ring.ts",
      "errors.ts",
      "failure/plain-answer.ts",
      "response.ts",
      "response-shape.ts",
      "http-token.ts",
      "module-missing.ts",
      "websocket/",
      "npm:ws",
    ],
  ],
  [
    "anti-forgery/",
    [
      "ring.ts",
      "errors.ts",
      "response-header.ts",
      "escape-html.ts",
      "http-token.ts",
      "crypto/",
      "context/mount.ts",
      "cookies/",
      "session/next.ts",
      "session/wrap-session.ts",
      "anti-forgery/",
    ],
  ],
  ["middleware/anti-forgery.ts", ["ring.ts", "errors.ts", "refusal.ts", "anti-forgery/", "forwarded/unnamed-proxy.ts"]],
  ["middleware/params.ts", ["ring.ts", "errors.ts", "over-limit.ts", "refusal.ts", "body.ts", "limits.ts", "params/"]],
  ["middleware/nested-params.ts", ["ring.ts", "errors.ts", "refusal.ts", "limits.ts", "params/"]],
  ["middleware/multipart-params.ts", ["ring.ts", "errors.ts", "refusal.ts", "body.ts", "params/"]],
  // Middleware never import each other; of the session they know its types.
  ["middleware/", ["ring.ts", "errors.ts", "session/wrap-session.ts", "session/json.ts"]],
  // The one place that knows all middleware.
  [
    "defaults/",
    ["ring.ts", "errors.ts", "did-you-mean.ts", "refusal.ts", "cookies/", "session/", "middleware/", "defaults/"],
  ],
  ["edn/", ["module-missing.ts", "max-values.ts", "session/json.ts", "npm:edn-data"]],
  ["readers/ring-cookie.ts", ["errors.ts", "edn/", "session/reader.ts", "readers/"]],
  ["readers/express-session.ts", ["errors.ts", "session/reader.ts", "stores/connect-host.ts", "readers/"]],
  ["readers/", ["errors.ts", "http-token.ts", "cookies/", "session/reader.ts", "session/json.ts", "readers/"]],
  ["cli.ts", ["crypto/"]],
  ["routing/", ["ring.ts", "errors.ts", "response.ts", "routing/", "npm:rou3"]],
  ["on-error.ts", ["ring.ts"]],
  // What hosts' adapters share: the engine, and the middleware that it lends.
  [
    "faces/",
    [
      "ring.ts",
      "errors.ts",
      "on-error.ts",
      "anti-forgery/token.ts",
      "cookies/",
      "middleware/anti-forgery.ts",
      "middleware/flash.ts",
      "session/",
      "stores/memory.ts",
      "faces/",
    ],
  ],
  [
    "adapters/",
    [
      "body.ts",
      "reason-phrases.ts",
      "faces/",
      "form.ts",
      "on-error.ts",
      "session/json.ts",
      "session/kept.ts",
      "session/watch/recheck.ts",
      "session/wrap-session.ts",
      "ring.ts",
      "errors.ts",
      "response-shape.ts",
      "did-you-mean.ts",
      "response-header.ts",
      "response-keys.ts",
      "context/mount.ts",
      "session/host-session.ts",
      "failure/",
      "forwarded/",
      "websocket/",
      "adapters/",
    ],
  ],
  [
    "dev/",
    [
      "context/mount.ts",
      "ring.ts",
      "errors.ts",
      "did-you-mean.ts",
      "response-keys.ts",
      "failure/",
      "production.ts",
      "reason-phrases.ts",
      "response-header.ts",
      "response-shape.ts",
      "asked-kind.ts",
      "escape-html.ts",
      "http-token.ts",
      "dev/",
      "npm:youch",
    ],
  ],
  [
    "render/",
    [
      "context/mount.ts",
      "ring.ts",
      "asked-kind.ts",
      "errors.ts",
      "module-missing.ts",
      "production.ts",
      "escape-html.ts",
      "failure/",
      "reason-phrases.ts",
      "response-header.ts",
      "anti-forgery/hidden-input.ts",
      "render/",
      "npm:eta",
    ],
  ],
  [
    "testing/visitor/",
    [
      "ring.ts",
      "errors.ts",
      "did-you-mean.ts",
      "http-token.ts",
      "module-missing.ts",
      "on-error.ts",
      "adapters/fetch.ts",
      "cookies/grammar.ts",
      "testing/visitor/",
      "npm:parse5",
      "npm:tough-cookie",
    ],
  ],
  [
    "testing/adapter-contract/",
    [
      "ring.ts",
      "faces/lent.ts",
      "faces/options.ts",
      "session/",
      "stores/memory.ts",
      "testing/contract/",
      "testing/cookie-jar.ts",
      "testing/adapter-contract/",
    ],
  ],
  ["testing/", ["ring.ts", "errors.ts", "cookies/", "session/", "stores/revocations.ts", "testing/"]],
  [
    "index.ts",
    [
      "ring.ts",
      "errors.ts",
      "response.ts",
      "refusal.ts",
      "form.ts",
      "crypto/",
      "cookies/",
      "session/",
      "stores/",
      "middleware/",
    ],
  ],
];

const problems: string[] = [];
const used = new Map(TABLE.map(([part]) => [part, new Set<string>()]));
for (const file of globSync("src/**/*.ts").sort()) {
  const path = relative("src", file);
  const row = TABLE.find(([part]) => path.startsWith(part));
  if (!row) problems.push(`${path}: no row of the table covers it`);
  for (const target of imports(file)) {
    const allowed = row?.[1].filter((part) => target.startsWith(part)) ?? [];
    for (const part of allowed) used.get(row![0])!.add(part);
    if (allowed.length === 0 && !target.startsWith("node:")) problems.push(`${path} may not import ${target}`);
  }
}
for (const [part, mayImport] of TABLE) {
  for (const target of mayImport) {
    if (!used.get(part)!.has(target)) problems.push(`${part} never imports ${target}, which it may`);
  }
}
for (const circle of circles(new Map(globSync("src/**/*.ts").map((file) => [relative("src", file), imports(file)])))) {
  problems.push(`a circle: ${circle}`);
}
console.log(problems.length === 0 ? "layers: every import is allowed, and none closes a circle" : problems.join("\n"));
process.exitCode = problems.length === 0 ? 0 : 1;

/** Files that import each other round about, each circle once. */
function circles(graph: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const walk = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) found.push([...path.slice(path.indexOf(file)), file].join(" > "));
    else if (!done.has(file)) for (const next of graph.get(file) ?? []) walk(next, [...path, file]);
    done.add(file);
  };
  for (const file of graph.keys()) walk(file, []);
  return found;
}

/** What a file imports: paths under src, `node:` modules as they are, packages as `npm:name`. */
function imports(file: string): string[] {
  const text = readFileSync(file, "utf8").replaceAll(/\/\*[\s\S]*?\*\//g, "");
  return [
    ...text.matchAll(/^\s*(?:import|export)\b[^;"]*?from\s+"([^"]+)"|^\s*import\s+"([^"]+)"|\bimport\("([^"]+)"\)/gm),
  ]
    .map(([, a, b, c]) => (a ?? b ?? c)!)
    .map((specifier) => {
      if (specifier.startsWith(".")) return relative("src", join(dirname(file), specifier));
      return specifier.startsWith("node:") ? specifier : `npm:${specifier}`;
    });
}

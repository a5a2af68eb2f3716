import assert from "node:assert/strict";
import { test } from "node:test";
import type { CspDirectives } from "../../src/csp/directives.ts";
import { policy } from "../../src/csp/policy.ts";

const written = (directives: CspDirectives) => policy(directives).text("N", "self");

test("the default policy is this site alone", () =>
  assert.equal(
    written({}),
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'",
  ));

test("directives go over the default ones, in either spelling, and false takes one out", () =>
  assert.equal(
    written({ "img-src": "*", baseUri: false, formAction: false, frameAncestors: "none", objectSrc: undefined }),
    "default-src 'self'; img-src *; object-src 'none'; frame-ancestors 'none'",
  ));

const none = { defaultSrc: false, imgSrc: false, objectSrc: false, baseUri: false, formAction: false } as const;
for (const [directives, text] of [
  [{ scriptSrc: ["self", "nonce", "strict-dynamic"] }, "script-src 'self' 'nonce-N' 'strict-dynamic'"],
  [{ scriptSrc: ["'self'", "'unsafe-inline'", "'nonce'"] }, "script-src 'self' 'unsafe-inline' 'nonce-N'"],
  [{ scriptSrcElem: "sha256-AbC+/_-=" }, "script-src-elem 'sha256-AbC+/_-='"],
  [{ styleSrc: "'sha512-AA=='" }, "style-src 'sha512-AA=='"],
  [{ connectSrc: ["wss:", "https://api.example.com:8443/v1/"] }, "connect-src wss: https://api.example.com:8443/v1/"],
  [
    { frameSrc: ["*.example.com", "localhost", "localhost:*", "http://intranet"] },
    "frame-src *.example.com localhost localhost:* http://intranet",
  ],
  [{ upgradeInsecureRequests: true }, "upgrade-insecure-requests"],
  [{ sandbox: true }, "sandbox"],
  [{ sandbox: ["allow-forms", "allow-scripts"] }, "sandbox allow-forms allow-scripts"],
  [{ requireTrustedTypesFor: "script" }, "require-trusted-types-for 'script'"],
  [{ reportTo: "csp" }, "report-to csp"],
  [{ reportUri: "/csp?a=b" }, "report-uri /csp?a=b"],
  [
    { requireTrustedTypesFor: "'script'", trustedTypes: ["one", "'allow-duplicates'"] },
    "require-trusted-types-for 'script'; trusted-types one 'allow-duplicates'",
  ],
] as ReadonlyArray<readonly [CspDirectives, string]>) {
  test(text, () => assert.equal(written({ ...none, frameAncestors: false, ...directives }), text));
}

test("only a policy with the marker uses a nonce", () => {
  assert.equal(policy({}).usesNonce, false);
  assert.equal(policy({ styleSrc: "nonce" }).usesNonce, true);
});

for (const [directives, words] of [
  [{ scritpSrc: "self" }, /is no directive/],
  [{ "script-src": "self", scriptSrc: "none" }, /twice/],
  [{ scriptSrc: [] }, /is empty/],
  [{ scriptSrc: "" }, /printable ASCII/],
  [{ scriptSrc: true }, /takes a source/],
  [{ scriptSrc: 1 }, /printable ASCII/],
  [{ scriptSrc: ["self; default-src *"] }, /printable ASCII/],
  [{ scriptSrc: "self;default-src" }, /printable ASCII/],
  [{ scriptSrc: "https://a.example,https://b.example" }, /printable ASCII/],
  [{ scriptSrc: "https://a.example\r\nx: y" }, /printable ASCII/],
  [{ reportUri: "/csp;script-src" }, /printable ASCII/],
  [{ scriptSrc: "bücher.example" }, /printable ASCII/],
  [{ scriptSrc: ["none", "self"] }, /stands alone/],
  [{ scriptSrc: "strict-dynamic" }, /needs "nonce" or a hash/],
  [{ scriptSrc: "'nonce-abc'" }, /each request gets its own/],
  [{ imgSrc: "nonce" }, /takes no nonce/],
  [{ imgSrc: "sha256-AAAA" }, /is no source/],
  [{ scriptSrc: "unsafe-inlin" }, /is no source/],
  [{ scriptSrc: "'example.com'" }, /is no source/],
  [{ frameAncestors: "unsafe-inline" }, /is no source/],
  [{ frameAncestors: "\0" }, /printable ASCII/],
  [{ sandbox: "allow-nonsense" }, /allow-nonsense.* is no source .*allow-downloads/],
  [{ sandbox: ["allow-scripts", "'self'"] }, /is no source/],
  [{ requireTrustedTypesFor: "style" }, /is no source/],
  [{ trustedTypes: ["'allow-dup'"] }, /is no source/],
  [{ trustedTypes: "one,two" }, /printable ASCII/],
  [{ reportTo: ["a", "b"] }, /takes one/],
  [{ upgradeInsecureRequests: "self" }, /takes true or false/],
  [null, /must be an object/],
  [["self"], /must be an object/],
  [{ ...none, frameAncestors: false }, /leave the middleware out/],
] as ReadonlyArray<readonly [CspDirectives, RegExp]>) {
  test(`${JSON.stringify(directives)} is refused when built`, () =>
    assert.throws(() => policy(directives), { code: "ERR_OPTION", message: words }));
}

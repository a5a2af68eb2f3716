/** The presets beside the four tables of ring-defaults 0.7.1: what is the same, and each difference by name. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { apiDefaults, secureApiDefaults, secureSiteDefaults, siteDefaults } from "../../src/defaults/index.ts";

/** ring-defaults 0.7.1, by path in camel case; what a table leaves out is left out here. */
type Table = Readonly<Record<string, unknown>>;
const api: Table = {
  "params.urlencoded": true,
  "params.keywordize": true,
  "responses.notModifiedResponses": true,
  "responses.absoluteRedirects": false,
  "responses.contentLength": true,
  "responses.contentTypes": true,
  "responses.defaultCharset": "utf-8",
  proxy: false,
};
const tls: Table = { "security.sslRedirect": true, "security.hsts": true };
const site: Table = {
  ...api,
  "params.multipart": true,
  "params.nested": true,
  cookies: true,
  "session.flash": true,
  "session.store": "one cookie-store, shared by all who use the preset",
  "session.cookieAttrs.httpOnly": true,
  "security.antiForgery": { safeHeader: "X-Ring-Anti-Forgery" },
  "security.frameOptions": "sameorigin",
  "security.contentTypeOptions": "nosniff",
  "static.resources": "public",
  "websocket.keepalive": true,
};
const secureCookie: Table = { "session.cookieAttrs.secure": true, "session.cookieName": "secure-ring-session" };
const RING: Readonly<Record<string, Table>> = {
  api,
  secureApi: { ...api, ...tls },
  site,
  secureSite: { ...site, ...tls, ...secureCookie },
};

/** Where ringlight differs, and why. */
const DIFFERENCES: Readonly<Record<string, string>> = {
  "params.keywordize": "a string is a key already",
  "session.store": "a preset holds no store: each wrapDefaults makes a memoryStore of its own",
  "session.cookieName": "on https the name is __Host-session by itself",
  "session.cookieAttrs.sameSite": "Lax, which browsers assume anyway, is said",
  "static.resources": "the folder says itself that it may be missing: one of yours may not",
  "static.resources.root": "so the folder is an object",
  "static.resources.optional": "so the folder is an object",
  "security.antiForgery": "the browser's own headers decide; there is no token whose check another header could skip",
};

const OURS = { api: apiDefaults, secureApi: secureApiDefaults, site: siteDefaults, secureSite: secureSiteDefaults };

function at(preset: object, path: string): unknown {
  return path.split(".").reduce<unknown>((part, name) => (part as Record<string, unknown> | undefined)?.[name], preset);
}

function leaves(value: unknown, path = ""): readonly string[] {
  if (typeof value !== "object" || value === null) return [path];
  return Object.entries(value).flatMap(([name, inner]) => leaves(inner, path === "" ? name : `${path}.${name}`));
}

for (const [name, preset] of Object.entries(OURS)) {
  describe(`${name}Defaults`, () => {
    const table = RING[name]!;
    test("has what Ring's table has, but for the named differences", () => {
      for (const [path, value] of Object.entries(table)) {
        if (path in DIFFERENCES) assert.notDeepEqual(at(preset, path), value, `${path} no longer differs`);
        else assert.deepEqual(at(preset, path), value, path);
      }
    });

    test("has nothing on that Ring's table has not, but for the named differences", () => {
      const more = leaves(preset).filter((path) => at(preset, path) !== false && !(path in table) && path !== "base");
      assert.deepEqual(
        more.filter((path) => !(path in DIFFERENCES)),
        [],
      );
    });

    test("is plain data, frozen to the last leaf", () => {
      assert.deepEqual(JSON.parse(JSON.stringify(preset)), preset);
      const frozen = (value: unknown): boolean =>
        typeof value !== "object" || value === null || (Object.isFrozen(value) && Object.values(value).every(frozen));
      assert.ok(frozen(preset));
    });

    test("says which preset it is", () => assert.equal(preset.base, name));
  });
}

test("every difference is one of some table, or of ours", () => {
  for (const path of Object.keys(DIFFERENCES)) {
    const known = Object.values(RING).some((table) => path in table) || at(siteDefaults, path) !== undefined;
    assert.ok(known, path);
  }
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { extensionOf, typeOfExtension } from "../src/extension.ts";

test("an extension stands behind the last dot of the last name", () => {
  for (const [path, extension] of [
    ["/a/b.css", "css"],
    ["site.min.JS", "js"],
    [".html", "html"],
    ["a", ""],
    ["css", ""],
    ["/a.b/c", ""],
    ["a.", ""],
    ["a.css/", ""],
    ["", ""],
  ] as const) {
    assert.equal(extensionOf(path), extension, path);
  }
});

test("its media type; of what no one knows, and of what every object has, none", () => {
  assert.equal(typeOfExtension("css"), "text/css");
  assert.equal(typeOfExtension("mjs"), "text/javascript");
  assert.equal(typeOfExtension("png"), "image/png");
  for (const none of ["", "nonsense", "constructor", "__proto__", "toString", "hasOwnProperty"]) {
    assert.equal(typeOfExtension(none), undefined, none);
  }
});

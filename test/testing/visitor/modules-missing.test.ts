import assert from "node:assert/strict";
import { registerHooks } from "node:module";
import { test } from "node:test";
import { text } from "../../../src/index.ts";
import { cookieJar, visitor } from "../../../src/testing/index.ts";

for (const missing of ["tough-cookie", "parse5"]) {
  test(`without the package ${missing} visitor says what to install, and the rest of ringlight/testing works`, async () => {
    const hooks = registerHooks({
      resolve(specifier, context, next) {
        if (specifier === missing)
          throw Object.assign(new Error("Cannot find package"), { code: "ERR_MODULE_NOT_FOUND" });
        return next(specifier, context);
      },
    });
    try {
      const message = new RegExp(`^visitor works with the package ${missing}.*: npm install ${missing}$`);
      await assert.rejects(
        visitor(() => text("")),
        { code: "ERR_MODULE_MISSING", message },
      );
      assert.equal(cookieJar().header("http://localhost/"), "");
    } finally {
      hooks.deregister();
    }
  });
}

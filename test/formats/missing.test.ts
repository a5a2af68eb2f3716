import assert from "node:assert/strict";
import { registerHooks } from "node:module";
import { test } from "node:test";

for (const [subpath, library] of [
  ["transit", "transit-js"],
  ["message-pack", "msgpackr"],
] as const) {
  test(`without the package ${library} the import says what to install`, async () => {
    const hooks = registerHooks({
      resolve: (specifier, context, next) => next(specifier === library ? `${library}-missing` : specifier, context),
    });
    try {
      const again = `../../src/formats/${subpath}.ts?without-${library}`;
      const message = new RegExp(`^ringlight/formats/${subpath} .*: npm install ${library}$`);
      await assert.rejects(import(again), { code: "ERR_MODULE_MISSING", message });
    } finally {
      hooks.deregister();
    }
  });
}

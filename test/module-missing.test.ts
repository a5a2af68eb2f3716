import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { describe, test } from "node:test";

/** The files that load an optional package when they are imported, and which. */
const loading = globSync("src/**/*.ts").flatMap((file) => {
  const library = /^const [^=]*= \(?await import\("([^"]+)"\)/m.exec(readFileSync(file, "utf8"))?.[1];
  return library === undefined ? [] : [[file, library] as const];
});

test("these are the packages that an import may miss", () => {
  assert.deepEqual(loading.map(([, library]) => library).sort(), ["edn-data", "eta", "msgpackr", "transit-js"]);
});

describe("without its package an import says what needs it and what to install", () => {
  for (const [file, library] of loading) {
    test(`${file} without ${library}`, async () => {
      const hooks = registerHooks({
        resolve: (specifier, context, next) => next(specifier === library ? `${library}-missing` : specifier, context),
      });
      try {
        const message = new RegExp(
          `^\\S+ works with the package ${library}, which cannot be loaded: npm install ${library}$`,
        );
        await assert.rejects(import(`../${file}?without-${library}`), (error: NodeJS.ErrnoException) => {
          assert.equal(error.code, "ERR_MODULE_MISSING");
          assert.match(error.message, message);
          assert.equal((error.cause as NodeJS.ErrnoException).code, "ERR_MODULE_NOT_FOUND");
          return true;
        });
      } finally {
        hooks.deregister();
      }
    });
  }
});

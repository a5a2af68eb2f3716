import assert from "node:assert/strict";
import { test } from "node:test";
import { checkParts, freezeDeep, mergeParts } from "../../src/defaults/merge.ts";

const PARTS = { session: { cookieAttrs: {} }, security: {} };
const merge = (preset: object, changes: object) => ({ ...(mergeParts(preset, changes, PARTS) as object) });
const plain = (value: unknown) => JSON.parse(JSON.stringify(value));

test("a part merges name by name, to the depth that is named", () => {
  const preset = { session: { flash: true, cookieAttrs: { httpOnly: true } }, security: { hsts: true } };
  assert.deepEqual(plain(merge(preset, { session: { cookieAttrs: { maxAge: 10 } } })), {
    session: { flash: true, cookieAttrs: { httpOnly: true, maxAge: 10 } },
    security: { hsts: true },
  });
});

test("options, lists and stores are taken whole, and not copied", () => {
  const store = { read() {}, nested: {} };
  const merged = merge({ session: { store: { read() {}, other: 1 } } }, { session: { store } }) as {
    session: { store: unknown };
  };
  assert.equal(merged.session.store, store);
  assert.deepEqual(plain(merge({ security: { csp: { a: 1 } } }, { security: { csp: { b: 2 } } })), {
    security: { csp: { b: 2 } },
  });
});

test("undefined changes nothing, false switches off, true keeps options", () => {
  const preset = { session: { flash: true }, security: { csp: { a: 1 }, hsts: false } };
  assert.deepEqual(plain(merge(preset, { session: undefined, security: { csp: true, hsts: true } })), {
    session: { flash: true },
    security: { csp: { a: 1 }, hsts: true },
  });
  assert.deepEqual(plain(merge(preset, { session: false })), { session: false, security: preset.security });
});

test("a polluted prototype is not read, and none is made", () => {
  Object.defineProperty(Object.prototype, "session", { value: { flash: false }, configurable: true });
  try {
    assert.deepEqual(plain(merge({ security: { hsts: true } }, {})), { security: { hsts: true } });
    assert.equal(Object.hasOwn(merge({ security: { hsts: true } }, {}), "session"), false);
  } finally {
    Reflect.deleteProperty(Object.prototype, "session");
  }
  mergeParts({ security: {} }, JSON.parse('{"security":{"__proto__":{"polluted":1}}}'), PARTS);
  assert.equal(({} as { polluted?: unknown }).polluted, undefined);
});

test("neither argument is changed", () => {
  const preset = freezeDeep({ session: { flash: true } });
  const changes = freezeDeep({ session: { flash: false } });
  assert.deepEqual(plain(merge(preset, changes)), { session: { flash: false } });
});

test("a misspelt name and a part that is none are refused, with their place", () => {
  const shape = { session: true, security: { hsts: true } };
  const refused = (option: string) => ({ code: "ERR_OPTION", option });
  assert.throws(() => checkParts({ sesion: {} }, shape, "changes"), refused("changes.sesion"));
  assert.throws(() => checkParts({ security: { hst: true } }, shape, "changes"), refused("changes.security.hst"));
  assert.throws(() => checkParts({ security: true }, shape, "changes"), refused("changes.security"));
  assert.throws(() => checkParts(JSON.parse('{"__proto__":{}}'), shape, "changes"), refused("changes.__proto__"));
  assert.throws(() => checkParts("site", shape, "preset"), refused("preset"));
  assert.throws(() => checkParts({ sesion: {} }, shape), {
    message: /did you mean session\?; there are: session, security/,
  });
  checkParts({ security: false, session: { anything: 1 } }, shape);
});

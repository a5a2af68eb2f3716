import assert from "node:assert/strict";
import test from "node:test";
import { setCookieNames, withSetCookie } from "../../src/cookies/response-cookies.ts";

test("a line is added to none, to one and to several, always as an array", () => {
  assert.deepEqual(withSetCookie({}, "a=1"), { "set-cookie": ["a=1"] });
  assert.deepEqual(withSetCookie({ "set-cookie": "b=1" }, "a=1"), { "set-cookie": ["b=1", "a=1"] });
  assert.deepEqual(withSetCookie({ x: "y", "set-cookie": ["b=1", "c=2"] }, "a=1"), {
    x: "y",
    "set-cookie": ["b=1", "c=2", "a=1"],
  });
});

test("Set-Cookie is found in any spelling", () => {
  assert.deepEqual(withSetCookie({ "Set-Cookie": "b=1" }, "a=1"), { "Set-Cookie": ["b=1", "a=1"] });
  assert.deepEqual(setCookieNames({ "Set-Cookie": "b=1" }), ["b"]);
});

test("a later line replaces the earlier of its name, compared octet by octet", () => {
  assert.deepEqual(withSetCookie({ "set-cookie": ["a=1; Path=/", "A=2", "ab=3"] }, "a=4"), {
    "set-cookie": ["A=2", "ab=3", "a=4"],
  });
});

test("the headers given are left as they were", () => {
  const headers = Object.freeze({ "set-cookie": Object.freeze(["a=1"]) });
  withSetCookie(headers, "a=2");
  assert.deepEqual(setCookieNames(headers), ["a"]);
});

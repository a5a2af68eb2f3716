import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  type CameCookies,
  cameCookies as came3,
  cookiesFor,
  cookiesSize,
  partsOf,
} from "../../src/session/token-cookies.ts";

const cameCookies = (header: string | undefined, name: string) => came3(header, name, true);
const NONE = cameCookies(undefined, "s");
const headerOf = (pairs: readonly (readonly [string, string])[]) => pairs.map((pair) => pair.join("=")).join("; ");
const send = (token: string, came: CameCookies = NONE, all = false) => cookiesFor("s", token, came, all);
const token = fc.tuple(fc.stringMatching(/^[\w-]{1,9000}$/), fc.option(fc.stringMatching(/^[\w-]{1,90}$/)));

test("a token of any length comes back as it was, in whatever order its cookies stand", () => {
  fc.assert(
    fc.property(token, fc.boolean(), ([data, used], reversed) => {
      const text = used === null ? data : `${data}~${used}`;
      const { set } = send(text);
      for (const [name, value] of set) assert.ok(name.length + value.length <= 3900);
      const came = cameCookies(headerOf(reversed ? [...set].reverse() : set), "s");
      assert.deepEqual([came.token, came.mixed, came.doubled], [text, false, false]);
      assert.equal(came.names.length, set.length);
    }),
  );
});

test("the size counts names and separators as the header has them", () => {
  for (const data of ["x".repeat(100), "x".repeat(3899), "x".repeat(3900), "x".repeat(9000)]) {
    assert.equal(cookiesSize("s", data), headerOf(send(data).set).length + 2);
  }
});

test("cookies of two generations, or with one missing, are no token, and not a throw", () => {
  const [one, two] = [send("x".repeat(9000)).set, send("x".repeat(9000)).set];
  for (const mix of [
    [one[0]!, two[1]!, one[2]!],
    [one[0]!, one[1]!],
    [one[0]!, one[2]!],
    [one[0]!],
    [["s", one[0]![1].replace(/^3/, "2")] as const, ...one.slice(1)],
    [["s", one[0]![1].replace(/^3/, "9")] as const, ...one.slice(1)],
  ]) {
    const came = cameCookies(headerOf(mix), "s");
    assert.deepEqual(
      [came.token, came.mixed],
      [undefined, true],
      headerOf(mix.map(([name, v]) => [name, v.slice(0, 8)])),
    );
  }
  const without = cameCookies(headerOf(one.slice(1)), "s");
  assert.deepEqual([without.token, without.mixed], [undefined, false], "the rest alone is no session cookie");
});

test("when the value shrinks the cookies that are left over are removed; when nothing changed nothing is sent", () => {
  const long = send("x".repeat(9000)).set;
  const came = cameCookies(headerOf([...long, ["s.used", "u"]]), "s");
  assert.deepEqual(send("short", came), { set: [["s", "short"]], remove: ["s.1", "s.2"] });
  assert.deepEqual(send("y".repeat(5000), came).remove, ["s.2"]);
  assert.deepEqual(send(came.token!, came), { set: [], remove: [] });
});

test("when only the idle clock moved its own cookie alone is sent; asked for all, all of them", () => {
  const came = cameCookies("s=data; s.used=1", "s");
  assert.deepEqual(send("data~2", came), { set: [["s.used", "2"]], remove: [] });
  assert.deepEqual(send("data~2", cameCookies("s=data", "s")).set, [["s.used", "2"]]);
  assert.deepEqual(send("data~2", came, true).set, [
    ["s", "data"],
    ["s.used", "2"],
  ]);
  assert.deepEqual(partsOf("data"), { data: "data", used: undefined });
});

test("doubled cookies: with one value they count once, with several the first is tried, in each of the parts", () => {
  assert.deepEqual(cameCookies("s=a; s=a", "s"), { token: "a", mixed: false, doubled: false, names: ["s"] });
  assert.deepEqual(cameCookies("s=a; s=b; s.used=1", "s"), {
    token: "a~1",
    mixed: false,
    doubled: true,
    names: ["s", "s.used"],
  });
  const long = send("x".repeat(5000)).set;
  const tossed = cameCookies(`${headerOf(long)}; s.1=junk`, "s");
  assert.deepEqual([tossed.token, tossed.doubled], ["x".repeat(5000), true]);
});

test("for a store without clocks such a cookie is none of its, and goes with the next that is set", () => {
  const came = came3("s=data; s.used=1", "s", false);
  assert.deepEqual([came.token, came.names], ["data", ["s", "s.used"]]);
  assert.deepEqual(cookiesFor("s", "other", came, false), { set: [["s", "other"]], remove: ["s.used"] });
});

test("one cookie up to 3900 octets of name and value, two from there; nine at most", () => {
  for (const [length, count] of [
    [3898, 1],
    [3899, 1],
    [3900, 2],
    [30_000, 8],
    [34_000, 9],
  ] as const) {
    const { set } = send("x".repeat(length));
    assert.equal(set.length, count, `${length} characters under a name of one`);
    assert.equal(cameCookies(headerOf(set), "s").token?.length, length);
  }
});

test("what only looks like a head is a token like any other", () => {
  for (const value of ["0.AAAA.x", "1.AAAA.x", "10.AAAA.x", "2.AAA.x", "2.AAAAx"]) {
    assert.deepEqual(cameCookies(`s=${value}; s.1=y`, "s").token, value);
  }
});

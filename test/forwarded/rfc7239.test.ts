import assert from "node:assert/strict";
import { test } from "node:test";
import { forwarded } from "../../src/forwarded/rfc7239.ts";
import { trustedProxies } from "../../src/forwarded/trusted.ts";

const read = forwarded(trustedProxies(["10.0.0.0/8"]));
const direct = { scheme: "http", host: "inside", remoteAddress: "10.0.0.1" } as const;
const told = (header: string, origin: typeof direct | { remoteAddress: string } = direct) => {
  const { scheme, host, remoteAddress } = read({ ...direct, ...origin }, { forwarded: header });
  return `${scheme} ${host} ${remoteAddress}`;
};

for (const [header, answer] of [
  ["for=203.0.113.9", "http inside 203.0.113.9"],
  ["for=203.0.113.9;proto=https;host=www.example.com;by=10.0.0.1", "https www.example.com 203.0.113.9"],
  ["For=203.0.113.9; PROTO=HTTPS", "https inside 203.0.113.9"],
  ['for="203.0.113.9:4711"', "http inside 203.0.113.9"],
  ["for=203.0.113.9:4711", "http inside 203.0.113.9"],
  ['for="[2001:db8::1]"', "http inside 2001:db8::1"],
  ['for="[2001:db8::1]:4711"', "http inside 2001:db8::1"],
  ['for="[::ffff:203.0.113.9]"', "http inside 203.0.113.9"],
  ['for="203.0.113.\\9"', "http inside 203.0.113.9"],
  ["for=203.0.113.9;proto=https, for=10.0.0.2;proto=http", "https inside 203.0.113.9"],
  ["for=6.6.6.6;proto=https;host=evil.example, for=203.0.113.9", "http inside 203.0.113.9"],
  ["for=6.6.6.6, for=203.0.113.9, for=10.0.0.2, for=10.0.0.3", "http inside 203.0.113.9"],
  ["for=203.0.113.9;host=first.example, for=10.0.0.2;host=second.example", "http first.example 203.0.113.9"],
  ["for=203.0.113.9,,", "http inside 203.0.113.9"],
  [",,", "http inside 10.0.0.1"],
  ["", "http inside 10.0.0.1"],
  ["proto=https", "https inside 10.0.0.1"],
  ["for=6.6.6.6, for=unknown", "http inside 10.0.0.1"],
  ["for=6.6.6.6, for=_hidden;proto=https", "https inside 10.0.0.1"],
  ["for=6.6.6.6, nonsense", "http inside 10.0.0.1"],
  ["for=6.6.6.6;for=7.7.7.7", "http inside 10.0.0.1"],
  ["for = 6.6.6.6", "http inside 10.0.0.1"],
  // What a visitor puts in front of the proxy's own element, to swallow it or to speak for it.
  ['for=", for=203.0.113.9;proto=https', "https inside 203.0.113.9"],
  ['for="a, for=6.6.6.6, for="[2001:db8::1]";host="www.example.com"', "http www.example.com 2001:db8::1"],
  ['for="\\", for="203.0.113.9"', "http inside 203.0.113.9"],
  ['for="x\\\\\\", for=203.0.113.9', "http inside 203.0.113.9"],
  ['for=203.0.113.9;host="a, for=6.6.6.6"', "http a, for=6.6.6.6 203.0.113.9"],
  ['for=203.0.113.9;host="a;proto=https"', "http a;proto=https 203.0.113.9"],
  ['for=203.0.113.9;host="a\\", for=6.6.6.6"', 'http a", for=6.6.6.6 203.0.113.9'],
  ["__proto__=1;for=203.0.113.9", "http inside 203.0.113.9"],
] as const) {
  test(`${JSON.stringify(header)} from a trusted proxy says ${answer}`, () => assert.equal(told(header), answer));
}

test("from anybody else it says nothing", () =>
  assert.equal(told("for=6.6.6.6;proto=https;host=a", { remoteAddress: "203.0.113.9" }), "http inside 203.0.113.9"));

test("a scheme is never lowered", () => {
  const origin = { scheme: "https", host: "inside", remoteAddress: "10.0.0.1" } as const;
  assert.equal(read(origin, { forwarded: "for=203.0.113.9;proto=http" }).scheme, "https");
});

test("a header of nothing but separators, quotes and backslashes is read in a moment", () => {
  for (const unit of [",", ";", '"', "\\", '\\"', '",', "for=,", "=", "a=1;"]) {
    const steps: string[] = [];
    const counting = forwarded((address) => {
      steps.push(String(address));
      return true;
    });
    counting(direct, { forwarded: unit.repeat(16_384 / unit.length) });
    assert.ok(steps.length <= 16_385);
  }
});

import assert from "node:assert/strict";
import { BlockList, isIP } from "node:net";
import { test } from "node:test";
import fc from "fast-check";
import { trustedProxies } from "../../src/forwarded/trusted.ts";

const isTrusted = (entry: string, address: string | undefined) => trustedProxies([entry])(address);

for (const [entry, inside, outside] of [
  ["10.0.0.1", ["10.0.0.1", "::ffff:10.0.0.1", "::FFFF:a00:1", "0:0:0:0:0:ffff:10.0.0.1"], ["10.0.0.2", "::a00:1"]],
  ["10.0.0.0/8", ["10.255.255.255", "10.0.0.0"], ["9.255.255.255", "11.0.0.0", "a00::"]],
  ["172.16.0.0/12", ["172.16.0.0", "172.31.255.255"], ["172.15.255.255", "172.32.0.0"]],
  ["192.0.2.128/25", ["192.0.2.128", "192.0.2.255"], ["192.0.2.127"]],
  ["10.1.2.3/8", ["10.9.9.9"], ["11.1.2.3"]],
  ["::ffff:10.0.0.0/104", ["10.1.2.3"], ["11.0.0.0"]],
  ["::ffff:a00:0/104", ["10.1.2.3", "::ffff:10.1.2.3"], ["11.0.0.0"]],
  ["::1", ["::1", "0:0:0:0:0:0:0:1"], ["::", "::2", "127.0.0.1"]],
  ["fd00::/8", ["fd12:3456::1", "fdff::"], ["fc00::", "fe00::", "253.0.0.1"]],
  ["2001:db8::/33", ["2001:db8::1", "2001:db8:7fff::"], ["2001:db8:8000::"]],
  ["fe80::/10", ["fe80::1%eth0", "febf::1"], ["fec0::1"]],
  ["64:ff9b::192.0.2.0/120", ["64:ff9b::c000:2ff"], ["64:ff9b::c000:300", "192.0.2.1"]],
] as const) {
  test(`${entry} holds ${inside.join(", ")} and not ${outside.join(", ")}`, () => {
    for (const address of inside) assert.ok(isTrusted(entry, address), address);
    for (const address of outside) assert.ok(!isTrusted(entry, address), address);
  });
}

test("what is no address is trusted by nobody", () => {
  for (const address of [
    undefined,
    "",
    "unknown",
    "10.0.0",
    "10.0.0.1:80",
    "[::1]",
    "010.0.0.1",
    "10.0.0.1 ",
    "localhost",
  ])
    assert.ok(!trustedProxies(["10.0.0.0/8", "::/1", "0.0.0.0/1"])(address), String(address));
});

test("it says what node:net says, of any network and address of one family", () => {
  const pair = fc.oneof(
    fc.tuple(fc.ipV4(), fc.integer({ min: 1, max: 32 }), fc.ipV4()),
    fc.tuple(fc.ipV6(), fc.integer({ min: 1, max: 128 }), fc.ipV6()),
  );
  fc.assert(
    fc.property(pair, fc.boolean(), ([network, bits, other], near) => {
      const address = near ? network : other;
      const family = isIP(network) === 4 ? "ipv4" : "ipv6";
      const list = new BlockList();
      list.addSubnet(network, bits, family);
      assert.equal(isTrusted(`${network}/${bits}`, address), list.check(address, family));
    }),
    { numRuns: 2000 },
  );
});

for (const all of [
  ["0.0.0.0/0"],
  ["::/0"],
  ["10.0.0.0/00"],
  ["::ffff:0.0.0.0/96"],
  ["0.0.0.0/1", "128.0.0.0/1"],
  ["10.0.0.1", "128.0.0.0/2", "0.0.0.0/1", "192.0.0.0/2", "127.0.0.1"],
  ["fd00::/8", "::/1", "8000::/1"],
]) {
  test(`${all.join(" and ")}, which is everybody, is refused`, () => {
    assert.throws(() => trustedProxies(all), { code: "ERR_OPTION", option: "trustProxy", message: /everybody/ });
  });
}

test("many networks that are not all, the same one twice, and half of each family are taken", () => {
  for (const list of [[], ["0.0.0.0/1", "0.0.0.0/1", "1.2.3.4/1", "128.0.0.0/2"], ["0.0.0.0/1", "8000::/1"]])
    assert.equal(typeof trustedProxies(list), "function");
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { parseAuthority } from "../src/authority.ts";

for (const [host, name, port] of [
  ["example.com", "example.com", ""],
  ["Example.COM:8080", "Example.COM", "8080"],
  ["example.com.", "example.com.", ""],
  ["example.com:", "example.com", ""],
  ["a_b-c.example", "a_b-c.example", ""],
  ["localhost:3000", "localhost", "3000"],
  ["192.0.2.1:80", "192.0.2.1", "80"],
  ["[2001:db8::1]", "[2001:db8::1]", ""],
  ["[::ffff:192.0.2.1]:443", "[::ffff:192.0.2.1]", "443"],
] as const) {
  test(`${host} is a host`, () => assert.deepEqual(parseAuthority(host), { name, port }));
}

for (const host of [
  "",
  " ",
  ":443",
  ".",
  "a..b",
  ".example.com",
  "evil.com@",
  "good.example@evil.com",
  "good.example:pw@evil.com",
  "a/b",
  "a\\b",
  "a?b",
  "a#b",
  "a b",
  "a,b",
  "a.example, b.example",
  "a%00b",
  "a%2eb",
  "a\r\nx: y",
  "a\nb",
  "a\n",
  "a\tb",
  "a\0",
  "bücher.example",
  "a:b",
  "a:65536",
  "a:123456",
  "a:80:80",
  "a:-1",
  "::1",
  "[::1",
  "[]",
  "[:::]",
  "[::1]evil.com",
  "[::1%25eth0]",
  "999.999.999.999",
  "http://a",
  "a".repeat(300),
]) {
  test(`${JSON.stringify(host.slice(0, 40))} is none`, () => assert.equal(parseAuthority(host), undefined));
}

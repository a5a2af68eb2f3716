import assert from "node:assert/strict";
import { test } from "node:test";
import { toFetch } from "../../src/adapters/fetch.ts";
import { type ForwardedOptions, wrapForwarded } from "../../src/middleware/forwarded.ts";
import { wrapSslRedirect } from "../../src/middleware/ssl-redirect.ts";
import { json, text } from "../../src/response.ts";
import { stack } from "../../src/ring.ts";
import { middlewareContract } from "../../src/testing/middleware-contract.ts";
import { answering } from "../support/answering.ts";
import { requestMap } from "../support/request-map.ts";
import { listen } from "../support/site.ts";
import { request } from "../support/visitor.ts";

const trustProxy = ["127.0.0.1", "10.0.0.0/8"];
const headers = {
  "x-forwarded-proto": "http, https",
  "x-forwarded-host": "evil.example, www.example.com",
  "x-forwarded-for": "6.6.6.6, 203.0.113.9, 10.1.2.3",
  forwarded: "for=198.51.100.7;proto=https;host=other.example",
};
const told = async (options: ForwardedOptions, more: Parameters<typeof requestMap>[2] = {}) => {
  const { seen } = await answering(
    wrapForwarded(options),
    requestMap("GET", "/", { host: "inside", headers, ...more }),
  );
  return `${seen?.scheme} ${seen?.host} ${seen?.remoteAddress}`;
};

for (const check of middlewareContract) {
  const subject = { wrap: wrapForwarded({ trustProxy }), request: () => requestMap("GET", "/", { headers }) };
  test(check.name, () => check.run(() => subject));
}

test("what a named proxy says of scheme and address counts, of the host only when asked for", async () => {
  assert.equal(await told({ trustProxy }), "https inside 203.0.113.9");
  assert.equal(await told({ trustProxy, host: true }), "https www.example.com 203.0.113.9");
});

test("Forwarded counts where it is chosen, and then nothing else", async () => {
  assert.equal(await told({ trustProxy, header: "forwarded" }), "https inside 198.51.100.7");
  assert.equal(await told({ trustProxy, header: "forwarded", host: true }), "https other.example 198.51.100.7");
  const without = { headers: { ...headers, forwarded: undefined } };
  assert.equal(await told({ trustProxy, header: "forwarded", host: true }, without), "http inside 127.0.0.1");
});

test("what strangers write is ignored", async () => {
  for (const header of ["x-forwarded", "forwarded"] as const) {
    assert.equal(await told({ trustProxy: [], header, host: true }), "http inside 127.0.0.1");
    const stranger = { remoteAddress: "203.0.113.80" };
    assert.equal(await told({ trustProxy, header, host: true }, stranger), "http inside 203.0.113.80");
  }
});

for (const host of ["evil.com@", "a/b", "a:b", "a b", "", "[::1", "%00"]) {
  test(`a forwarded host ${JSON.stringify(host)} is none`, async () => {
    for (const header of ["x-forwarded", "forwarded"] as const) {
      const sent = { "x-forwarded-host": host, forwarded: `host="${host}"` };
      assert.equal(await told({ trustProxy, header, host: true }, { headers: sent }), "http inside 127.0.0.1");
    }
  });
}

test("the request goes in whole, and is not changed", async () => {
  const given = Object.freeze(requestMap("GET", "/", { headers }));
  const { seen } = await answering(wrapForwarded({ trustProxy }), given);
  assert.deepEqual({ ...seen, scheme: "http", remoteAddress: "127.0.0.1" }, given);
});

test("a server that does not tell its peer has no proxy, and that is said once", async (t) => {
  const warn = t.mock.method(console, "warn", () => {});
  const wrap = wrapForwarded({ trustProxy });
  for (let i = 0; i < 3; i++) {
    const { seen } = await answering(wrap, requestMap("GET", "/", { headers, remoteAddress: undefined }));
    assert.deepEqual([seen?.scheme, seen?.remoteAddress], ["http", undefined]);
  }
  await answering(wrapForwarded({ trustProxy }), requestMap("GET", "/", { remoteAddress: undefined }));
  assert.equal(warn.mock.callCount(), 1);
  assert.match(String(warn.mock.calls[0]!.arguments[0]), /remoteAddress/);
});

test("under toFetch, outside the redirect to https", async () => {
  const app = stack.use(wrapForwarded({ trustProxy })).use(wrapSslRedirect())(({ remoteAddress }) =>
    text(`${remoteAddress}`),
  );
  const served = toFetch<string>(app, { remoteAddress: (_, peer) => peer });
  const ask = (peer: string) =>
    served(
      new Request("http://example.com/a", {
        headers: { "x-forwarded-proto": "https", "x-forwarded-for": "203.0.113.9" },
      }),
      peer,
    );
  const behind = await ask("10.0.0.1");
  assert.equal(`${behind.status} ${await behind.text()}`, "200 203.0.113.9");
  const stranger = await ask("203.0.113.1");
  assert.equal(`${stranger.status} ${stranger.headers.get("location")}`, "301 https://example.com/a");
});

test("over real HTTP", async (t) => {
  const app = stack.use(wrapForwarded({ trustProxy: ["127.0.0.1"] }))(({ scheme, remoteAddress }) =>
    json({ scheme, remoteAddress }),
  );
  const { url } = await listen(t, app);
  const { body } = await request(url, "GET", {
    "x-forwarded-proto": "https",
    "x-forwarded-for": "1.1.1.1, 203.0.113.9",
  });
  assert.deepEqual(JSON.parse(body), { scheme: "https", remoteAddress: "203.0.113.9" });
});

test("two around one handler are refused when the stack is built", () => {
  const app = stack.use(wrapForwarded({ trustProxy })).use(wrapForwarded({ trustProxy }));
  assert.throws(() => app(() => text("ok")), { code: "ERR_STACK_TWICE" });
});

for (const [options, option] of [
  [{ trustProxy: true }, "trustProxy"],
  [{ trustProxy: "10.0.0.0/8" }, "trustProxy"],
  [{ trustProxy: ["0.0.0.0/0"] }, "trustProxy"],
  [{ trustProxy: ["::/0"] }, "trustProxy"],
  [{ trustProxy: ["10.0.0.0/00"] }, "trustProxy"],
  [{ trustProxy: ["*"] }, "trustProxy"],
  [{ trustProxy: ["localhost"] }, "trustProxy"],
  [{ trustProxy: [1] }, "trustProxy"],
  [{}, "trustProxy"],
  [{ trustProxy: [], header: "both" }, "header"],
  [{ trustProxy: [], host: "www.example.com" }, "host"],
  [{ trustProxy: [], proxy: true }, "proxy"],
  [null, "options"],
] as const) {
  test(`${JSON.stringify(options)} is refused when built`, () =>
    assert.throws(() => wrapForwarded(options as unknown as ForwardedOptions), { code: "ERR_OPTION", option }));
}

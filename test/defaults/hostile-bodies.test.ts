/** Bodies that are meant to harm a site, over real HTTP through all of siteDefaults: each a 4xx with a code. */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { siteDefaults, wrapDefaults } from "../../src/defaults/index.ts";
import { text } from "../../src/response.ts";
import { stack } from "../../src/ring.ts";
import { rawConnection } from "../support/raw-http.ts";
import { listen } from "../support/site.ts";

const app = stack.use(wrapDefaults(siteDefaults))(({ nestedParams }) => text(JSON.stringify(nestedParams.form)));
const impatient = stack.use(
  wrapDefaults(siteDefaults, { params: { urlencoded: { timeout: 0.1 }, multipart: { timeout: 0.1 } } }),
)(() => text("ok"));

const FORM = "application/x-www-form-urlencoded";
const BOUNDARY = "b";
const MULTIPART = `multipart/form-data; boundary=${BOUNDARY}`;
const part = (name: string, value: string) =>
  `--${BOUNDARY}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;

before(() => {
  delete process.env.NODE_ENV;
});

const cases: ReadonlyArray<readonly [name: string, type: string, body: () => string, status: number, code: string]> = [
  ["10 MB urlencoded", FORM, () => `a=${"x".repeat(10_000_000)}`, 413, "ERR_BODY_SIZE"],
  ["100,000 parameters", FORM, () => "a=1&".repeat(100_000), 400, "ERR_PARAMS_LIMIT"],
  [
    "100,000 nested keys",
    FORM,
    () => Array.from({ length: 100_000 }, (_, i) => `a[${i}]=`).join("&"),
    400,
    "ERR_PARAMS_LIMIT",
  ],
  ["900 levels", FORM, () => `a${"[b]".repeat(900)}=1`, 400, "ERR_PARAMS_LIMIT"],
  ["100,000 parts", MULTIPART, () => `${part("a", "1").repeat(100_000)}--${BOUNDARY}--\r\n`, 400, "ERR_PARAMS_LIMIT"],
  [
    "a field of 10 MB",
    MULTIPART,
    () => `${part("a", "x".repeat(10_000_000))}--${BOUNDARY}--\r\n`,
    413,
    "ERR_BODY_SIZE",
  ],
  ["no last boundary", MULTIPART, () => part("a", "1"), 400, "ERR_BODY_SYNTAX"],
  ["another charset", `${FORM}; charset=utf-16`, () => "a=1", 415, "ERR_BODY_TYPE"],
];

describe("through siteDefaults", () => {
  for (const [name, type, body, status, code] of cases) {
    test(`${name}: ${status} ${code}`, async (t) => {
      const { url, errors } = await listen(t, app);
      const response = await fetch(url, { method: "POST", body: body(), headers: { "content-type": type } });
      assert.equal(response.status, status);
      assert.ok((await response.text()).includes(code), `the answer does not say ${code}`);
      assert.deepEqual(errors, []);
    });
  }

  for (const type of [FORM, MULTIPART]) {
    test(`a slow body (${type.split(";")[0]}): 408 ERR_BODY_TIMEOUT`, async (t) => {
      const { url, errors } = await listen(t, impatient);
      const { send, until } = rawConnection(Number(new URL(url).port));
      send(`POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${type}\r\nContent-Length: 1000\r\n\r\n--`);
      const answer = await until("ERR_BODY_TIMEOUT");
      assert.match(answer, /^HTTP\/1\.1 408 /);
      assert.deepEqual(errors, []);
    });
  }

  for (const name of [
    "a[__proto__]",
    "a[__proto__][polluted]",
    "__proto__[polluted]",
    "a[constructor][prototype][polluted]",
  ]) {
    test(`${name} pollutes nothing`, async (t) => {
      const { url, errors } = await listen(t, app);
      const body = new URLSearchParams({ [name]: "1" });
      const response = await fetch(url, { method: "POST", body });
      assert.ok(response.status === 200 || response.status === 400);
      await response.text();
      assert.equal(({} as { polluted?: unknown }).polluted, undefined);
      assert.deepEqual(errors, []);
    });
  }
});

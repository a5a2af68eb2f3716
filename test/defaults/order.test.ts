/** No setting of the presets is without an effect: each is one row of the order, and shows when it is on. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { apiDefaults, type Preset, siteDefaults, wrapDefaults } from "../../src/defaults/index.ts";
import { ORDER } from "../../src/defaults/order.ts";
import type { Handler, RequestMap, ResponseMap } from "../../src/ring.ts";
import { requestMap } from "../support/request-map.ts";

const root = mkdtempSync(join(tmpdir(), "order-"));
after(() => rmSync(root, { recursive: true }));
writeFileSync(join(root, "style.css"), "body{}");

/** The preset's parts whose names are settings of their own; any other part is one setting. */
const PARTS: readonly string[] = ["params", "security", "static", "responses"];
const SETTINGS = Object.entries(siteDefaults).flatMap(([part, names]) => {
  if (part === "base") return [];
  return PARTS.includes(part) ? Object.keys(names as object).map((name) => `${part}.${name}`) : [part];
});

test("each setting of a preset is exactly one row of the order", () => {
  const rows = ORDER.map(({ part, name }) => (name === undefined ? part : `${part}.${name}`));
  assert.deepEqual(rows.toSorted(), SETTINGS.toSorted());
});

interface Seen {
  /** As the handler got it; without keys where the handler did not run. */
  readonly request: RequestMap & Readonly<Record<string, unknown>>;
  readonly response: ResponseMap;
}

interface Row {
  readonly on: unknown;
  readonly asked?: Partial<RequestMap>;
  readonly answer?: Partial<ResponseMap>;
  /** What it needs beside it. */
  readonly beside?: object;
  readonly shows: (seen: Seen) => unknown;
  readonly is: unknown;
}

const key = (name: string, on: unknown = true): Row => ({ on, shows: ({ request }) => name in request, is: true });
const header = (name: string, on: unknown, is: string, more: Partial<Row> = {}): Row => ({
  on,
  shows: ({ response }) => response.headers[name],
  is,
  ...more,
});

const ROWS: Readonly<Record<string, Row>> = {
  "params.urlencoded": key("queryParams"),
  "params.multipart": key("multipartParams"),
  "params.nested": { ...key("nestedParams"), beside: { params: { urlencoded: true } } },
  cookies: key("cookies"),
  session: key("session"),
  "security.antiForgery": key("antiForgery"),
  "security.frameOptions": header("x-frame-options", "deny", "DENY"),
  "security.contentTypeOptions": header("x-content-type-options", "nosniff", "nosniff"),
  "security.contentSecurityPolicy": header(
    "content-security-policy",
    true,
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'",
  ),
  "security.referrerPolicy": header("referrer-policy", "no-referrer", "no-referrer"),
  "security.sslRedirect": header("location", true, "https://example.com/style.css", { asked: { scheme: "http" } }),
  "security.hsts": header("strict-transport-security", true, "max-age=31536000; includeSubDomains"),
  "static.resources": header("content-type", root, "text/css; charset=utf-8"),
  "static.files": header("content-type", root, "text/css; charset=utf-8"),
  "responses.notModifiedResponses": {
    on: true,
    asked: { headers: { "if-none-match": '"1"' } },
    answer: { headers: { etag: '"1"' } },
    shows: ({ response }) => response.status,
    is: 304,
  },
  "responses.absoluteRedirects": header("location", true, "https://example.com/in", {
    answer: { status: 303, headers: { location: "/in" } },
  }),
  "responses.contentLength": header("content-length", true, "4"),
  "responses.contentTypes": header("content-type", true, "text/css", { answer: { body: new Uint8Array(1) } }),
  "responses.defaultCharset": header("content-type", "utf-8", "text/plain; charset=utf-8", {
    answer: { headers: { "content-type": "text/plain" } },
  }),
  websocket: key("isWebSocketUpgrade"),
  proxy: {
    on: { trustProxy: ["10.0.0.1"] },
    asked: { scheme: "http", headers: { "x-forwarded-proto": "https" } },
    shows: ({ request }) => request.scheme,
    is: "https",
  },
};

const OFF = { ...apiDefaults, params: false, responses: false };

async function seenWith(changes: object, { asked, answer }: Row): Promise<Seen> {
  let request = {} as Seen["request"];
  const handler = (given: Seen["request"]) => {
    request = given;
    return { status: 200, headers: {}, body: "page", ...answer };
  };
  const app = (wrapDefaults(OFF as Preset, changes) as unknown as (handle: typeof handler) => Handler)(handler);
  const from = { scheme: "https", host: "example.com", remoteAddress: "10.0.0.1", ...asked } as const;
  return { response: await app(requestMap("GET", "/style.css", from)), request };
}

describe("each setting shows when it is on, and not when it is off", () => {
  test("there is a row for each", () => assert.deepEqual(Object.keys(ROWS).toSorted(), SETTINGS.toSorted()));

  for (const [setting, row] of Object.entries(ROWS)) {
    test(setting, async () => {
      const [part = "", name] = setting.split(".");
      const set = (value: unknown) => {
        const beside = row.beside as Readonly<Record<string, object>> | undefined;
        return { ...beside, [part]: name === undefined ? value : { ...beside?.[part], [name]: value } };
      };
      assert.deepEqual(row.shows(await seenWith(set(row.on), row)), row.is);
      assert.notDeepEqual(row.shows(await seenWith(set(false), row)), row.is);
    });
  }
});

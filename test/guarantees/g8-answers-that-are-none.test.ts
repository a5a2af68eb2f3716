import assert from "node:assert/strict";
import { test } from "node:test";
import type { Store } from "../../src/session/store.ts";
import { commonPages, type Pages, site } from "../support/site.ts";
import { storeUnderTest } from "../support/store-under-test.ts";
import { request, sessionCookie } from "../support/visitor.ts";

type Operation = "read" | "create" | "update" | "delete";
type Answers = { [O in Operation]?: (...call: never[]) => unknown };

/** A real store, some operations of which answer something else once that is switched on. */
function lying(answers: Answers): { store: Store; lie: { now: boolean } } {
  const inner = storeUnderTest();
  const lie = { now: false };
  const operation =
    (name: Operation) =>
    (...call: unknown[]) =>
      lie.now && answers[name]
        ? answers[name](...(call as never[]))
        : (inner[name] as (...call: unknown[]) => unknown)(...call);
  const store = {
    read: operation("read"),
    create: operation("create"),
    update: operation("update"),
    delete: operation("delete"),
  };
  return { store: store as unknown as Store, lie };
}

const pages: Pages = {
  ...commonPages,
  "/set": ({ session }) => ({ session: { ...session, n: 1 } }),
  "/function": () => ({ session: (s: object) => ({ ...s, n: 1 }) }),
};

const NONE: Array<[what: string, answer: unknown]> = [
  ["undefined", undefined],
  ["null", null],
  ["{}", {}],
  ["text", "OK"],
  ["1", 1],
];
const TOKENS: Array<[what: string, token: unknown]> = [
  ["''", ""],
  ["with a line break", "abc\r\nset-cookie: session=x"],
  ["with a dot", "abc.def"],
  ["with a semicolon", "abc; Path=/x"],
  ["with a space", "abc def"],
  ["that is a number", 42],
  ["that is null", null],
];
const record = {
  data: new Map(),
  slots: new Map(),
  subject: undefined,
  createdAt: 0,
  usedAt: 0,
  authenticatedAt: undefined,
  persist: undefined,
  version: 1,
};
const RECORDS: Array<[what: string, record: unknown]> = [
  ["that is text", "record"],
  ["without slots", { ...record, slots: undefined }],
  ["with slots as an object", { ...record, slots: {} }],
  ["with data as an object", { ...record, data: {} }],
  ["without createdAt", { ...record, createdAt: undefined }],
  ["with usedAt as text", { ...record, usedAt: "0" }],
  ["without a version", { ...record, version: undefined }],
];

const garbage: Array<[operation: Operation, what: string, answer: unknown, paths: readonly string[]]> = [
  ...NONE.map(([what, answer]): (typeof garbage)[0] => ["read", what, answer, ["/show", "/set", "/logout"]]),
  ...RECORDS.map(([what, each]): (typeof garbage)[0] => [
    "read",
    `a record ${what}`,
    { record: each },
    ["/show", "/set"],
  ]),
  ["read", "an unknown reason", { refused: "because" }, ["/show", "/set", "/logout"]],
  ["read", "a reason of the engine's", { refused: "schema" }, ["/show"]],
  ["read", "a reason that is null", { refused: null }, ["/show"]],
  ...NONE.map(([what, answer]): (typeof garbage)[0] => ["update", what, answer, ["/set", "/function", "/login?alice"]]),
  ...TOKENS.map(([what, token]): (typeof garbage)[0] => [
    "update",
    `a token ${what}`,
    { token, overwritten: 0 },
    ["/set", "/login?alice"],
  ]),
  ...RECORDS.map(([what, each]): (typeof garbage)[0] => [
    "update",
    `a conflict ${what}`,
    { conflict: each },
    ["/function"],
  ]),
  ["update", "an unknown reason", { gone: "because" }, ["/set", "/login?alice"]],
  ...NONE.map(([what, answer]): (typeof garbage)[0] => ["delete", what, answer, ["/logout"]]),
];

for (const [operation, what, answer, paths] of garbage) {
  test(`G8: ${operation} answering ${what} is a 503, told, with the cookie untouched`, async (t) => {
    const { store, lie } = lying({ [operation]: () => answer });
    const { url, errors, events } = await site(t, pages, { store });
    const cookie = `session=${sessionCookie(await request(`${url}/login`))}`;
    for (const path of paths) {
      lie.now = true;
      const got = await request(url + path, "GET", { cookie });
      lie.now = false;
      assert.deepEqual([got.status, got.setCookies, got.body], [503, [], "Service Unavailable"], path);
      assert.equal((errors.at(-1) as { code?: string }).code, "ERR_STORE_UNAVAILABLE", path);
      assert.deepEqual(events.at(-1), { type: "store.failed", code: "ERR_STORE_UNAVAILABLE" }, path);
    }
    assert.equal((await request(`${url}/show`, "GET", { cookie })).body, '{"user":"bob"}');
  });
}

for (const [what, answer] of [
  ...NONE.filter(([, each]) => each !== "OK"),
  ...TOKENS.filter(([, each]) => each !== null),
]) {
  test(`G8: create answering a token ${what} is a 503, told, and no cookie`, async (t) => {
    const { store, lie } = lying({ create: () => answer });
    const { url, events } = await site(t, pages, { store });
    lie.now = true;
    const got = await request(`${url}/login`);
    assert.deepEqual([got.status, got.setCookies], [503, []]);
    assert.deepEqual(events, [{ type: "store.failed", code: "ERR_STORE_UNAVAILABLE" }]);
  });
}

const thenables: Array<[what: string, answer: () => unknown]> = [
  [
    "a then that throws",
    () => ({
      // biome-ignore lint/suspicious/noThenProperty: a query builder
      then() {
        throw new Error("not connected");
      },
    }),
  ],
  [
    "a then that cannot be read",
    () => ({
      // biome-ignore lint/suspicious/noThenProperty: a query builder
      get then() {
        throw new Error("not connected");
      },
    }),
  ],
  [
    "a then that rejects with nothing",
    () => ({
      // biome-ignore lint/suspicious/noThenProperty: a query builder
      then(_resolve: unknown, reject: (error?: unknown) => void) {
        reject();
      },
    }),
  ],
  [
    "a then that gives undefined, and no promise",
    () => ({
      // biome-ignore lint/suspicious/noThenProperty: a query builder
      then(resolve: (value: unknown) => void) {
        resolve(undefined);
      },
    }),
  ],
  ["a promise of undefined", async () => undefined],
];

for (const [what, answer] of thenables) {
  test(`G8: a store that answers ${what} is a 503, told, and the process lives`, async (t) => {
    const { store, lie } = lying({ read: answer, create: answer, update: answer, delete: answer });
    const { url, events } = await site(t, pages, { store });
    const cookie = `session=${sessionCookie(await request(`${url}/login`))}`;
    for (const [path, headers] of [
      ["/show", { cookie }],
      ["/login", {}],
    ] as Array<[string, Record<string, string>]>) {
      lie.now = true;
      const got = await request(url + path, "GET", headers);
      lie.now = false;
      assert.deepEqual([got.status, got.setCookies], [503, []], path);
      assert.deepEqual(events.at(-1), { type: "store.failed", code: "ERR_STORE_UNAVAILABLE" }, path);
    }
    assert.equal((await request(`${url}/show`, "GET", { cookie })).body, '{"user":"bob"}');
  });
}

test("G8: a query builder, whose then gives no promise back, is a promise all the same", async (t) => {
  const inner = storeUnderTest();
  const built = <T>(value: T) => ({
    // biome-ignore lint/suspicious/noThenProperty: a query builder
    then(resolve: (value: T) => void) {
      resolve(value);
    },
  });
  const store = { ...inner, read: (...call: Parameters<Store["read"]>) => built(inner.read(...call)) };
  const { url } = await site(t, pages, { store: store as unknown as Store });
  const cookie = `session=${sessionCookie(await request(`${url}/login`))}`;
  assert.equal((await request(`${url}/show`, "GET", { cookie })).body, '{"user":"bob"}');
});

test("G8: a store that rejects after the time limit ends nothing", async (t) => {
  const late = Promise.withResolvers<never>();
  const { store, lie } = lying({ read: () => late.promise });
  const { url, errors } = await site(t, pages, { store, storeTimeout: 0.5 }); // a real timer: the hang is real
  const cookie = `session=${sessionCookie(await request(`${url}/login`))}`;
  lie.now = true;
  assert.equal((await request(`${url}/show`, "GET", { cookie })).status, 503);
  assert.equal((errors[0] as { code?: string }).code, "ERR_STORE_TIMEOUT");
  late.reject(new Error("too late"));
  lie.now = false;
  assert.equal((await request(`${url}/show`, "GET", { cookie })).body, '{"user":"bob"}');
});

for (const [what, torn] of [
  ["data that are not JSON", { data: new Map([['"user"', "{torn"]]) }],
  ["a key that is not JSON", { data: new Map([["user", "1"]]) }],
  ["a slot that is null", { slots: new Map([["flash", null as never]]) }],
  ["an instant that is none", { createdAt: Number.NaN }],
  ["a slot that is not JSON", { slots: new Map([["flash", { json: "{torn", keep: true, version: 1 }]]) }],
] as const) {
  test(`G8: a record with ${what} is a 503 with a code and the cookie untouched`, async (t) => {
    const { store, lie } = lying({ read: () => ({ record: { ...record, ...torn }, restarted: false }) });
    const { url, errors, events } = await site(t, pages, { store });
    const cookie = `session=${sessionCookie(await request(`${url}/login`))}`;
    lie.now = true;
    for (const path of ["/show", "/logout", "/login"]) {
      const got = await request(url + path, "GET", { cookie });
      assert.deepEqual([got.status, got.setCookies], [503, []], path);
      assert.equal((errors.at(-1) as { code?: string }).code, "ERR_STORE_UNAVAILABLE", path);
      assert.deepEqual(events.at(-1), { type: "store.failed", code: "ERR_STORE_UNAVAILABLE" }, path);
    }
  });
}

for (const token of ["", "a\r\nb", "a.b", 5, null]) {
  test(`G8: a reading that gives the token ${JSON.stringify(token)} is a 503, and no cookie is sent`, async (t) => {
    const { store, lie } = lying({ read: () => ({ record, restarted: false, token: token as never }) });
    const { url } = await site(t, pages, { store });
    const cookie = `session=${sessionCookie(await request(`${url}/login`))}`;
    lie.now = true;
    const { status, setCookies } = await request(`${url}/show`, "GET", { cookie });
    assert.deepEqual([status, setCookies], [503, []]);
  });
}

/** SPEC 5.2, 15: a codec added to sessions that are there, and taken away again. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as devalue from "devalue";
import { keptVisitor, type Session, STORES } from "../support/kept-visitor.ts";

const at = new Date(0);

/** Plain data that look like what a codec writes. */
const lookalikes = [
  { codec: [["Date", "1970-01-01T00:00:00.000Z"]] },
  { codec: '[["Date","1970-01-01T00:00:00.000Z"]]' },
  '{ "codec": [["Date","1970-01-01T00:00:00.000Z"]] }',
  [["Date", "1970-01-01T00:00:00.000Z"]],
  -1,
  [[1], 2],
];

for (const [name, open] of STORES) {
  test(`${name}: sessions from before a codec are read as they were, and what looks like a codec's text too`, async () => {
    const plain = { user: "bob", cart: ["tea"], n: -1, lookalikes } as Session;
    const bob = keptVisitor(open(), { codec: undefined });
    await bob.visit(() => ({ session: plain }));
    bob.restart({ codec: devalue });
    assert.deepStrictEqual(await bob.show(), plain);
    await bob.visit((session) => ({ session: { ...session, at } }));
    assert.deepStrictEqual(await bob.show(), { ...plain, at });
  });

  test(`${name}: without its codec such a session is a 503 that says so; with it all is as it was`, async () => {
    const bob = keptVisitor(open());
    await bob.visit(() => ({ session: { user: "bob", at, lookalikes: lookalikes as never } }));
    bob.restart({ codec: undefined });
    assert.equal(await bob.visit(() => ({ session: null })), 503);
    assert.equal(bob.errors[0]?.code, "ERR_STORE_UNAVAILABLE");
    assert.match(bob.errors[0]!.message, /give wrapSession that codec/);
    bob.restart({ codec: devalue });
    assert.deepStrictEqual(await bob.show(), { user: "bob", at, lookalikes });
  });

  test(`${name}: where no value needs it, a codec can be taken away`, async () => {
    const bob = keptVisitor(open());
    await bob.visit(() => ({ session: { user: "bob", at, lookalikes: lookalikes as never } }));
    await bob.visit(({ at: _, ...rest }) => ({ session: rest }));
    bob.restart({ codec: undefined });
    assert.deepStrictEqual(await bob.show(), { user: "bob", lookalikes });
    assert.equal(await bob.visit((session) => ({ session: { ...session, at } })), 500);
    assert.equal(bob.errors[0]?.path, "session.at");
  });
}

/** Two guestbook processes over one store: what one is told, the other knows, whatever happens at once. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { type Program, program } from "./program.ts";

const form = { "content-type": "application/x-www-form-urlencoded", accept: "text/html" };

/** A browser that talks to both, and asks them several things at once. */
class Guest {
  cookie = "";
  readonly #pair: readonly [Program, Program];
  constructor(pair: readonly [Program, Program]) {
    this.#pair = pair;
  }
  async ask(which: 0 | 1, path: string, body?: string): Promise<string> {
    const response = await fetch(this.#pair[which].url + path, {
      method: body === undefined ? "GET" : "POST",
      headers: { ...form, "sec-fetch-site": "same-origin", cookie: this.cookie },
      redirect: "manual",
      ...(body === undefined ? {} : { body }),
    });
    assert.ok(response.status < 400, `${path}: ${response.status}`);
    const line = response.headers.getSetCookie().find((each) => each.startsWith("session="));
    if (line) this.cookie = line.split(";")[0]!;
    return response.text();
  }
}

const ROUNDS = 15;

/** The four races, and fifty counters, of one visitor whose requests two processes answer. */
export function testGuestbookPair(
  name: string,
  environment: (t: TestContext) => Promise<Readonly<Record<string, string>>>,
  how: { readonly skip?: string | undefined } = {},
): void {
  test(`${name}: two guestbooks serve one session, and lose nothing of what happens at once`, how, async (t) => {
    const given = await environment(t);
    const pair = [await program(t, "start", given), await program(t, "start", given)] as const;
    const bob = new Guest(pair);
    await bob.ask(0, "/sign-in", "name=Bob");
    assert.match(await bob.ask(1, "/"), /Signed in as <strong>Bob/);
    await Promise.all(Array.from({ length: 50 }, (_, i) => bob.ask((i % 2) as 0 | 1, "/visit")));
    assert.match(await bob.ask(1, "/"), /Your visits: 50\b/, "50 counters spread over both");

    for (let round = 1; round <= ROUNDS; round++) {
      await Promise.all([bob.ask(0, "/visit"), bob.ask(1, "/messages", "text=hello")]);
      const page = await bob.ask(0, "/");
      assert.match(page, new RegExp(`Your visits: ${50 + 2 * round - 1}\\b`), "T1: the counter");
      assert.match(page, /Your message is in the book/, "T1: the flash");
      await Promise.all([bob.ask(0, "/"), bob.ask(1, "/visit")]);
      assert.match(
        await bob.ask(0, "/"),
        new RegExp(`Your visits: ${50 + 2 * round}\\b`),
        "T2: the writer beside a reader",
      );
    }
    for (const path of ["/visit", "/"]) {
      for (let round = 1; round <= ROUNDS; round++) {
        const guest = new Guest(pair);
        await guest.ask(0, "/sign-in", "name=Eve");
        const signedIn = guest.cookie;
        await Promise.all([guest.ask(0, "/sign-out", ""), guest.ask(1, path), guest.ask(0, path)]);
        for (const cookie of new Set([signedIn, guest.cookie])) {
          guest.cookie = cookie;
          for (const which of [0, 1] as const)
            assert.doesNotMatch(
              await guest.ask(which, "/"),
              /Signed in as/,
              `${path === "/" ? "T4" : "T3"}: signed out`,
            );
        }
      }
    }
    for (const each of pair) assert.equal(await each.stop(), 0);
  });
}

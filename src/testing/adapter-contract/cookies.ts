/** Adapter contract: cookies, each on a line of its own. */
import assert from "node:assert/strict";
import type { WireAnswer } from "./answers.ts";
import { check } from "./check.ts";
import { codeOf } from "./failing-store.ts";
import { TEXT_TYPE } from "./pages.ts";
import type { AdapterAnswers, AdapterCheck } from "./site.ts";
import { begin } from "./ways.ts";

/** With a comma in it: a folded line could not be taken apart again. */
const OWN = ["a=1; Path=/; Expires=Thu, 01 Jan 2099 00:00:00 GMT", "b=2; Path=/"];

function namesOf({ all }: WireAnswer): readonly string[] {
  return all("set-cookie").map((line) => line.slice(0, line.indexOf("=")));
}

export function sessionLine({ all }: WireAnswer): string | undefined {
  return all("set-cookie").find((line) => line.startsWith("session="));
}

const write = ({ lent }: AdapterAnswers) => {
  lent.session.n = 1;
  lent.setCookie("theme", "dark");
};

function expectAll(answer: WireAnswer): void {
  assert.deepEqual([...namesOf(answer)].sort(), ["a", "b", "session", "theme"], answer.all("set-cookie").join("\n"));
  for (const line of OWN) assert.ok(answer.all("set-cookie").includes(line), `${line} is not as it was set`);
}

export const cookieChecks: readonly AdapterCheck[] = [
  ...[200, 404, 500].map((status) =>
    check(
      "cookies",
      `several cookies of an answer of ${status} are lines of their own, the session's beside the handler's`,
      {
        pages: () => ({
          "/way": (page) => {
            write(page);
            return page.answer(status, { ...TEXT_TYPE, "set-cookie": OWN }, "ok");
          },
        }),
        async run({ visitor }) {
          const answer = await visitor().get("/way");
          assert.equal(answer.status, status);
          expectAll(answer);
        },
      },
    ),
  ),
  check("cookies", "so are those of a head that is written ahead", {
    needs: ["writeHead"],
    pages: () => ({
      "/way": (page) => {
        write(page);
        return page.writeHead?.(200, { ...TEXT_TYPE, "set-cookie": OWN }, "ok");
      },
    }),
    async run({ visitor }) {
      expectAll(await visitor().get("/way"));
    },
  }),
  check("cookies", "an error that the host answers carries the session's cookie", {
    needs: ["fail"],
    pages: () => ({
      "/way": (page) => {
        write(page);
        return page.fail?.(new Error("as the check has it"));
      },
    }),
    async run({ visitor }) {
      const bob = visitor();
      const answer = await bob.get("/way");
      assert.equal(answer.status, 500);
      assert.ok(sessionLine(answer), "no session cookie");
      assert.deepEqual(await bob.data(), { n: 1 });
    },
  }),
  check(
    "cookies",
    "the session's cookie is HttpOnly and SameSite=Lax, is sent when the session begins, and not again",
    {
      pages: () => ({ "/begin": begin }),
      async run({ visitor }) {
        const bob = visitor();
        const line = sessionLine(await bob.get("/begin")) ?? "";
        for (const attribute of [/; HttpOnly/i, /; SameSite=Lax/i, /; Path=\//i]) assert.match(line, attribute);
        assert.deepEqual(namesOf(await bob.get("/begin")), []);
        assert.deepEqual(namesOf(await bob.get("/data")), []);
      },
    },
  ),
  check("cookies", "a handler's cookie under the session's name is refused, and nothing is stored", {
    pages: () => ({
      "/own": (page) => {
        page.lent.session.n = 1;
        return page.answer(200, { ...TEXT_TYPE, "set-cookie": ["session=mine; Path=/"] }, "own");
      },
    }),
    async run(bench) {
      const answer = await bench.visitor().get("/own");
      assert.equal(answer.status, 500);
      assert.deepEqual(namesOf(answer), []);
      assert.deepEqual(bench.errors.map(codeOf), ["ERR_COOKIE_NAME"]);
      assert.deepEqual(bench.calls, []);
    },
  }),
];

import assert from "node:assert/strict";
import { parseCookies } from "../../src/cookies/parse.ts";
import { serializeCookie } from "../../src/cookies/serialize.ts";
import { ordered, refusal, revive, runCorpus } from "./corpus.ts";

runCorpus({
  file: "hono",
  outside: (row) => row.op === "parseSigned" || row.op === "serializeSigned",
  outsideCount: 23,
  contradicted: {
    "#2": "D4: DQUOTEs stay part of the value",
    "#3": "D4: DQUOTEs stay part of the value",
    "#7": "D4: DQUOTEs stay part of the value",
    "#13": "D5: a backslash or one DQUOTE in a value is read",
    "#40": "S43: a negative Max-Age throws",
    "#42": "Expires is not compared with a clock; S44 binds Max-Age",
  },
  run: ({ op, input, expected }) => {
    const [first, second, third = {}] = revive(input);
    if (op === "parse") {
      const all = Object.entries(parseCookies(first)).map(([name, cookie]) => [name, cookie!.value] as const);
      // hono filters by a name given; ours is an object to index.
      const wanted = all.filter(([name]) => second === undefined || name === second);
      return assert.deepEqual(wanted, Object.entries(expected.returns));
    }
    const { prefix: _, ...attributes } = third; // the name has it already
    if (expected.throws)
      return assert.notEqual(
        refusal(() => serializeCookie(first, second, attributes)),
        undefined,
      );
    assert.equal(ordered(serializeCookie(first, second, attributes)), ordered(expected.returns));
  },
});

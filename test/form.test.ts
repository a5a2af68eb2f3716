import assert from "node:assert/strict";
import { test } from "node:test";
import { readForm } from "../src/form.ts";

const posted = (chunks: readonly (string | Uint8Array)[], type = "application/x-www-form-urlencoded") => ({
  headers: { "content-type": type },
  body: new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(typeof chunk === "string" ? Buffer.from(chunk) : chunk);
      controller.close();
    },
  }),
});

test("a posted form's fields, decoded, a character that is split between two chunks too", async () => {
  const euro = Buffer.from("€");
  const form = await readForm(posted(["name=b%6Fb+b&price=", euro.subarray(0, 1), euro.subarray(1)]));
  assert.deepEqual(
    [...form],
    [
      ["name", "bob b"],
      ["price", "€"],
    ],
  );
  const charset = posted(["a=1"], "Application/X-WWW-Form-Urlencoded; charset=utf-8");
  assert.equal((await readForm(charset)).get("a"), "1");
});

test("anything else is an empty form: no body, another type, no type", async () => {
  for (const request of [posted(["a=1"], "application/json"), posted(["a=1"], ""), { headers: {}, body: null }]) {
    assert.deepEqual([...(await readForm(request))], []);
  }
});

test("past the limit it is a 413 with a code, and the body is let go", async () => {
  await assert.rejects(readForm(posted(["a=", "x".repeat(65_535)])), { code: "ERR_BODY_SIZE", status: 413 });
  assert.equal((await readForm(posted(["a=", "x".repeat(65_534)]))).get("a")?.length, 65_534);
  const endless = posted([]);
  let cancelled = false;
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(1000)),
    cancel: () => {
      cancelled = true;
    },
  });
  await assert.rejects(readForm({ ...endless, body }, { limit: 10_000 }), { code: "ERR_BODY_SIZE" });
  assert.equal(cancelled, true);
  await assert.rejects(readForm(posted([]), { limt: 1 } as never), { code: "ERR_OPTION", option: "limt" });
  await assert.rejects(readForm(posted([]), null as never), { code: "ERR_OPTION" });
  await assert.rejects(readForm(posted([]), { limit: -1 }), { code: "ERR_OPTION", option: "limit" });
});

test("another charset is a 415, a slow body a 408, a second reading an error: never an empty form", async (t) => {
  const latin = posted(["a=1"], "application/x-www-form-urlencoded; charset=iso-8859-1");
  await assert.rejects(readForm(latin), { code: "ERR_BODY_TYPE", status: 415 });
  const once = posted(["?a=1"]);
  assert.deepEqual([...(await readForm(once))], [["?a", "1"]]);
  await assert.rejects(readForm(once), TypeError);
  t.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  const silent = { ...posted([]), body: new ReadableStream<Uint8Array>() };
  const read = assert.rejects(readForm(silent, { timeout: 5 }), { code: "ERR_BODY_TIMEOUT", status: 408 });
  await new Promise((resolve) => setImmediate(resolve));
  t.mock.timers.tick(5000);
  await read;
  await assert.rejects(readForm(posted([]), { timeout: 0 }), { code: "ERR_OPTION", option: "timeout" });
});

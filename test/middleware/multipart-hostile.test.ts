/** What a hostile client can send as a multipart form: always a 4xx with a code, and nothing is left behind. */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import fc from "fast-check";
import { toFetch } from "../../src/adapters/fetch.ts";
import { type MultipartOptions, tempFileStore, wrapMultipartParams } from "../../src/middleware/multipart-params.ts";
import { json } from "../../src/response.ts";
import { type RequestMap, stack } from "../../src/ring.ts";
import { END, field, file, MULTIPART, multipart, part } from "../support/multipart.ts";
import { endless, streamed } from "../support/posted.ts";
import { rawConnection, rawExchange } from "../support/raw-http.ts";
import { listen } from "../support/site.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "test-uploads-"));
});
afterEach(() => {
  assert.deepEqual(readdirSync(folder), [], "something was left behind");
  rmSync(folder, { recursive: true });
});

const app = (options: MultipartOptions = {}) =>
  stack.use(wrapMultipartParams({ ...options, store: tempFileStore({ folder }) }))(({ multipartParams }) =>
    json(Object.keys(multipartParams)),
  );

async function refused(request: RequestMap, status: number, code: string, options?: MultipartOptions): Promise<void> {
  const answer = await app(options)(request);
  assert.deepEqual([answer.status, String(answer.body).match(/ERR_\w+/)?.[0]], [status, code], String(answer.body));
}

/** Before what is wrong, a file that is stored already. */
const stored = file("before", "before.txt", "stored");
const bad = (body: string, chunk = 65_536) => multipart(stored + body, { chunk });

test("a boundary that is none", async () => {
  const boundary = (value: string) =>
    refused(multipart(END, { type: `multipart/form-data${value}` }), 400, "ERR_BODY_SYNTAX");
  for (const value of ["", "; boundary=", '; boundary=""', "; boundary=a; boundary=b", '; boundary="a "'])
    await boundary(value);
  for (const value of ["x".repeat(71), "x".repeat(10_000), '"a\\"b"', "a\u00e9"]) await boundary(`; boundary=${value}`);
  await refused(multipart(END, { type: "multipart/form-data; boundary" }), 415, "ERR_BODY_TYPE");
  const { body, seen } = endless();
  await refused(multipart(body, { type: "multipart/form-data" }), 400, "ERR_BODY_SYNTAX");
  assert.deepEqual(seen, { pulled: 0, cancelled: true }, "not read, and let go");
  const long = `--${"x".repeat(70)}--\r\n`;
  assert.equal((await app()(multipart(long, { type: `multipart/form-data; boundary=${"x".repeat(70)}` }))).status, 200);
});

test("a body that does not end, breaks off anywhere, or is no multipart at all", async () => {
  const whole = stored + field("a", "1") + file("f", "f.txt", "content");
  for (let length = 0; length < whole.length; length += 3)
    await refused(multipart(whole.slice(0, length) || "x"), 400, "ERR_BODY_SYNTAX");
  for (const text of ["x".repeat(100_000), "\r\n".repeat(1000), "--c\r\n", "a=1&b=2", "--b", `${"--".repeat(50_000)}`])
    await refused(multipart(text), 400, "ERR_BODY_SYNTAX");
  await refused(bad(field("a", "1")), 400, "ERR_BODY_SYNTAX");
  const broken = () => {
    let pulls = 0;
    return new ReadableStream<Uint8Array>({
      pull(controller) {
        if (pulls++ === 0)
          controller.enqueue(new TextEncoder().encode(`${stored}${file("f", "f", "x".repeat(1000))}`.slice(0, -20)));
        else controller.error(new Error("reset"));
      },
    });
  };
  await refused(multipart(broken()), 400, "ERR_BODY_SYNTAX");
});

test("parts that are none: without headers, name or end of their headers, with two names, nested, encoded", async () => {
  const wrong = [
    "--b\r\n--b\r\n",
    "--b\r\n\r\nbody\r\n",
    part("Content-Type: text/plain", "1"),
    part("Content-Disposition: form-data", "1"),
    part('Content-Disposition: form-data; filename="a"', "1"),
    part('Content-Disposition: attachment; name="a"', "1"),
    part(["Content-Disposition: form-data; name=a", "Content-Disposition: form-data; name=b"], "1"),
    part("Content-Disposition: form-data; name=a; name=b", "1"),
    "--b\r\nContent-Disposition: form-data; name=a",
    "--b\r\nContent-Disposition: form-data; name=a\r\n",
    field("a", "--c\r\n\r\n--c--", "Content-Type: multipart/mixed; boundary=c"),
  ];
  for (const body of wrong) {
    for (const chunk of [1, 65_536]) await refused(bad(body + END, chunk), 400, "ERR_BODY_SYNTAX");
    await refused(multipart(body + stored + END), 400, "ERR_BODY_SYNTAX");
  }
  await refused(bad(field("a", "YQ==", "Content-Transfer-Encoding: base64") + END), 415, "ERR_BODY_TYPE");
  await refused(bad(field("a", "1", "Content-Type: text/plain; charset=utf-16") + END), 415, "ERR_BODY_TYPE");
  await refused(multipart(stored + END, { headers: { "content-encoding": "gzip" } }), 415, "ERR_BODY_TYPE");
});

test("every limit, and one less is let through", async () => {
  const cases: readonly (readonly [MultipartOptions, string, string, number, string])[] = [
    [{ fieldLimit: 4 }, field("a", "123"), field("a", "1234"), 413, "ERR_BODY_SIZE"],
    [{ fieldLimit: 4 }, field("a", "1") + field("b", "2"), field("a", "1") + field("b", "22"), 413, "ERR_BODY_SIZE"],
    [{ fieldLimit: 4 }, field("name", ""), field("namen", ""), 413, "ERR_BODY_SIZE"],
    [{ fieldLimit: 4 }, field("ää", ""), field("äää", ""), 413, "ERR_BODY_SIZE"],
    [{ fileLimit: 6 }, file("f", "f", "123456"), file("f", "f", "1234567"), 413, "ERR_BODY_SIZE"],
    [
      { fileLimit: 100_000 },
      file("f", "f", "x".repeat(100_000)),
      file("f", "f", "x".repeat(100_001)),
      413,
      "ERR_BODY_SIZE",
    ],
    [{ maxFields: 1 }, field("a", ""), field("a", "") + field("a", ""), 400, "ERR_PARAMS_LIMIT"],
    [{ maxFiles: 2 }, file("f", "f"), file("f", "f") + file("f", "f"), 400, "ERR_PARAMS_LIMIT"],
    [{ maxParts: 2 }, field("a", ""), field("a", "") + file("f", "f"), 400, "ERR_PARAMS_LIMIT"],
    [
      { maxHeaders: 3 },
      field("a", "", "X: 1", "Y: 2"),
      field("a", "", "X: 1", "X: 2", "Y: 3"),
      400,
      "ERR_PARAMS_LIMIT",
    ],
    [{}, field("a", "", `X: ${"x".repeat(16_000)}`), field("a", "", `X: ${"x".repeat(16_384)}`), 413, "ERR_BODY_SIZE"],
  ];
  for (const [options, within, over, status, code] of cases) {
    for (const chunk of [100, 1 << 20]) {
      assert.equal(
        (await app(options)(multipart(stored + within + END, { chunk }))).status,
        200,
        JSON.stringify(options),
      );
      await refused(multipart(stored + over + END, { chunk }), status, code, options);
    }
  }
  const body = stored + END;
  assert.equal((await app({ limit: body.length })(multipart(body))).status, 200);
  await refused(multipart(body), 413, "ERR_BODY_SIZE", { limit: body.length - 1 });
  const headers = { "content-length": String(body.length) };
  await refused(multipart(body, { headers }), 413, "ERR_BODY_SIZE", { limit: body.length - 1 });
});

test("bombs: 100,000 parts, files and headers, a header without an end", async () => {
  const times = (n: number, text: string) => text.repeat(n);
  await refused(bad(times(100_000, field("a", "1")) + END), 400, "ERR_PARAMS_LIMIT");
  await refused(bad(times(100_000, file("f", "f", "1")) + END), 400, "ERR_PARAMS_LIMIT");
  await refused(bad(times(100_000, "--b\r\n") + END), 400, "ERR_BODY_SYNTAX");
  await refused(
    bad(field("a", "1", ...Array.from({ length: 100_000 }, (_, i) => `X${i}: 1`)) + END),
    413,
    "ERR_BODY_SIZE",
  );
  const many = `--b\r\nContent-Disposition: form-data; name=a${times(2700, "; a=b")}\r\n\r\n\r\n`;
  await refused(bad(times(900, many) + END), 400, "ERR_BODY_SYNTAX");
  await refused(bad(field("a", "1", ...Array.from({ length: 1000 }, () => "X: 1")) + END), 400, "ERR_PARAMS_LIMIT");
  await refused(bad(`--b\r\nContent-Disposition: form-data; name="${"x".repeat(10_000_000)}`), 413, "ERR_BODY_SIZE");
  await refused(bad(field(times(200_000, "a;=\\"), "1") + END), 413, "ERR_BODY_SIZE");
});

test("a body that never ends stops being read at the limit, and is let go", async () => {
  const { body, seen } = endless(65_536);
  const head = new TextEncoder().encode(`--b\r\nContent-Disposition: form-data; name=f; filename=f\r\n\r\n`);
  const reader = body.getReader();
  let begun = false;
  const bomb = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        controller.enqueue(begun ? (await reader.read()).value! : head);
        begun = true;
      },
      cancel: () => reader.cancel(),
    },
    { highWaterMark: 0 },
  );
  await refused(multipart(bomb), 413, "ERR_BODY_SIZE");
  assert.deepEqual(seen, { pulled: 512, cancelled: true }, "32 MiB, and what stands before them");
});

test("what a client sends after the last boundary is not waited for", async () => {
  const after = streamed([`${stored + END}epilogue`, "x".repeat(1000)]);
  assert.equal((await app()(multipart(after))).status, 200);
});

test("names and filenames of any kind are harmless", async () => {
  const names = ["__proto__", 'a\\"b', "a;b", "constructor", "ä€", "\u202e", "a[b]"];
  for (const name of names) {
    const body = field(name, "1") + file("f", `../${name}\u0000`, "1") + END;
    assert.equal((await app()(multipart(body))).status, 200, name);
  }
  assert.equal(({} as Record<string, unknown>)["0"], undefined);
});

test("whatever comes is answered: a 200 or a 4xx with a code", async () => {
  const piece = fc.oneof(
    fc.constantFrom(
      "--b",
      "--b--",
      "\r\n",
      "\n",
      "\r",
      "--",
      "\r\n\r\n",
      'Content-Disposition: form-data; name="a"',
      "; filename=x",
    ),
    fc.constantFrom(field("a", "1"), stored, END, "Content-Type: text/plain", ":", "\0", '"'),
    fc.string({ maxLength: 20 }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 12 }), fc.integer({ min: 1, max: 40 }), async (pieces, chunk) => {
      const { status } = await app()(multipart(`--b\r\n${pieces.join("")}`, { chunk }));
      assert.ok([200, 400, 415].includes(status), `${status}`);
      assert.deepEqual(readdirSync(folder), []);
    }),
    { numRuns: 1000 },
  );
});

test("a slow body is a 408, and what was stored is removed", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  let give: ReadableStreamDefaultController<Uint8Array>;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      give = controller;
    },
  });
  const answer = refused(multipart(body), 408, "ERR_BODY_TIMEOUT");
  give!.enqueue(new TextEncoder().encode(stored + file("f", "f", "begun").slice(0, -2)));
  while (readdirSync(folder).length < 2) await new Promise(setImmediate); // two files are being written
  t.mock.timers.tick(300_000);
  await answer;
});

test("a store that is slow is not the client's fault", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  const app = stack.use(
    wrapMultipartParams({
      async store({ stream }) {
        for await (const _ of stream) t.mock.timers.tick(200_000);
        return "";
      },
    }),
  )(() => json("ok"));
  assert.equal((await app(multipart(file("f", "f", "x".repeat(500_000)) + END))).status, 200);
});

const portOf = (url: string) => Number(new URL(url).port);
const head = (more: string) => `POST / HTTP/1.1\r\nHost: x\r\nContent-Type: ${MULTIPART}\r\n${more}\r\n\r\n`;

test("over node:http: the client sees the 413 of a body over the limit, and its connection lives on", async (t) => {
  const { url, errors } = await listen(t, app({ limit: 100_000 }));
  const body = file("f", "f", "x".repeat(10_000_000)) + END;
  for (const chunked of [false, true]) {
    const connection = rawConnection(portOf(url));
    connection.send(head(chunked ? "Transfer-Encoding: chunked" : `Content-Length: ${body.length}`));
    connection.send(chunked ? `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n` : body);
    assert.match(await connection.until("ERR_BODY_SIZE"), /^HTTP\/1.1 413 /);
    connection.send(`GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    assert.match(await connection.until("[]"), /HTTP\/1.1 200 /);
  }
  assert.deepEqual(errors, []);
});

test("over node:http: a slow body is a 408 and closes the connection; a client that leaves leaves nothing", async (t) => {
  const told = Promise.withResolvers<string>();
  const { url, errors } = await listen(t, app({ timeout: 0.1, onRefused: ({ code }) => told.resolve(code) }));
  const begun = stored + file("f", "f", "begun");
  assert.match(
    await rawExchange(portOf(url), head("Content-Length: 9999") + begun),
    /^HTTP\/1.1 408 [\s\S]*connection: close/i,
  );
  assert.equal(await told.promise, "ERR_BODY_TIMEOUT");
  assert.deepEqual(readdirSync(folder), []);

  const left = Promise.withResolvers<string>();
  const other = await listen(t, app({ onRefused: ({ code }) => left.resolve(code) }));
  const client = rawConnection(portOf(other.url));
  client.send(head("Content-Length: 9999") + begun);
  while (readdirSync(folder).length < 2) await new Promise(setImmediate);
  client.socket.destroy();
  assert.equal(await left.promise, "ERR_BODY_SYNTAX");
  assert.deepEqual([...errors, ...other.errors], []);
});

test("under toFetch: too large, cut off and slow", async () => {
  const post = (body: BodyInit) =>
    toFetch(app({ limit: 100_000, timeout: 0.02 }))(
      new Request("http://x/", {
        method: "POST",
        headers: { "content-type": MULTIPART },
        body,
        duplex: "half",
      } as RequestInit),
    );
  assert.equal((await post(file("f", "f", "x".repeat(10_000_000)) + END)).status, 413);
  assert.equal((await post(stored)).status, 400);
  assert.equal((await post(endless(1, 2).body)).status, 408);
});

import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import fc from "fast-check";
import { toFetch } from "../../src/adapters/fetch.ts";
import {
  byteArrayStore,
  type FileStore,
  type MultipartOptions,
  tempFileStore,
  type UploadedFile,
  type WithMultipartParams,
  wrapMultipartParams,
} from "../../src/middleware/multipart-params.ts";
import { json, text } from "../../src/response.ts";
import { type Handler, type RequestMap, stack } from "../../src/ring.ts";
import { middlewareContract } from "../../src/testing/middleware-contract.ts";
import { END, field, file, MULTIPART, multipart, part } from "../support/multipart.ts";
import { requestMap } from "../support/request-map.ts";
import { listen } from "../support/site.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "test-uploads-"));
});
afterEach(() => rmSync(folder, { recursive: true }));
const inFolder = () => wrapMultipartParams({ store: tempFileStore({ folder }) });
const left = () => readdirSync(folder);

for (const check of middlewareContract) {
  const request = () => multipart(field("a", "1") + file("f", "f.txt", "content") + END);
  test(`wrapMultipartParams ${check.name}`, async () => {
    await check.run(() => ({ wrap: inFolder(), request }));
    assert.deepEqual(left(), []);
  });
}

type Params = WithMultipartParams<Uint8Array>["request"]["multipartParams"];
const inMemory = (options: MultipartOptions = {}) => wrapMultipartParams({ ...options, store: byteArrayStore() });

/** What a handler gets of a form whose files are kept in memory. */
async function paramsOf(request: RequestMap, options?: MultipartOptions): Promise<Params> {
  let seen: Params | undefined;
  const handler: Handler<WithMultipartParams<Uint8Array>> = ({ multipartParams }) => {
    seen = multipartParams;
    return text("ok");
  };
  const { status, body } = await stack.use(inMemory(options))(handler)(request);
  assert.equal(status, 200, String(body));
  return seen!;
}

/** The same, with the octets as text. */
async function readable(request: RequestMap): Promise<Record<string, unknown>> {
  const plain = (value: unknown): unknown =>
    typeof value === "string"
      ? value
      : { ...(value as object), stored: Buffer.from((value as UploadedFile<Uint8Array>).stored).toString() };
  return Object.fromEntries(
    Object.entries(await paramsOf(request)).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.map(plain) : plain(value),
    ]),
  );
}

test("texts and files by name, repeated ones as arrays in their order, whatever the chunks", async () => {
  const body = `${field("a", "1") + file("f", "x.txt", "one") + field("a", "zwölf €")}${file("f", "y.png", "\r\n-b", "image/png")}${END}`;
  for (const chunk of [1, 2, 3, 7, 64, 65_536]) {
    assert.deepEqual(await readable(multipart(body, { chunk })), {
      a: ["1", "zwölf €"],
      f: [
        { filename: "x.txt", contentType: "text/plain", size: 3, stored: "one" },
        { filename: "y.png", contentType: "image/png", size: 4, stored: "\r\n-b" },
      ],
    });
  }
});

test("a store that begins slowly gets all of a file, whatever comes with its last chunk", {
  timeout: 30_000,
}, async () => {
  for (let size = 32_768; size <= 262_144; size += 4096) {
    const slow: FileStore<number> = {
      async save({ stream }) {
        for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate);
        let octets = 0;
        for await (const chunk of stream) octets += chunk.length;
        return octets;
      },
    };
    const app = stack.use(wrapMultipartParams({ store: slow }))(({ multipartParams }) => json(multipartParams));
    const body = file("f", "f.txt", "x".repeat(size)) + field("a", "1") + file("f", "f.txt", "y".repeat(size)) + END;
    for (const sent of [file("f", "f.txt", "x".repeat(size)) + END, body]) {
      const response = await app(multipart(`${sent}${"epilogue".repeat(5000)}`));
      const { f } = JSON.parse(String(response.body));
      for (const { stored } of [f].flat()) assert.equal(stored, size);
    }
  }
});

test("what FormData writes is read, whatever is in it", async () => {
  const name = fc.string({ unit: "binary" }).filter((each) => !/[\r\n]/.test(each) && each.isWellFormed());
  const entry = fc.tuple(name, fc.oneof(name, fc.uint8Array({ maxLength: 100_000, size: "max" })));
  await fc.assert(
    fc.asyncProperty(fc.array(entry, { maxLength: 5 }), async (entries) => {
      const form = new FormData();
      for (const [each, value] of entries) {
        if (typeof value === "string") form.append(each, value);
        else form.append(each, new Blob([value]), "a b.bin");
      }
      const sent = new Request("http://x/", { method: "POST", body: form });
      const params = await paramsOf(
        requestMap("POST", "/", { headers: { "content-type": sent.headers.get("content-type")! }, body: sent.body }),
      );
      const expected = entries.map(
        ([each, value]) =>
          `${unquote(each)}: ${typeof value === "string" ? value : Buffer.from(value).toString("hex")}`,
      );
      const got = Object.entries(params).flatMap(([each, value]) =>
        ([value].flat() as (string | UploadedFile<Uint8Array>)[]).map(
          (one) => `${each}: ${typeof one === "string" ? one : Buffer.from(one.stored).toString("hex")}`,
        ),
      );
      assert.deepEqual(got.toSorted(), expected.toSorted());
      assert.equal(Object.getPrototypeOf(params), null);
    }),
    { numRuns: 60 },
  );
});

// FormData writes a quote as %22, and %22 as it is: which of the two it was cannot be told.
const unquote = (name: string) => name.replaceAll("%22", '"').replaceAll(/%0D/gi, "\r").replaceAll(/%0A/gi, "\n");

test("an input without a chosen file is absent; an empty file that has a name is not", async () => {
  const params = await readable(
    multipart(file("none", "", "", "application/octet-stream") + file("empty", "e.txt") + END),
  );
  assert.deepEqual(params, { empty: { filename: "e.txt", contentType: "text/plain", size: 0, stored: "" } });
  assert.deepEqual(await readable(multipart(END)), {});
});

test("names are only names", async () => {
  const params = await paramsOf(multipart(field("__proto__", "1") + field("constructor", "2") + END));
  assert.deepEqual(Object.entries(params), [
    ["__proto__", "1"],
    ["constructor", "2"],
  ]);
  assert.equal(Object.getPrototypeOf(params), null);
});

test("any other body is left alone", async () => {
  for (const type of ["application/x-www-form-urlencoded", "multipart/mixed; boundary=b", "multipart/form-datax", ""]) {
    const { body, multipartParams } = await new Promise<RequestMap & WithMultipartParams["request"]>((resolve) => {
      const handler: Handler<WithMultipartParams> = (request) => {
        resolve(request);
        return text("ok");
      };
      void stack.use(inFolder())(handler)(multipart(field("a", "1") + END, { type }));
    });
    assert.deepEqual({ ...multipartParams }, {});
    assert.match(await new Response(body).text(), /name="a"/);
  }
});

test("tempFileStore: a private file under a name of its own, gone after the answer", async () => {
  let path = "";
  const handler: Handler<WithMultipartParams> = async ({ multipartParams, body }) => {
    const upload = multipartParams.f as UploadedFile<string>;
    path = upload.stored;
    assert.equal(body, null);
    assert.equal(readFileSync(path, "utf8"), "content");
    assert.equal(dirname(dirname(path)), folder);
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.equal(statSync(dirname(path)).mode & 0o777, 0o700);
    return json(upload);
  };
  const { body } = await stack.use(inFolder())(handler)(multipart(file("f", "../../etc/passwd", "content") + END));
  assert.deepEqual(JSON.parse(String(body)), { filename: "passwd", contentType: "text/plain", size: 7, stored: path });
  assert.equal(basename(path), "file");
  assert.deepEqual(left(), []);
});

test("tempFileStore: gone after a failure too, and a file that was moved away is no error", async () => {
  const failing: Handler<WithMultipartParams> = () => {
    assert.equal(left().length, 2);
    throw new Error("the handler's own");
  };
  const two = () => multipart(file("f", "a", "1") + file("f", "b", "2") + END);
  await assert.rejects(async () => stack.use(inFolder())(failing)(two()), /own/);
  assert.deepEqual(left(), []);
  const kept = join(folder, "kept");
  const moving: Handler<WithMultipartParams> = ({ multipartParams }) => {
    renameSync((multipartParams.f as UploadedFile<string>).stored, kept);
    return text("moved");
  };
  await stack.use(inFolder())(moving)(multipart(file("f", "a", "1") + END));
  assert.deepEqual(left(), ["kept"]);
});

test("tempFileStore: where the answer streams, the file is there until it ends, fails or is cancelled", async () => {
  const streaming = (end: "close" | "fail") => {
    const handler: Handler<WithMultipartParams> = () => {
      let pulls = 0;
      const body = new ReadableStream<Uint8Array>(
        {
          pull(controller) {
            if (pulls++ === 0) return controller.enqueue(new Uint8Array([1]));
            if (end === "close") controller.close();
            else controller.error(new Error("broken"));
          },
        },
        { highWaterMark: 0 },
      );
      return { ...text(""), body };
    };
    return stack.use(inFolder())(handler)(multipart(file("f", "a", "1") + END));
  };
  const reader = async (end: "close" | "fail") => ((await streaming(end)).body as ReadableStream).getReader();
  const read = await reader("close");
  await read.read();
  assert.equal(left().length, 1);
  assert.equal((await read.read()).done, true);
  assert.deepEqual(left(), []);

  const broken = await reader("fail");
  await broken.read();
  await assert.rejects(broken.read(), /broken/);
  assert.deepEqual(left(), []);

  const cancelled = await reader("close");
  await cancelled.read();
  await cancelled.cancel();
  assert.deepEqual(left(), []);
});

test("a store of one's own: what it makes is what the handler gets, and what it does not read is dropped", async () => {
  const names: string[] = [];
  const wrap = wrapMultipartParams({
    async store({ name, filename, contentType, stream }) {
      names.push(`${name} ${filename} ${contentType}`);
      if (filename === "cancelled") await stream.cancel();
      if (filename === "started") await stream.getReader().read();
      return { key: names.length };
    },
  });
  const big = "x".repeat(300_000);
  const seen = Promise.withResolvers<unknown>();
  await stack.use(wrap)(({ multipartParams }) => {
    const keys: (number | undefined)[] = [multipartParams.f]
      .flat()
      .map((each) => (typeof each === "object" ? each.stored.key : undefined));
    seen.resolve([keys, multipartParams.after]);
    return text("ok");
  })(
    multipart(
      ["unread", "cancelled", "started"].map((name) => file("f", name, big)).join("") + field("after", "1") + END,
    ),
  );
  assert.deepEqual(await seen.promise, [[1, 2, 3], "1"]);
  assert.deepEqual(names, ["f unread text/plain", "f cancelled text/plain", "f started text/plain"]);
});

test("a store's own failure is a failure as a handler's, and what was stored is removed", async () => {
  const removed: string[] = [];
  for (const how of ["throws", "rejects"] as const) {
    const store: FileStore<string> = {
      save({ filename, stream }) {
        if (filename !== "bad") return new Response(stream).text();
        const error = Object.assign(new Error("the disk is full"), { status: 507 });
        if (how === "throws") throw error;
        return Promise.reject(error);
      },
      remove: (stored) => void removed.push(stored),
    };
    const app = stack.use(wrapMultipartParams({ store, onRefused: () => assert.fail("refused") }))(() => text("ok"));
    const body = file("f", "a", "one") + file("f", "bad", "x".repeat(500_000)) + END;
    await assert.rejects(async () => app(multipart(body)), { message: "the disk is full", status: 507 });
  }
  assert.deepEqual(removed, ["one", "one"]);
});

test("a store of one's own keeps its files after the answer, unless they are temporary", async () => {
  for (const temporary of [false, true, undefined]) {
    const removed: string[] = [];
    const store = { temporary, save: async () => "key", remove: (stored: string) => void removed.push(stored) };
    await stack.use(wrapMultipartParams({ store }))(() => text("ok"))(multipart(file("f", "a", "1") + END));
    assert.deepEqual(removed, temporary ? ["key"] : []);
  }
});

test("a client that leaves a streamed answer has its file removed once, whatever is under way", async (t) => {
  const removed: string[] = [];
  const removing = Promise.withResolvers<void>();
  const store = {
    temporary: true,
    save: () => "key",
    remove: async (stored: string) => {
      removed.push(stored);
      await removing.promise;
    },
  };
  let cancelled = 0;
  const left = Promise.withResolvers<void>();
  const app: Handler<WithMultipartParams<string>> = () => {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new Uint8Array([1])),
      cancel: () => {
        cancelled++;
        left.resolve();
      },
    });
    return { status: 200, headers: {}, body };
  };
  const wrapped = stack.use(wrapMultipartParams({ store }))(app);
  const { url, errors } = await listen(t, wrapped);
  const rejections: unknown[] = [];
  const rejected = (reason: unknown) => void rejections.push(reason);
  process.on("unhandledRejection", rejected);
  t.after(() => process.off("unhandledRejection", rejected));
  const form = new FormData();
  form.set("f", new Blob(["hello"]), "x");
  const controller = new AbortController();
  const answer = await fetch(url, { method: "POST", body: form, signal: controller.signal });
  await answer.body!.getReader().read();
  controller.abort(); // while the next chunk is waited for
  await left.promise;
  removing.resolve();
  await new Promise(setImmediate);
  assert.deepEqual(removed, ["key"]);
  assert.equal(cancelled, 1);

  const stream = (await wrapped(multipart(file("f", "a", "1") + END))).body as ReadableStream<Uint8Array>;
  const reader = stream.getReader();
  await reader.read();
  const pending = reader.read();
  await reader.cancel();
  assert.equal((await pending).done, true);
  await new Promise(setImmediate);
  assert.deepEqual(removed, ["key", "key"]);
  assert.deepEqual([...errors, ...rejections], []);
});

test("a removal that fails is told, and costs nobody the answer", async (t) => {
  const told = t.mock.method(console, "error", () => {});
  const store = { temporary: true, save: () => "key", remove: () => Promise.reject(new Error("busy")) };
  const answer = await stack.use(wrapMultipartParams({ store }))(() => text("ok"))(
    multipart(file("f", "a", "1") + END),
  );
  assert.equal(answer.status, 200);
  assert.match(String(told.mock.calls[0]?.arguments), /could not be removed.*busy/);
});

test("a handler's own error is not taken for a visitor's, even where it is one of ours", async () => {
  const { RinglightError } = await import("../../src/errors.ts");
  const error = new RinglightError("ERR_SESSION_VALUE", "the handler's");
  for (const request of [requestMap(), multipart(END), multipart("", { type: "text/plain" })]) {
    const app = stack.use(inMemory())(() => {
      throw error;
    });
    await assert.rejects(
      async () => app(request),
      (thrown) => thrown === error,
    );
  }
});

test("options that cannot be throw when it is built, and so does a second one", () => {
  const wrong: Record<string, unknown> = { limit: -1, fieldLimit: 0.5, fileLimit: "1", maxFields: -1, maxFiles: -1 };
  Object.assign(wrong, { maxParts: -1, maxHeaders: 0, timeout: 0, onRefused: 1, store: {}, boundary: "b" });
  for (const [option, value] of Object.entries(wrong))
    assert.throws(() => wrapMultipartParams({ [option]: value } as never), { code: "ERR_OPTION", option });
  const stores: readonly unknown[] = [
    byteArrayStore, // without its parentheses each upload would be thrown away
    tempFileStore,
    null,
    { save() {}, remove: 1 },
    { save() {}, remove() {}, temporary: "yes" },
    { save() {}, temporary: true },
  ];
  for (const store of stores)
    assert.throws(() => wrapMultipartParams({ store: store as never }), { code: "ERR_OPTION", option: "store" });
  assert.throws(() => wrapMultipartParams({ store: { save() {}, removed() {} } as never }), {
    code: "ERR_OPTION",
    option: "removed",
    message: /did you mean remove/,
  });
  class Bucket implements FileStore<number> {
    readonly bucket = "uploads";
    save = () => 1;
  }
  wrapMultipartParams({ store: new Bucket() });
  for (const options of [{ fileLimit: 33_554_433 }, { limit: 10, fileLimit: 11 }])
    assert.throws(() => wrapMultipartParams(options), { code: "ERR_OPTION", option: "fileLimit" });
  assert.throws(() => wrapMultipartParams({ limit: 10, fieldLimit: 11 }), { code: "ERR_OPTION", option: "fieldLimit" });
  wrapMultipartParams({ limit: 10 });
  assert.throws(() => (byteArrayStore as (options: object) => unknown)({ limit: 1 }), { code: "ERR_OPTION" });
  for (const wrong of ["", join(folder, "not-there"), import.meta.filename])
    assert.throws(() => tempFileStore({ folder: wrong }), { code: "ERR_OPTION", option: "folder" });
  assert.throws(() => stack.use(inMemory()).use(inMemory())(() => text("")), { code: "ERR_STACK_TWICE" });
});

const echo: Handler<WithMultipartParams> = ({ multipartParams }) => {
  const upload = multipartParams.f as UploadedFile<string>;
  return json({
    a: multipartParams.a,
    size: upload.size,
    filename: upload.filename,
    there: readFileSync(upload.stored).length,
  });
};

test("over node:http and toFetch: an upload of 5 MB, streamed to a file, and the file is gone with the answer", async (t) => {
  const app = stack.use(inFolder())(echo);
  const { url, errors } = await listen(t, app);
  const form = () => {
    const sent = new FormData();
    sent.append("f", new Blob([new Uint8Array(5_000_000)]), "ä.bin");
    sent.append("a", "1");
    return sent;
  };
  const expected = { a: "1", size: 5_000_000, filename: "ä.bin", there: 5_000_000 };
  assert.deepEqual(await (await fetch(url, { method: "POST", body: form() })).json(), expected);
  assert.deepEqual(left(), []);
  assert.deepEqual(
    await (await toFetch(app)(new Request("http://x/", { method: "POST", body: form() }))).json(),
    expected,
  );
  assert.deepEqual(left(), []);
  assert.deepEqual(errors, []);
});

test("a part's text may say that it is UTF-8 or ASCII", async () => {
  const body =
    field("a", "ä", "Content-Type: text/plain; charset=UTF-8") +
    field("b", "b", "Content-Type: text/plain;charset=us-ascii", "Content-Transfer-Encoding: 8bit") +
    END;
  assert.deepEqual(await readable(multipart(body)), { a: "ä", b: "b" });
  assert.deepEqual(
    await readable(
      multipart(part("content-disposition: FORM-DATA; Name=a", "1") + END, {
        type: `${MULTIPART.replace("b", "b")}; x=1`,
      }),
    ),
    { a: "1" },
  );
});

test("900 small fields pass, wherever the body's pieces are cut", async () => {
  for (const length of [1, 2, 3, 5, 7, 11, 13, 17]) {
    const fields = Array.from({ length: 900 }, (_, index) => field(`f${index}`, "x".repeat(length))).join("");
    assert.equal(Object.keys(await paramsOf(multipart(fields + END))).length, 900);
  }
});

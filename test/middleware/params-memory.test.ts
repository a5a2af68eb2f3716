/** Bombs against a server of 64 MB of heap: it answers a 4xx, does not grow with what was sent, and lives. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { END, file, MULTIPART } from "../support/multipart.ts";
import { FORM } from "../support/posted.ts";
import { rawConnection } from "../support/raw-http.ts";

const MB = 1_000_000;

interface Upload {
  readonly url: string;
  /** The most memory that it ever had, in octets. */
  readonly peak: () => Promise<number>;
  readonly left: () => readonly string[];
}

async function server(t: TestContext, ...args: readonly string[]): Promise<Upload> {
  const folder = mkdtempSync(join(tmpdir(), "test-uploads-"));
  const flags = ["--conditions=ringlight-source", "--max-old-space-size=64"];
  const child = spawn(process.execPath, [...flags, "test/fixtures/upload-server.ts", folder, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => {
    child.kill("SIGKILL");
    rmSync(folder, { recursive: true });
  });
  const [printed] = (await once(child.stdout, "data")) as [Buffer];
  const url = printed.toString().trim();
  const peak = async () => ((await (await fetch(`${url}/rss`)).json()) as { peak: number }).peak;
  return { url, peak, left: () => readdirSync(folder) };
}

/** Sends `octets` of a body after its beginning, as fast as the server takes them; gives what it answered. */
async function flood(
  url: string,
  type: string,
  { begin, end = "", octets, chunked }: { begin: string; end?: string; octets: number; chunked: boolean },
): Promise<string> {
  const { socket, until } = rawConnection(Number(new URL(url).port));
  const send = async (data: string | Uint8Array): Promise<void> => {
    if (chunked) socket.write(`${data.length.toString(16)}\r\n`);
    const taken = socket.write(data);
    if (chunked) socket.write("\r\n");
    if (!taken) await once(socket, "drain");
  };
  const framing = chunked ? "Transfer-Encoding: chunked" : `Content-Length: ${begin.length + octets + end.length}`;
  socket.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Type: ${type}\r\n${framing}\r\n\r\n`);
  await send(begin);
  const piece = new Uint8Array(100_000).fill(97);
  for (let sent = 0; sent < octets; sent += piece.length) await send(piece);
  if (end !== "") await send(end);
  if (chunked) socket.write("0\r\n\r\n");
  socket.write("GET /rss HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  return until('"peak"'); // on the same connection: all that was sent has been taken off it
}

const upload = file("f", "f").slice(0, -2);

test("a multipart bomb of 200 MB is a 413; the server does not grow by it, and lives", async (t) => {
  const { url, peak, left } = await server(t);
  const before = await peak();
  for (const chunked of [false, true]) {
    const answer = await flood(url, MULTIPART, { begin: upload, octets: 200 * MB, chunked });
    assert.match(answer, /^HTTP\/1.1 413 [\s\S]*ERR_BODY_SIZE/);
    const grown = (await peak()) - before;
    t.diagnostic(`chunked ${chunked}: grown by ${Math.round(grown / MB)} MB`);
    assert.ok(grown < 100 * MB, `grown by ${grown}`);
    assert.deepEqual(left(), []);
  }
});

test("a form bomb of 200 MB, too", async (t) => {
  const { url, peak } = await server(t);
  const before = await peak();
  for (const chunked of [false, true]) {
    const answer = await flood(url, FORM, { begin: "a=", octets: 200 * MB, chunked });
    assert.match(answer, /^HTTP\/1.1 413 [\s\S]*ERR_BODY_SIZE/);
    const grown = (await peak()) - before;
    t.diagnostic(`chunked ${chunked}: grown by ${Math.round(grown / MB)} MB`);
    assert.ok(grown < 100 * MB, `grown by ${grown}`);
  }
});

test("a body in a million chunks of one octet takes little more than its octets", async (t) => {
  const { url, peak } = await server(t);
  const before = await peak();
  const chunks = "1\r\n1\r\n".repeat(10_000);
  for (const [type, begin] of [
    ["application/json", ""],
    [FORM, "a="],
  ] as const) {
    const { socket, until } = rawConnection(Number(new URL(url).port));
    socket.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Type: ${type}\r\nTransfer-Encoding: chunked\r\n\r\n`);
    if (begin !== "") socket.write(`${begin.length}\r\n${begin}\r\n`);
    for (let i = 0; i < 100; i++) if (!socket.write(chunks)) await once(socket, "drain");
    socket.write("0\r\n\r\nGET /rss HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert.match(await until('"peak"'), /^HTTP\/1.1 200 /);
    const grown = (await peak()) - before;
    t.diagnostic(`${type}: grown by ${Math.round(grown / MB)} MB`);
    assert.ok(grown < 200 * MB, `grown by ${grown}`); // kept one by one they take 400, which the server does not have
  }
});

test("an upload of 200 MB that is allowed goes through to a file, and not through the memory", async (t) => {
  const { url, peak, left } = await server(t, String(300 * MB));
  const before = await peak();
  const end = `\r\n${END}`;
  const answer = await flood(url, MULTIPART, { begin: upload, octets: 200 * MB, end, chunked: true });
  assert.match(answer, /^HTTP\/1.1 200 [\s\S]*\{"size":200000000\}/);
  const grown = (await peak()) - before;
  t.diagnostic(`grown by ${Math.round(grown / MB)} MB`);
  assert.ok(grown < 100 * MB, `grown by ${grown}`);
  assert.deepEqual(left(), []);
});

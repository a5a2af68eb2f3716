/** What a visitor sees of sessions that are lent on a runtime: the races, and what a head must carry. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { WebSocket } from "ws";
import { type Answered, visit } from "./lent-visitor.ts";

export const LENT_VISITS: ReadonlyArray<readonly [name: string, run: (site: string) => Promise<void>]> = [
  ["T1: two writers of different keys are both kept", bothKept],
  ["T2: a slow reader does not undo a fast writer", readerWritesNothing],
  ["T3: signed out while a writer is in flight, one stays out", (site) => staysOut(site, "/held-a")],
  ["T4: signed out while a reader is in flight, one stays out", (site) => staysOut(site, "/held-read")],
  ["twenty counts at once end at twenty", counts],
  ["an answer that is given to many keeps nothing of the first", shared],
  ["a handshake has its session, and its WebSocket is open", socket],
  ["a token in a form's field is found, and the form is read all the same", form],
  ["heads: Vary, Cache-Control, several Set-Cookie, flash, and nothing of an answer that cannot be stored", heads],
  ["text that is not ASCII is text still", text],
  ["a response that is given again has the cookies of nobody else", again],
];

async function bothKept(site: string): Promise<void> {
  const bob = visit(site);
  await bob.go("/in");
  const goOn = await bob.hold("/held-a");
  await bob.go("/b");
  await goOn();
  assert.deepEqual(await bob.data(), { user: "bob", n: 0, a: 1, b: 1, flash: null });
}

async function readerWritesNothing(site: string): Promise<void> {
  const bob = visit(site);
  await bob.go("/in");
  const goOn = await bob.hold("/held-read");
  await bob.go("/count");
  assert.equal((await goOn()).body, "0");
  assert.equal((await bob.data()).n, 1);
}

async function staysOut(site: string, path: string): Promise<void> {
  const bob = visit(site);
  await bob.go("/in");
  const goOn = await bob.hold(path);
  await bob.go("/out");
  const { headers } = await goOn();
  assert.equal(headers["set-cookie"], undefined);
  assert.equal(bob.cookie(), "");
}

async function counts(site: string): Promise<void> {
  const bob = visit(site);
  await bob.go("/in");
  await Promise.all(Array.from({ length: 20 }, () => bob.go("/count")));
  assert.equal((await bob.data()).n, 20);
}

async function shared(site: string): Promise<void> {
  const [bob, eve] = [visit(site), visit(site)];
  const cookies = await Promise.all([bob.go("/shared"), eve.go("/shared")]);
  assert.deepEqual(
    cookies.map(({ status, headers }) => [status, headers["set-cookie"]?.length]),
    [
      [204, 1],
      [204, 1],
    ],
  );
  assert.notEqual(bob.cookie(), eve.cookie());
}

async function socket(site: string): Promise<void> {
  const bob = visit(site);
  const open = async (path: string) => {
    const headers = { origin: new URL(site).origin, cookie: bob.cookie() };
    const opened = new WebSocket(site + path, { headers });
    const answered = once(opened, "upgrade");
    const [words] = await once(opened, "message");
    const [{ headers: head }] = await answered;
    opened.terminate();
    return [String(words), head["set-cookie"]?.length ?? 0];
  };
  const told = async () => JSON.parse((await bob.go("/../told", "GET")).body);
  await told();
  assert.deepEqual(await open("/socket"), ["nobody", 0]);
  const [words, cookies] = await open("/begin-socket");
  assert.equal(words, "begun");
  assert.deepEqual(await told(), cookies === 0 ? ["ERR_RESPONSE_SHAPE"] : [], "nothing is lost in silence");
  await bob.go("/in");
  assert.deepEqual(await open("/socket"), ["bob", 0]);
  assert.deepEqual(await told(), []);
}

async function form(site: string): Promise<void> {
  const bob = visit(site);
  const token = (await bob.go("/form", "GET")).body;
  const text = "long ".repeat(5_000); // several chunks, within the limit
  for (const [given, body, expected] of [
    [token, text, [200, text]],
    [token, text.repeat(4), [403, undefined]],
    ["another", text, [403, undefined]],
  ] as const) {
    const fields = new URLSearchParams({ text: body, "__anti-forgery-token": given });
    const headers = { origin: new URL(site).origin, cookie: bob.cookie() };
    const answer = await fetch(`${site}/form`, { method: "POST", headers, body: fields });
    const said = await answer.text();
    assert.deepEqual([answer.status, answer.ok ? said : undefined], expected);
  }
}

async function heads(site: string): Promise<void> {
  const bob = visit(site);
  const of = ({ status, headers }: Answered) => [status, headers.vary, headers["cache-control"]];
  assert.deepEqual(of(await bob.go("/", "GET")), [200, undefined, undefined]);
  assert.deepEqual(of(await bob.go("/in")), [200, "Cookie", "private, no-store"]);
  assert.deepEqual(of(await bob.go("/show", "HEAD")), [200, "Cookie", undefined]);
  assert.deepEqual(of(await bob.go("/b")), [302, "Cookie", undefined]);
  assert.match((await bob.go("/", "GET")).headers["content-type"]!, /^text\/plain/);
  assert.match((await bob.go("/in")).headers["content-type"]!, /^text\/plain/, "also where it is copied");
  const { headers } = await bob.go("/flash");
  assert.deepEqual(headers["set-cookie"], ["one=1; Path=/", "two=2; Path=/"]);
  assert.equal((await bob.data()).flash, "hi");
  assert.equal((await bob.data()).flash, null);
  const { status, body, headers: failed } = await bob.go("/date");
  assert.deepEqual([status, failed["x-secret"], body.includes("never")], [500, undefined, false]);
  assert.equal((await bob.go("/save")).body, "true");
  assert.equal((await bob.data()).a, 2);
}

async function text(site: string): Promise<void> {
  const { status, headers, body } = await visit(site).go("/text");
  assert.deepEqual([status, body], [200, "Jürgen 🌙"]);
  assert.match(headers["content-type"] ?? "", /^text\/plain; ?charset=utf-8$/i);
  assert.equal(headers["set-cookie"]?.length, 1);
}

async function again(site: string): Promise<void> {
  for (const path of ["/no-content", "/empty"]) {
    const answers = [await visit(site).go(path), await visit(site).go(path)];
    const sent = answers.filter(({ status }) => status !== 500 || path !== "/empty"); // Bun's has no copy, and is refused
    const cookies = sent.map(({ headers }) => headers["set-cookie"] ?? []);
    assert.deepEqual(
      cookies.map(({ length }) => length),
      sent.map(() => 1),
    );
    assert.equal(new Set(cookies.flat()).size, sent.length);
  }
}

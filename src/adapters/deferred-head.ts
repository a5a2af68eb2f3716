/**
 * The head of a node:http response, held back until what belongs into it is known: the session is saved before anything is
 * told (G7). For every host on Node, whichever way its handlers answer: `end`, `write`, `writeHead`, `flushHeaders`, pipes.
 */
import type { ServerResponse } from "node:http";
import { plainAnswer } from "../failure/plain-answer.ts";
import { statusOf } from "../failure/status-of.ts";
import { reasonPhrase } from "../reason-phrases.ts";
import type { ResponseMap } from "../ring.ts";
import { takeHead } from "./head-arguments.ts";
import { askOnceGone, cutLater } from "./held-connection.ts";
import { looksSent } from "./looks-sent.ts";

/** A response whose head is held back. */
export interface DeferredHead {
  /** Resolves, once, with the head that the host's handler wants to send, when it would be sent. */
  readonly asked: Promise<ResponseMap>;
  /** Sends it with these headers, and everything that was written meanwhile. */
  release(headers: ResponseMap["headers"]): void;
  /** Answers the error's status in its place; what the handler wrote and will write is dropped. */
  fail(error: unknown): void;
}

type Call = readonly [method: "writeHead" | "write" | "end" | "flushHeaders", given: unknown[]];

/** Holds it back from now on. What the handler does to the response meanwhile behaves as if it had been sent. */
export function deferHead(res: ServerResponse): DeferredHead {
  const { promise: asked, resolve: ask } = Promise.withResolvers<ResponseMap>();
  const { writeHead, write, end, flushHeaders } = res;
  const real = { writeHead, write, end, flushHeaders } as unknown as Record<Call[0], (...given: unknown[]) => unknown>;
  let state: "open" | "held" | "released" | "failed" = "open";
  let calls: Call[] = [];
  let isDrainOwed = false;
  let cut: (() => void) | undefined;

  const hold = (method: Call[0], given: unknown[]): void => {
    const isFirst = state === "open";
    const kept = isFirst && method === "writeHead" ? takeHead(res, given) : given; // throws as writeHead would
    calls.push([method, kept]);
    if (method === "end") cut ??= cutLater(res);
    if (!isFirst) return;
    state = "held";
    looksSent(
      res,
      () => state === "held",
      () => calls.some(([each]) => each === "end"),
    );
    ask(headOf(res));
  };
  const intercept =
    (method: Call[0], whileHeld: unknown) =>
    (...given: unknown[]): unknown => {
      if (state === "released") return real[method].apply(res, given);
      if (state === "failed") {
        later(callbackOf(given));
        return method === "write" ? true : whileHeld; // or whoever waits to go on would wait for ever
      }
      hold(method, given);
      if (method === "write") isDrainOwed = true;
      return whileHeld;
    };
  res.writeHead = intercept("writeHead", res) as ServerResponse["writeHead"];
  res.write = intercept("write", false) as ServerResponse["write"];
  res.end = intercept("end", res) as ServerResponse["end"];
  res.flushHeaders = intercept("flushHeaders", undefined) as ServerResponse["flushHeaders"];
  askOnceGone(res, () => state === "open" && hold("flushHeaders", []));

  const replay = (): void => {
    const [held, owed] = [calls, isDrainOwed];
    calls = [];
    let takesMore = true;
    for (const [method, given] of held) takesMore = real[method].apply(res, given) !== false;
    if (owed && takesMore && !res.writableEnded) res.emit("drain"); // write said false, and whoever waits will go on
  };
  return {
    asked,
    release(headers) {
      state = "released";
      if (!res.headersSent) for (const [name, value] of Object.entries(headers)) setChanged(res, name, value);
      replay();
      cut?.();
    },
    fail(error) {
      state = "failed";
      for (const [, given] of calls) later(callbackOf(given));
      calls = [];
      if (res.headersSent) {
        cut?.();
        return void res.destroy();
      }
      for (const name of res.getHeaderNames()) res.removeHeader(name);
      res.addTrailers({});
      const answer = plainAnswer(statusOf(error));
      for (const [name, value] of Object.entries(answer.headers)) res.setHeader(name, value);
      real.writeHead.call(res, answer.status, ...(res.req.httpVersionMajor >= 2 ? [] : [reasonPhrase(answer.status)]));
      real.end.call(res, res.req.method === "HEAD" ? undefined : answer.body);
      cut?.();
    },
  };
}

/** The head as it stands, of what middleware look at. */
function headOf(res: ServerResponse): ResponseMap {
  const headers: Record<string, string | readonly string[]> = Object.create(null);
  for (const [name, value] of Object.entries(res.getHeaders()))
    if (value !== undefined) headers[name] = Array.isArray(value) ? value : String(value);
  return { status: res.statusCode, headers: { ...headers }, body: null };
}

function setChanged(res: ServerResponse, name: string, value: string | readonly string[]): void {
  const present = res.getHeader(name);
  if (String(present) !== String(value) || Array.isArray(present) !== Array.isArray(value)) res.setHeader(name, value);
}

function callbackOf(given: readonly unknown[]): (() => void) | undefined {
  const last = given.at(-1);
  return typeof last === "function" ? (last as () => void) : undefined;
}

/** Outside of what is going on: what it throws is its own. */
function later(callback: (() => void) | undefined): void {
  if (callback) queueMicrotask(callback);
}

/** A visitor over raw sockets. */
import assert from "node:assert/strict";
import type { AnySession } from "../../session/wrap-session.ts";
import { cookieJar } from "../cookie-jar.ts";
import type { WireAnswer } from "./answers.ts";
import { requestBytes, type Wire, type WireRequest } from "./wire.ts";

/** A browser: sends the cookies that it was told to keep. */
export interface Visitor {
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<WireAnswer>;
  /** On a connection of its own. */
  send(request: WireRequest): Promise<WireAnswer>;
  /** The bytes of a request with its cookies. */
  bytes(request: WireRequest): string;
  /** Keeps the answer's cookies. */
  keep(answer: WireAnswer): void;
  /** The session's data, told by `/data`. */
  data(): Promise<AnySession>;
  cookie(): string;
}

/** One without cookies. */
export function visitorOn(port: number, now: () => number, wire: () => Wire): Visitor {
  const [jar, url] = [cookieJar({ now }), `http://127.0.0.1:${port}/`];
  const cookie = () => jar.header(url);
  const bytes: Visitor["bytes"] = ({ headers, ...request }) =>
    requestBytes(port, { ...request, headers: { ...(cookie() === "" ? {} : { cookie: cookie() }), ...headers } });
  const keep: Visitor["keep"] = (answer) => jar.store(answer.all("set-cookie"), url);
  const send: Visitor["send"] = async (request) => {
    const connection = wire();
    connection.send(bytes({ ...request, headers: { connection: "close", ...request.headers } }));
    const [answer] = await connection.answers(request.method ?? "GET");
    keep(answer!);
    return answer!;
  };
  const get: Visitor["get"] = (path, headers) => send({ path, ...(headers && { headers }) });
  const data: Visitor["data"] = async () => {
    const { status, body } = await get("/data");
    assert.equal(status, 200, `a page that reads the session answered ${status}: ${body}`);
    return JSON.parse(body) as AnySession;
  };
  return { get, send, bytes, keep, data, cookie };
}

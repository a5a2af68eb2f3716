/** Who visits sessions that are lent on a runtime: keeps cookies, and can stop in the midst of a request. */
import { request as httpRequest, type IncomingMessage } from "node:http";
import { cookieJar } from "../../src/testing/cookie-jar.ts";

export interface Answered {
  readonly status: number;
  readonly body: string;
  readonly headers: IncomingMessage["headers"];
}

export interface LentVisitor {
  go(path: string, method?: string): Promise<Answered>;
  /** Begins a request that has read its session, and gives what lets it go on. */
  hold(path: string): Promise<() => Promise<Answered>>;
  data(): Promise<Record<string, unknown>>;
  cookie(): string;
}

export function visit(site: string): LentVisitor {
  const origin = new URL(site).origin;
  const jar = cookieJar();
  const begin = (path: string, method = "POST") => {
    const cookie = jar.header(site);
    const headers = { origin, ...(cookie === "" ? {} : { cookie }) };
    const sent = httpRequest(site + path, { method, headers });
    const answered = new Promise<Answered>((resolve, reject) => {
      sent.once("error", reject).once("response", async (response) => {
        let body = "";
        for await (const chunk of response) body += chunk;
        jar.store(response.headers["set-cookie"], site);
        resolve({ status: response.statusCode!, body, headers: response.headers });
      });
    });
    return { sent, answered };
  };
  const go = (path: string, method?: string): Promise<Answered> => {
    const { sent, answered } = begin(path, method);
    sent.end();
    return answered;
  };
  const hold = async (path: string): Promise<() => Promise<Answered>> => {
    const { sent, answered } = begin(path);
    sent.write("the first half");
    while (!JSON.parse((await go("/../waiting", "GET")).body).includes(path));
    return () => {
      sent.end("the other half");
      return answered;
    };
  };
  const data = async () => JSON.parse((await go("/show", "GET")).body);
  return { go, hold, data, cookie: () => jar.header(site) };
}

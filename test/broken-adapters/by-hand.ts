/** Hosts over node:http for adapters that are written by hand, and for sound ones that something is done to. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { headRequest } from "../../src/adapters/lend-node.ts";
import { session } from "../../src/adapters/node.ts";
import { proxies } from "../../src/adapters/node-proxies.ts";
import { face, type Head } from "../../src/faces/face.ts";
import type { LentToHost } from "../../src/faces/lent.ts";
import type { ResponseMap } from "../../src/ring.ts";
import type { AnySession } from "../../src/session/wrap-session.ts";
import type { AdapterAnswers, AdapterSite, OpenAdapter } from "../../src/testing/adapter-contract/site.ts";
import { nodeAnswers, pathOf, served } from "../support/contract-hosts/on-node.ts";

export type Lent = AdapterAnswers["lent"];

/** An adapter that breaks the contract in one way, and the check that must catch it. */
export interface BrokenAdapter {
  readonly name: string;
  /** The check of `adapterContract` that must fail. */
  readonly caughtBy: string;
  readonly open: OpenAdapter;
}

/** One request: `serve` opens and stores, and asks `handle` in between, which must give the head. */
export interface ByHand {
  readonly res: ServerResponse;
  readonly serve: (handle: (lent: LentToHost) => Promise<Head>) => Promise<ResponseMap>;
  /** Runs the page. */
  readonly run: (lent: LentToHost) => void;
}

const behindProxy = proxies([]);

export function byHand(adapt: (request: ByHand) => Promise<unknown>): OpenAdapter {
  return ({ options, pages }) => {
    const lending = face<AnySession, unknown>(options);
    const listener = (req: IncomingMessage, res: ServerResponse): void => {
      const run = (lent: LentToHost): void => {
        const page = async () => pages[pathOf(req)]!(nodeAnswers(lent as unknown as Lent, res));
        page().catch(() => void res.writeHead(500).end());
      };
      const serve: ByHand["serve"] = (handle) =>
        lending.serve(headRequest(req, req.url, behindProxy, undefined), handle);
      adapt({ res, serve, run }).catch(() => {
        if (!res.headersSent) res.writeHead(503, { "cache-control": "no-store" });
        res.end();
      });
    };
    return served(createServer(listener));
  };
}

type Page = (lent: Lent, res: ServerResponse) => unknown;

/** What is done to the sound adapter of bare Node. */
export interface Spoilt {
  readonly options?: (options: AdapterSite["options"]) => AdapterSite["options"];
  /** To the head, when it is written at last. */
  readonly head?: (res: ServerResponse) => void;
  readonly page?: (page: Page) => Page;
}

export function spoilt(by: Spoilt): OpenAdapter {
  return ({ options, pages }) => {
    const sessions = session(by.options?.(options) ?? options);
    const around = by.page ?? ((page: Page) => page);
    const paths = new Map(
      Object.entries(pages).map(([path, page]) => [path, around((lent, res) => page(nodeAnswers(lent, res)))]),
    );
    const listener = sessions.listener((req, res) => paths.get(pathOf(req))!(sessions.of(req) as Lent, res));
    return served(
      createServer((req, res) => {
        const { writeHead } = res;
        res.writeHead = ((...given: unknown[]) => {
          by.head?.(res);
          return (writeHead as (...given: unknown[]) => unknown).apply(res, given);
        }) as typeof writeHead;
        listener(req, res);
      }),
    );
  };
}

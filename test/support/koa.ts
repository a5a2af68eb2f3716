/** Koa and koa-session. Not by their types: those of Koa do not compile beside the content-disposition that is installed. */
import type { RequestListener } from "node:http";
import type { KoaContext } from "../../src/adapters/to-koa.ts";

export interface TestContext extends KoaContext {
  path: string;
  readonly query: Readonly<Record<string, string>>;
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: whatever a handler puts in
  session: any;
  readonly cookies: { set(name: string, value: string): void };
  vary(name: string): void;
}

export type TestNext = () => Promise<unknown>;
export type TestMiddleware = (ctx: TestContext, next: TestNext) => unknown;

export interface TestKoa {
  silent: boolean;
  proxy: boolean;
  keys: readonly string[];
  readonly context: object;
  use(middleware: TestMiddleware): TestKoa;
  callback(): RequestListener;
}

const names = { koa: "koa", session: "koa-session" };

const koa = (await import(names.koa)) as { default: new () => TestKoa };
const sessions = (await import(names.session)) as { default: (options: object, koa: TestKoa) => TestMiddleware };

export const Koa: new () => TestKoa = koa.default;
export const koaSession: (options: object, koa: TestKoa) => TestMiddleware = sessions.default;

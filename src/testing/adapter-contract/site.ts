/** What the author of an adapter writes once, and what a check asks of it. */
import type { Lent } from "../../faces/lent.ts";
import type { FaceOptions } from "../../faces/options.ts";
import type { Awaitable } from "../../ring.ts";
import type { Guarantee } from "../../session/store.ts";
import type { AnySession } from "../../session/wrap-session.ts";
import type { OpenStore } from "../contract/check.ts";

/** Headers as a page gives them: an array is one header per element. */
export type AdapterHeaders = Readonly<Record<string, string | readonly string[]>>;

/**
 * What a page of the contract has to answer with: each member in the host's own way. A page hands back what they give, so
 * that a host whose handlers give their response can be told it that way.
 */
export interface AdapterAnswers {
  /** What is lent to the request: the host's own object, or what `of(…)` gives. */
  readonly lent: Lent<AnySession>;
  /** The whole answer at once. `null` is no body: 204. */
  answer(status: number, headers: AdapterHeaders, body: string | null): unknown;
  /** By the host's own redirect, or a 302 or 303 with `location`. */
  redirect(to: string): unknown;
  /** 200, with a body that is made while it is sent. */
  stream(chunks: AsyncIterable<string>): unknown;
  /** 304 without a body. */
  notModified(): unknown;
  /** Fails as handlers of this host do: throws, or gives the error to the host, which answers 500. */
  fail?(error: Error): unknown;
  /** The head by one call that writes it ahead of the body. */
  writeHead?(status: number, headers: AdapterHeaders, body: string): unknown;
  /** 200, with the head sent before there is anything of the body. */
  flushHead?(chunks: AsyncIterable<string>): unknown;
}

/** Ways to answer that not every host has. */
export type AdapterWay = "fail" | "writeHead" | "flushHead";

/** One page, for requests of any method. */
export type AdapterPage = (answers: AdapterAnswers) => Awaitable<unknown>;

/** What to serve. */
export interface AdapterSite {
  /** For the adapter's `session(…)`, as they are. */
  readonly options: FaceOptions<AnySession>;
  /** By path, `/show`. No other path is asked for. */
  readonly pages: Readonly<Record<string, AdapterPage>>;
}

/** A host that listens. */
export interface AdapterServed {
  /** On 127.0.0.1, plain http. */
  readonly port: number;
  /** Ends it, connections included. */
  close(): Awaitable<unknown>;
}

/** Starts the host with the adapter and these pages on a free port. Called once per check. */
export type OpenAdapter = (site: AdapterSite) => Awaitable<AdapterServed>;

/** What the author says of the host. */
export interface AboutAdapter {
  /** The ways that the host does not have, each with the reason. Their checks say that they are skipped. */
  readonly lacks?: Readonly<Partial<Record<AdapterWay, string>>> | undefined;
  /** Opens an empty store that lacks no guarantee; what it opens is the caller's to close. Default: `memoryStore()`. */
  readonly store?: OpenStore | undefined;
}

/** What a check is about: a guarantee of SPEC.md, 5.4, or another promise of 8.2. */
export type AdapterPromise = Guarantee | "cookies" | "caching" | "flash" | "anti-forgery" | "http" | "values";

/** One promise of an adapter, and how it is checked over a real socket. */
export interface AdapterCheck {
  /** `G7: a redirect waits until the session is created`: the promise, and a sentence that is true of an adapter that passes. */
  readonly name: string;
  readonly promise: AdapterPromise;
  /** Which of the ways it needs. */
  readonly needs: readonly AdapterWay[];
  /** Why it cannot be run on this host, `skipped: the host has no …`, for the runner to show; `false` where it can. */
  skip(about?: AboutAdapter): string | false;
  /**
   * Rejects with what went wrong; also where a way is lacking, with the words of `skip`, and where one is there that is
   * said to be lacking. Uses a time of its own, never the clock.
   */
  run(open: OpenAdapter, about?: AboutAdapter): Promise<void>;
}

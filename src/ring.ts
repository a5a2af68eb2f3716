/**
 * The words of Ring: request map, response map, layer, handler, middleware, stack.
 *
 * A handler is a function from a request map to a response map. A middleware wraps a handler: going in it adds keys to
 * the request, coming out it takes keys off the response. A `Layer` writes those keys down, so that the compiler can
 * check that every middleware stands inside the ones it needs.
 */
import { badOption, RinglightError } from "./errors.ts";
import type { Adder, Final, Known, Refused } from "./ring-words.ts";

export type { Final, Known } from "./ring-words.ts";

/** What a server received: a plain object without getters, so that `{ ...request, user }` is always safe. */
export interface RequestMap {
  /** As sent, case kept: `"GET"`. */
  readonly method: string;
  /** `"https"` only when the server itself speaks TLS or a proxy that was named says so. */
  readonly scheme: "http" | "https";
  /** The authority the client asked for, port included: `"example.com:8080"`; `""` where none was sent. */
  readonly host: string;
  /** The path, percent-encoded as sent, without the query: `"/account"`. */
  readonly uri: string;
  /** What follows the `?`, without it; `""` where nothing does. */
  readonly queryString: string;
  /** Names in lower case; repeated headers joined by `", "`, Cookie by `"; "` (RFC 9113, 8.2.3). No prototype. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The body as it arrives, readable once; `null` where there is none. */
  readonly body: ReadableStream<Uint8Array> | null;
  /** The peer's address, or the client's as a named proxy tells it; `undefined` where the runtime does not say. */
  readonly remoteAddress: string | undefined;
  /** Aborts when the client goes away before the response was sent, where the runtime tells (workerd does not). */
  readonly signal: AbortSignal;
}

/** What a server sends. */
export interface ResponseMap {
  /** 200 to 599. */
  readonly status: number;
  /** Names in lower case; an array is sent as one header per element, never folded (Set-Cookie, RFC 9110, 5.3). */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string | Uint8Array | ReadableStream<Uint8Array> | null;
}

/**
 * Whether a handler's answer has the outline of a response. A middleware hands anything else on untouched: the edge says
 * what is wrong with it.
 */
export function isResponseMap(answer: unknown): answer is ResponseMap {
  return isPlain(answer) && isPlain(answer.headers);
}

/** Whether a value is an object that a spread copies whole: a Headers, a Map or a Response would lose what it holds. */
export function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/** The keys that one middleware adds to the request going in and takes off the response coming out. */
export interface Layer {
  readonly request: object;
  readonly response: object;
}

/** What a bare server gives: no added keys. */
export interface Bare extends Layer {
  readonly request: {};
  readonly response: {};
}

/** At once, or later. */
export type Awaitable<T> = T | Promise<T>;
/** The request that a handler of these layers gets. */
export type RequestOf<L extends Layer> = RequestMap & L["request"];
/** What a handler of these layers may answer. */
export type ResponseOf<L extends Layer> = ResponseMap & L["response"];

/** Any function from one kind of request to one kind of response. */
export type Responder<in Request, out Response> = (request: Request) => Awaitable<Response>;

/** A handler written against the layers it uses: `Handler<WithSession<User> & WithFlash>`. */
export type Handler<L extends Layer = Bare> = Responder<RequestOf<L>, ResponseOf<L>>;

/**
 * Wraps a handler that wants the keys of `Gives` into one that wants only those of `Needs`.
 *
 * `R` and `S` are the request and response as the rest of the stack knows them. Being unknown here, `R` can be extended
 * but not rebuilt: a middleware that forgets `...request` does not compile.
 */
export type Middleware<in Needs extends Layer = Bare, out Gives extends Layer = Bare> = <
  R extends RequestOf<Needs>,
  S extends ResponseOf<Needs>,
>(
  handler: Responder<R & Gives["request"], S & Gives["response"]>,
) => Responder<R, S | ResponseMap>;

/** Middleware in reading order, outermost first. Call it with a handler to get an application. */
export interface Stack<Env extends Layer> {
  /** Builds the application. A literal response key that no layer takes does not compile. */
  <const R extends ResponseOf<Env>>(
    handler: ((request: RequestOf<Env>) => Awaitable<R>) & Known<R, ResponseOf<Env>>,
  ): Handler;
  /** Adds a middleware inside those already there. One that needs a key nobody outside it adds does not compile. */
  use<Needs extends Layer, Gives extends Layer>(
    middleware: Middleware<Needs, Gives> & Placed<Env, Needs>,
  ): Stack<Env & Gives>;
}

/** The empty stack: `stack.use(wrapCookies()).use(wrapSession())(handler)`. */
export const stack: Stack<Bare> = extend([]);

function extend<Env extends Layer>(middleware: readonly Middleware[]): Stack<Env> {
  const wrap = (handler: Handler) => {
    if (typeof handler !== "function") throw badOption("handler", "must be a function from request to response");
    return middleware.reduceRight<Handler>((inner, outer) => carry(outer, inner), handler);
  };
  const use = (next: Middleware) => {
    if (typeof next === "function") return extend([...middleware, next]);
    throw badOption("use", "takes a middleware: a function from handler to handler, such as wrapSession()");
  };
  return Object.assign(wrap, { use }) as unknown as Stack<Env>; // Env exists only for the compiler
}

// Which middleware that may stand only once a built handler contains. `stack` carries the mark through the others.
const contained = new WeakMap<object, ReadonlySet<string>>();

/**
 * Makes a middleware that may stand only once around a handler: `once("wrapSession", (handler) => …)`. Throws
 * `ERR_STACK_TWICE` while the stack is built.
 */
export function once<Needs extends Layer, Gives extends Layer>(
  name: string,
  middleware: Middleware<Needs, Gives>,
): Middleware<Needs, Gives> {
  const wrap = (inner: Handler) => {
    const inside = contained.get(inner) ?? new Set();
    if (inside.has(name)) {
      throw new RinglightError("ERR_STACK_TWICE", `${name} stands twice around one handler: leave one of them out`);
    }
    const built = (middleware as unknown as Middleware)(inner);
    return mark(carryMarks(built, [inner]), name);
  };
  return wrap as unknown as Middleware<Needs, Gives>;
}

/** Marks a handler with something that is to be known of it when it is served. */
export function mark<Built extends object>(built: Built, name: string): Built {
  contained.set(built, new Set([...(contained.get(built) ?? []), name]));
  return built;
}

/** Whether a handler, or one inside it, was marked so. */
export function isMarked(handler: object, name: string): boolean {
  return contained.get(handler)?.has(name) === true;
}

function carry(outer: Middleware, inner: Handler): Handler {
  const built: unknown = outer(inner);
  if (typeof built !== "function") throw badOption("use", "a middleware must give a handler: return (request) => …");
  return carryMarks(built as Handler, [inner]);
}

/** Marks a handler with what the handlers inside it contain, so that `once` sees through it. For what joins handlers. */
export function carryMarks<Built extends object>(built: Built, inner: readonly object[]): Built {
  const marks = [built, ...inner].flatMap((each) => [...(contained.get(each) ?? [])]);
  if (marks.length > 0) contained.set(built, new Set(marks));
  return built;
}

/**
 * Gives a handler that stands by itself the checks that `stack(…)` gives a literal one:
 * `const whoami = handler<WithSession<User>>()((request) => …)`. A misspelt response or session key does not compile.
 */
export function handler<L extends Layer>(): <const R extends ResponseOf<L>>(
  handle: ((request: RequestOf<L>) => Awaitable<R>) & Known<R, ResponseOf<L>>,
) => Handler<L> {
  return (handle) => handle;
}

type MissingKey<Env extends Layer, Needs extends Layer> = Exclude<keyof Needs["request"], keyof Env["request"]> &
  string;

type Placed<Env extends Layer, Needs extends Layer> =
  RequestOf<Env> extends RequestOf<Needs>
    ? unknown
    : [MissingKey<Env, Needs>] extends [never]
      ? Middleware<Env, Layer>
      : Refused<`needs request.${MissingKey<Env, Needs>}: first .use(${Adder<MissingKey<Env, Needs>>})`>;

/** A rendered page: status, headers, body, and no way to carry a session or flash. Redirect instead. */
export type Page = ResponseMap & Final;

/** `GET`, `POST` and the others: one route, a method and a pattern with the handler that answers them. */
import { RinglightError } from "../errors.ts";
import type { Awaitable, Bare, Known, Layer, RequestOf, Responder, ResponseOf } from "../ring.ts";
import type { WithParams } from "./params.ts";

/** An entry of `routes(…)`, against the layers that it uses. */
export type Route<L extends Layer = Bare> = Entry<RequestOf<L>, ResponseOf<L>>;

/** A route from one kind of request to one kind of response. */
export interface Entry<in Request, out Response> {
  /** In upper case; `""` is every method. */
  readonly method: string;
  /** `undefined` is every path that no pattern fits. */
  readonly pattern: string | undefined;
  readonly handler: Responder<Request, Response>;
}

/**
 * Makes a route of a pattern and a handler. `params` is typed by the pattern; the request's other keys, and what the
 * response may carry, come from the stack around `routes(…)`. A misspelt response or session key does not compile.
 *
 * Patterns are rou3's: `/users/:id`, `/users/:id(\\d+)`, `/posts/:page?`, `/files/**:path`. The most specific route
 * answers, whatever the order; a slash at the end does not count.
 */
export type RouteMaker = <
  const Pattern extends string,
  L extends Layer = Bare,
  const R extends ResponseOf<L> = ResponseOf<L>,
>(
  pattern: Pattern,
  handler: ((request: RequestOf<L> & WithParams<Pattern>["request"]) => Awaitable<R>) & Known<R, ResponseOf<L>>,
) => Route<L>;

/** Answers HEAD too: the handler runs, the edge drops the body. */
export const GET: RouteMaker = maker("GET");
/** For what changes something: unlike GET it is not sent by links, images and prefetches. */
export const POST: RouteMaker = maker("POST");
/** Replaces what the path names (RFC 9110, 9.3.4). */
export const PUT: RouteMaker = maker("PUT");
/** Changes what the path names (RFC 5789). */
export const PATCH: RouteMaker = maker("PATCH");
/** Removes what the path names (RFC 9110, 9.3.5). */
export const DELETE: RouteMaker = maker("DELETE");
/** Only for an answer of one's own: without it, `routes` answers 204 and the methods. */
export const OPTIONS: RouteMaker = maker("OPTIONS");
/** Every method that has no route of its own for the path. */
export const ANY: RouteMaker = maker("");

function maker(method: string): RouteMaker {
  return (pattern, handler) => {
    const name = `${method || "ANY"} ${String(pattern)}`;
    if (typeof pattern !== "string")
      throw new RinglightError("ERR_ROUTE", `${name}: the pattern is text, as "/users/:id"`);
    checkHandler(name, handler);
    return { method, pattern, handler: handler as Responder<unknown, never> }; // `routes` adds params
  };
}

/** Answers where no pattern fits, in place of the plain 404. Say the status: `{ ...html(page), status: 404 }`. */
export function notFound<L extends Layer = Bare, const R extends ResponseOf<L> = ResponseOf<L>>(
  handler: ((request: RequestOf<L>) => Awaitable<R>) & Known<R, ResponseOf<L>>,
): Route<L> {
  checkHandler("notFound", handler);
  return { method: "", pattern: undefined, handler };
}

function checkHandler(name: string, handler: unknown): void {
  if (typeof handler === "function") return;
  throw new RinglightError("ERR_ROUTE", `${name}: the handler is a function of the request`);
}

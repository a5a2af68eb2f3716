/** `routes`: many handlers as one, chosen by method and path. */
import { noContent, text, withHeader } from "../response.ts";
import {
  type Bare,
  carryMarks,
  type Handler,
  type Layer,
  type RequestMap,
  type Responder,
  type ResponseMap,
} from "../ring.ts";
import { decodeParams } from "./params.ts";
import type { Route } from "./route.ts";
import { routeTable } from "./table.ts";

/**
 * Makes one handler of routes: `routes(GET("/", home), POST("/login", login), notFound(missing))`. The table is built
 * once, and throws `ERR_ROUTE` for a pattern that cannot be read and for two routes of one method and pattern.
 *
 * What it answers by itself, in plain text: 404 where no pattern fits the path (`notFound` replaces it), 405 with
 * `Allow` where one does for another method, 204 with `Allow` to OPTIONS, 400 to a parameter whose escapes cannot be
 * decoded. HEAD runs GET's handler. The path is matched as sent: `..` is not resolved, `%61` is not `a`.
 */
export function routes<L extends Layer = Bare>(...entries: readonly Route<NoInfer<L>>[]): Handler<L> {
  const table = routeTable(entries);
  const answer: Responder<RequestMap, unknown> = (request) => {
    const { method, uri } = request;
    const found = table.find(method, uri);
    if (found) {
      const params = decodeParams(found.captured);
      return params ? run(found.handler, withParams(request, params)) : text("Bad Request", 400);
    }
    const methods = table.methods(uri);
    if (methods.length === 0) return table.notFound ? run(table.notFound, request) : text("Not Found", 404);
    const allow = methods.join(", ");
    return withHeader(method === "OPTIONS" ? noContent() : text("Method Not Allowed", 405), "allow", allow);
  };
  carryMarks(
    answer,
    entries.map(({ handler }) => handler),
  );
  return answer as unknown as Handler<L>; // each handler was checked against L where its route was made
}

function withParams(request: RequestMap, params: Readonly<Record<string, string>>): RequestMap {
  return Object.assign({ ...request }, { params });
}

function run(handler: Responder<never, unknown>, request: RequestMap): unknown {
  return (handler as Responder<RequestMap, ResponseMap>)(request);
}

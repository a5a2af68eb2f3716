/** The route table: rou3's tree, built once, and what it says about a method and a path. */
import { addRoute, compareRoutes, createRouter, findRoute, type RouterContext, routeNodeKeys } from "rou3";
import { RinglightError } from "../errors.ts";
import type { Responder } from "../ring.ts";
import type { Entry } from "./route.ts";

type AnyHandler = Responder<never, unknown>;
type AnyEntry = Entry<never, unknown>;

export interface Found {
  readonly handler: AnyHandler;
  /** As they stand in the path, still percent-encoded. */
  readonly captured: Record<string, string> | undefined;
}

export interface RouteTable {
  /** The most specific route for the method, HEAD as GET; `undefined` where none fits. */
  find(method: string, path: string): Found | undefined;
  /** The methods that the path answers, sorted, HEAD with GET and always OPTIONS; empty where no route has the path. */
  methods(path: string): readonly string[];
  readonly notFound: AnyHandler | undefined;
}

/** Throws `ERR_ROUTE` for a pattern that rou3 cannot read, for two routes of one method and pattern, and two `notFound`. */
export function routeTable(entries: readonly AnyEntry[]): RouteTable {
  const router = createRouter<AnyHandler>();
  const taken = new Map<string, string[]>();
  let notFound: AnyHandler | undefined;
  for (const entry of entries) {
    if (typeof entry?.handler !== "function")
      throw new RinglightError(
        "ERR_ROUTE",
        "an entry of routes(…) is made by GET(…), POST(…) or the like, or notFound(…)",
      );
    const { method, pattern, handler } = entry;
    if (pattern === undefined) {
      if (notFound)
        throw new RinglightError("ERR_ROUTE", "notFound stands twice in one routes(…): leave one of them out");
      notFound = handler;
      continue;
    }
    add(router, taken, method, pattern, handler);
  }
  const known = [...new Set(entries.map(({ method }) => method))].filter((method) => method !== "").sort();
  const find = (method: string, path: string): Found | undefined => {
    if (!path.startsWith("/")) return undefined; // `OPTIONS *`, `CONNECT`
    const found = findRoute(router, method === "HEAD" ? "GET" : method, path);
    return found && { handler: found.data, captured: found.params };
  };
  const methods = (path: string): readonly string[] => {
    const allowed = known.filter((method) => find(method, path));
    if (allowed.length === 0) return [];
    const head = allowed.includes("GET") ? ["HEAD"] : [];
    return [...new Set([...allowed, ...head, "OPTIONS"])].sort();
  };
  return { find, methods, notFound };
}

function add(
  router: RouterContext<AnyHandler>,
  taken: Map<string, string[]>,
  method: string,
  pattern: string,
  handler: AnyHandler,
): void {
  const name = `${method || "ANY"} ${pattern}`;
  if (!pattern.startsWith("/") && !pattern.startsWith("{/"))
    throw new RinglightError("ERR_ROUTE", `${name}: a pattern starts with /`);
  try {
    for (const key of routeNodeKeys(pattern).map((node) => `${method} ${node}`)) {
      const beside = taken.get(key) ?? [];
      const same = beside.find((other) => compareRoutes(other, pattern) === "equal");
      if (same) throw new RinglightError("ERR_ROUTE", `${name}: ${method || "ANY"} ${same} answers the same paths`);
      taken.set(key, [...beside, pattern]);
    }
    addRoute(router, method, pattern, handler);
  } catch (cause) {
    if (cause instanceof RinglightError) throw cause;
    throw new RinglightError("ERR_ROUTE", `${name}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}

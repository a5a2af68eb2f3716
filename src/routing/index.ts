/** Routes with typed path parameters, over rou3. Complete list. */
export type { Params, WithParams } from "./params.ts";
export { ANY, DELETE, GET, notFound, OPTIONS, PATCH, POST, PUT, type Route, type RouteMaker } from "./route.ts";
export { routes } from "./routes.ts";

import type { Bare, Handler, Layer } from "../ring.ts";
import type { Route } from "./route.ts";
export declare function routes<L extends Layer = Bare>(...entries: readonly Route<NoInfer<L>>[]): Handler<L>;

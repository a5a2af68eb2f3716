/** Applications on node:http. Complete list of `ringlight/node`. */
export type * from "../faces/public.ts";
export type { OnError } from "../on-error.ts";
export { type NodeOptions, toNode } from "./node-listener.ts";
export { type Served, type ServeOptions, serve } from "./node-serve.ts";
export { type NodeSession, type NodeSessionOptions, session } from "./node-session.ts";
export { type NodeUpgrade, type NodeUpgradeOptions, toNodeUpgrade } from "./node-upgrade.ts";

/** Which requests may become WebSockets. */
import type { IncomingMessage } from "node:http";
import { saysBody } from "../websocket/handshake.ts";

/** Whether Node should give the connection away for this request. */
export function mayUpgrade(req: IncomingMessage): boolean {
  if (req.method !== "GET" || req.httpVersion === "1.0" || saysBody(req.headers)) return false;
  return req.headers.upgrade?.toLowerCase() === "websocket";
}

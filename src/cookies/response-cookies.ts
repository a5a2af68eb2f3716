import type { ResponseMap } from "../ring.ts";
export function withSetCookie(headers: ResponseMap["headers"], line: string): ResponseMap["headers"] {
  return { ...headers, "set-cookie": [...[headers["set-cookie"] ?? []].flat(), line] };
}
export function setCookieNames(headers: ResponseMap["headers"]): string[] { return [headers["set-cookie"] ?? []].flat().map((l) => l.split("=")[0]!); }

/** Where in a host an application is mounted: its request gets the keys that it has under `wrapContext`. */
import { ReadBefore } from "../body.ts";
import { isContextPath, type Mounted, mountedAt } from "../context/mount.ts";
import type { RequestMap, Responder, ResponseMap } from "../ring.ts";
import { target } from "./node-request.ts";

/** What can be mounted: any application, and one that wants the keys of `wrapContext`; `context` is `""` at the host's root. */
export type Mountable = Responder<RequestMap & Mounted, ResponseMap>;

/** What a host tells of the place. */
export interface Place {
  /** The URL that was asked for, whole, as sent. */
  readonly asked: string;
  /** What the host has taken off the request's path; `undefined` where that cannot be told. */
  readonly off: string | undefined;
  /** The prefix that is left on the path. */
  readonly prefix: string;
}

/**
 * The request of the mounted application; `undefined` for one that is not under the prefix, or whose prefix is none that
 * `wrapContext` takes, such as `/%77iki`. A path that the host has rewritten counts as rewritten.
 */
export function placed(map: RequestMap, { asked, off, prefix }: Place): (RequestMap & Mounted) | undefined {
  if (off === undefined) return undefined;
  const whole = off + prefix;
  if (whole !== "" && !isContextPath(whole)) return undefined;
  const routed = mountedAt(whole, { ...map, uri: off + map.uri });
  const sent = mountedAt(whole, { ...map, uri: target(asked).uri });
  return routed?.pathInfo === sent?.pathInfo ? sent : routed;
}

/** What a host that does not say so has taken off a path, by what is left of it. */
export function takenOff(asked: string, left: string): string | undefined {
  const [whole, rest] = [target(asked).uri, target(left).uri];
  if (whole.endsWith(rest)) return whole.slice(0, -rest.length);
  return rest === "/" ? whole : undefined;
}

/** A body of which a parser of the host's has read: who reads on is told so, and waits for nothing. */
export function readBefore(remedy: string): ReadableStream<Uint8Array> {
  const words = `a parser of the host's has read this request's body before the application: ${remedy}`;
  return new ReadableStream(
    {
      pull(controller) {
        controller.error(new ReadBefore(words));
      },
    },
    { highWaterMark: 0 },
  );
}

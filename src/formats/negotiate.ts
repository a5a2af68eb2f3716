/** Which of the offered formats a request's `Accept` prefers (RFC 9110, 12.5.1). */
import Negotiator from "negotiator";
import type { Format } from "./format.ts";

/** A format, under the media type that was asked for. */
export interface Chosen {
  readonly format: Format;
  readonly type: string;
}

// The library compares each range with each type: of a header as long as servers take that would be 15 ms of a core.
const MAX_ACCEPT = 1000;

/**
 * The preferred one; of equals the first in the header, then the first offered. `undefined` where none is acceptable.
 * Without `Accept`, or with an empty one, the first offered. A `charset=utf-8` in it counts as fulfilled; of a header of
 * more than 1000 characters the ranges behind them do not count.
 */
export function negotiate(accept: string | undefined, formats: readonly Format[]): Chosen | undefined {
  const offered = formats.flatMap((format) => format.types.map((type) => ({ format, type })));
  if (accept === undefined || accept.trim() === "") return offered[0];
  const asked = whole(accept).replaceAll(/;[ \t]*charset="?utf-?8"?/gi, "");
  const type = new Negotiator({ headers: { accept: asked } }).mediaType(offered.map((each) => each.type));
  return offered.find((each) => each.type === type);
}

/** The format of a media type that the handler chose itself, or that a body has. */
export function formatOf(type: string | undefined, formats: readonly Format[]): Format | undefined {
  return type === undefined ? undefined : formats.find((format) => format.types.includes(type));
}

function whole(accept: string): string {
  return accept.length <= MAX_ACCEPT ? accept : accept.slice(0, Math.max(0, accept.lastIndexOf(",", MAX_ACCEPT)));
}

/** From another application's data to this one's: the option `toSession` of all readers. */
import { badOption } from "../errors.ts";
import { toJson } from "../session/json.ts";

/** Makes this application's data of the other's; `undefined` for a session that is not to be taken over. */
export type ToSession = (data: Record<string, unknown>) => object | undefined;

/** What of a session is data: without the keys that are the other library's own. */
export type DataOf = (session: object) => object | undefined;

/**
 * What is taken over of a session; `undefined` where nothing is left. A mistake in `toSession` must not answer a visitor
 * with 500; it is told on the console, once.
 */
export function dataOf(toSession: ToSession | undefined, reader: string, notData: ReadonlySet<string>): DataOf {
  const convert = toSession && reportedOnce(toSession, reader);
  return (session) => {
    const kept = Object.fromEntries(Object.entries(session).filter(([name]) => !notData.has(name)));
    const data = Object.keys(kept).length > 0 && convert ? convert(kept) : kept;
    return data === undefined || Object.keys(data).length === 0 ? undefined : data;
  };
}

function reportedOnce(toSession: ToSession, reader: string): ToSession {
  let reported = false;
  return (data) => {
    try {
      const session = toSession(data);
      if (session !== undefined) toJson(session, "session");
      if (session === undefined || isObject(session)) return session;
      throw badOption("toSession", "must return an object, or undefined for a session that is not to be taken over");
    } catch (error) {
      if (!reported) console.error(`ringlight: toSession of ${reader} failed; sessions are not taken over`, error);
      reported = true;
      return undefined;
    }
  };
}

/** Whether it is an object that is no array. */
export function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Taking over a session whose record is in the other application's own store, in an order in which neither a crash nor a
 * request at the same time loses it, and no sign-out there is undone (docs/decisions/0022):
 *
 *     1  insert here, with both marks: two requests, or two processes, insert one
 *     2  is the record still there? else it was signed out of meanwhile: end it here
 *     3  take away the first mark: it was there when the session was here
 *     4  end the record there
 *     5  take away the second mark
 *
 * Nobody is told of the session before 5. The record there is ended after 3 alone, so where it is gone and the first mark
 * is still here, somebody signed out there. Where it is there and a mark is here, somebody crashed, and this request
 * goes on. Both marks gone: the value is spent.
 */
import { isMarked, isShared, MARK, MARKS, MOVED, mark, NO_MARKS, UNENDED, UNSEEN } from "./adoption-marks.ts";
import { type CheckAnswer, deleteAnswer, readAnswer } from "./answers.ts";
import { askOther, callStore } from "./calls.ts";
import type { Settings } from "./options.ts";
import type { ForeignRecord } from "./reader.ts";
import type { Draft } from "./record.ts";
import type { ReadResult } from "./store.ts";

/** A session that is being taken over. */
export interface Taking {
  readonly seed: Uint8Array;
  readonly record: ForeignRecord;
  /** Inserts it here, if absent, with these marks in its slots; an answer that `check` refuses is a broken store. */
  readonly insert: (marks: Draft["slots"], check: CheckAnswer) => Promise<ReadResult>;
}

/** The session as it is here from now on; `"gone"`: it was signed out of there. */
export async function takeOver<Data>(
  settings: Settings<Data>,
  cookieName: string,
  { seed, record, insert }: Taking,
): Promise<ReadResult | "gone"> {
  const isThere = () => record.isThere();
  const end = () => record.end?.();
  // Such a store keeps nothing here that a mark could be on: nobody has the session until the response has left.
  if (settings.store.clock) {
    const sealed = await insert(NO_MARKS, readAnswer);
    if ("record" in sealed && !(await askOther(settings, isThere))) return "gone";
    await askOther(settings, end);
    return sealed;
  }
  const token = tokenOf(seed);
  const read = () =>
    callStore(settings, cookieName, readAnswer, (context) => settings.store.read(token, context)).then((result) =>
      "record" in result ? { ...result, token } : result,
    );
  const inserted = await insert(MARKS, underToken(token));
  const found = "record" in inserted ? inserted : await read();
  if (!("record" in found && isMarked(found.record))) {
    await askOther(settings, end); // a process of the old application may have set it again
    const isSpent = "record" in found && !isShared(settings, found.record);
    return isSpent || ("refused" in found && found.refused !== "recreated") ? inserted : found;
  }
  const base = found.record;
  if (base.slots.has(UNSEEN)) {
    if (!(await askOther(settings, isThere))) return shared(settings, cookieName, seed);
    await mark(settings, cookieName, token, base, [[UNSEEN, null]]);
  }
  await askOther(settings, end);
  const moved = isShared(settings, base) ? null : { ...MARK, json: JSON.stringify(settings.now()) };
  await mark(settings, cookieName, token, base, [
    [UNENDED, null],
    [MOVED, moved],
  ]);
  return read();
}

/**
 * Where the record is gone there: the session that a request at the same time has just taken over. `"gone"`: none has, or
 * it was signed out of there before one could.
 */
export async function shared<Data>(
  settings: Settings<Data>,
  cookieName: string,
  seed: Uint8Array,
): Promise<ReadResult | "gone"> {
  const { store } = settings;
  if (store.clock) return "gone";
  const token = tokenOf(seed);
  const found = await callStore(settings, cookieName, readAnswer, (context) => store.read(token, context));
  if ("refused" in found) return found.refused === "recreated" ? found : "gone";
  if (found.record.slots.has(UNSEEN)) {
    await callStore(settings, cookieName, deleteAnswer, (context) => store.delete(token, context, found.record));
    return "gone";
  }
  return isShared(settings, found.record) ? { ...found, token } : { refused: "adopted" };
}

/** Where a store adopts under another token, the marks could not be taken away: told before anything ends there. */
function underToken(token: string): CheckAnswer {
  return (answer) => {
    readAnswer(answer);
    const { token: given = token } = answer as { readonly token?: string };
    if (given !== token) throw new TypeError("the store's adopt() gave another token than the seed's");
  };
}

function tokenOf(seed: Uint8Array): string {
  return Buffer.from(seed).toString("base64url");
}

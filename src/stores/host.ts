/** `hostStore`: inside a mount, the session is the host's own. */
import { badOption, RinglightError } from "../errors.ts";
import { applyChange } from "../session/change.ts";
import type { HostSession, WithHostSession } from "../session/host-session.ts";
import { type Draft, type Fields, newRecord, type SessionRecord } from "../session/record.ts";
import type { BoundStore, Store, StoreContext } from "../session/store.ts";
import { hostData, OWN_KEY, recordOf } from "./host-record.ts";

/** What a host's session cannot give: it is read before the application runs, and written whole. */
const LACKS: NonNullable<Store["lacks"]> = {
  G1: "the host stores whole sessions: of two requests that change one at once, the one that is stored later wins, all of it",
  G2: "a host may store a session that was only read (resave of express-session, rolling of the others), and undo a change",
  G3: "the host stores a session without looking whether it is still there: a change in flight brings back what was ended",
  G4: "the host cannot compare before it stores: two requests can both count from the same number",
  G5: "of two changes of one key the later wins, and with it all other keys; no event tells",
  G7: "what a host's handler changed in the same request express-session stores while the response is on its way",
  G8: "the host reads its session before the application is asked: with no time limit, and with the host's own errors",
  G9: "how long a session lives the host says, mostly by its cookie; without a limit there, for ever",
};

/** Never a cookie: they only tell the engine that the host has a session, and that it has begun another. */
const FOUND = "found";
const RENEWED = "renewed";

/**
 * The session of a mounted application is the host's: `wrapSession({ store: hostStore() })` inside `toExpress` (with
 * express-session, in Connect too), `toFastify` (@fastify/session) or `toKoa` (koa-session with a store). `request.session`
 * has the keys of the host's `req.session`, and changes those: what a handler of the host puts there is here, and the
 * other way round. `cookie` and other names of the host's are no data; what slots hold (flash) is under the key `ringlight`.
 *
 * No cookie is read or set but the host's. `null` destroys the host's session; a change of the subject, `recreate` and
 * a session's beginning give it another id. Destroying and saving are waited for before the response is sent.
 *
 * It lacks what the host does not give, all but G6 (`lacks`). Options that the host decides are `ERR_OPTION`: limits,
 * cookie, `codec`. Without a host's session it is `ERR_OPTION` too, when mounted or else at the first request.
 */
export function hostStore(): Store {
  return { lacks: LACKS, of: boundStore, read: outside, create: outside, update: outside, delete: outside };
}

function boundStore(request: WithHostSession, whose: (data: Fields) => string | undefined): BoundStore {
  const host = request.hostSession;
  const dataOf = () => host?.data() ?? outside();
  const find = (now: number) => recordOf(dataOf(), whose, now);
  const kept = host!;
  return {
    lacks: LACKS,
    token: Object.keys(dataOf()).length === 0 ? undefined : FOUND,
    read(_token, { now }) {
      const record = find(now);
      return record ? { record, restarted: false, binding: kept.id() } : { refused: "unknown" };
    },
    async create(draft, { now }: StoreContext) {
      await write(kept, newRecord(checked(draft), now), true);
      return RENEWED;
    },
    async update(token, change, { now, limits }) {
      checked({ persist: change.rotation?.persist });
      const current = find(now);
      if (!current) return { gone: "unknown" };
      const { record, overwritten } = applyChange(current, change, now, limits);
      await write(kept, record, change.rotation !== undefined);
      return { token: change.rotation ? RENEWED : token, overwritten };
    },
    async delete() {
      await kept.destroy();
      return true;
    },
  };
}

/** Stores the record, in a session under another id where it begins one. What was refused is not left for the host to store. */
async function write(host: HostSession, record: SessionRecord, begins: boolean): Promise<void> {
  const before = host.data() ?? {};
  for (const name of record.data.keys()) checkKey(JSON.parse(name) as string, host);
  const next = hostData(before, record, begins);
  if (begins) await host.regenerate();
  host.replace(next);
  try {
    await host.save();
  } catch (error) {
    if (begins) host.replace({});
    else if (!host.savesOnce) host.replace(before);
    throw error;
  }
}

function checkKey(key: string, host: HostSession): void {
  if (key !== OWN_KEY && !host.keeps(key)) return;
  const words = `session.${key}: the host's session has something else under this name. Nothing was stored.`;
  throw new RinglightError("ERR_SESSION_VALUE", words, { path: `session.${key}` });
}

function checked<Asked extends Pick<Draft, "persist">>(asked: Asked): Asked {
  if (asked.persist === undefined) return asked;
  const remedy = "how long a session lives the host says, in its session's cookie.maxAge";
  throw new RinglightError("ERR_SESSION_NEXT", `recreate: with hostStore() no persist: ${remedy}. Nothing was stored.`);
}

function outside(): never {
  throw badOption(
    "store",
    "hostStore() is for an application that is mounted in a host with sessions: toExpress behind express-session, " +
      "toFastify behind @fastify/session, toKoa behind koa-session with a store; this request has no such session",
  );
}

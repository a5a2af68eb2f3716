/** A store of express-session, and how its callbacks become promises. */

/** What is used of a store of express-session: `get`, `set` and `destroy`, answered by a callback. */
export interface CallbackStore {
  get(sid: string, callback: (error?: unknown, session?: unknown) => void): unknown;
  // Whatever the library's types take for a session: here it is a `ConnectRecord`.
  set(sid: string, session: never, callback: (error?: unknown) => void): unknown;
  destroy(sid: string, callback: (error?: unknown) => void): unknown;
}

/** What is stored under a session's key. */
export interface ConnectRecord {
  /**
   * Such stores find out of it how long to keep the record: connect-redis and connect-pg-simple from `expires`,
   * memorystore from `maxAge`, others from `originalMaxAge`; the last two in milliseconds.
   */
  readonly cookie: {
    readonly originalMaxAge: number;
    readonly maxAge: number;
    readonly expires: Date;
    readonly httpOnly: true;
    readonly path: "/";
  };
  /** `entryText`, in ASCII: one string, which no such store takes apart. */
  readonly ringlight: string;
}

/** A record that is to be kept for so many milliseconds from now, by the clock that such stores go by. */
export function connectRecord(entryText: string, keptFor: number): ConnectRecord {
  const [age, expires] = [Math.ceil(keptFor), new Date(Date.now() + Math.ceil(keptFor))];
  return {
    cookie: { originalMaxAge: age, maxAge: age, expires, httpOnly: true, path: "/" },
    ringlight: asciiJson(entryText),
  };
}

/** The same JSON in ASCII: MySQL's `utf8` keeps no emoji, and some drivers no lone surrogate. */
function asciiJson(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** What the host has under a key: `undefined` for nothing, else the text in it, which may be anything. */
export async function textFrom(host: CallbackStore, sid: string): Promise<{ readonly text: unknown } | undefined> {
  try {
    return await answered((done) => host.get(sid, (error, session) => done(error, found(session))));
  } catch (error) {
    // A missing file is nothing, as for express-session.
    if ((error as { readonly code?: unknown }).code === "ENOENT") return undefined;
    throw error;
  }
}

/** The whole session that the host has under an id, whatever it is; `undefined` for none. */
export async function sessionFrom(host: Pick<CallbackStore, "get">, sid: string): Promise<unknown> {
  try {
    const held = await answered<{ readonly session: unknown }>((done) =>
      host.get(sid, (error, session) => done(error, { session })),
    );
    return held?.session || undefined;
  } catch (error) {
    if ((error as { readonly code?: unknown }).code === "ENOENT") return undefined;
    throw error;
  }
}

export async function setIn(host: CallbackStore, sid: string, record: ConnectRecord): Promise<void> {
  await answered((done) => host.set(sid, record as never, done));
}

export async function destroyIn(host: Pick<CallbackStore, "destroy">, sid: string): Promise<void> {
  await answered((done) => host.destroy(sid, done));
}

/** Never throws, and waits for nothing: `session` may be any object. */
function found(session: unknown): { readonly text: unknown } | undefined {
  if (!session) return undefined;
  try {
    return { text: (session as Partial<ConnectRecord>).ringlight };
  } catch {
    return { text: undefined };
  }
}

/**
 * What the first callback says; whatever comes after that is ignored. An error that is thrown, or with which a promise
 * that the host returned rejects, is its answer too.
 */
function answered<T>(begin: (done: (error?: unknown, value?: T) => void) => unknown): Promise<T | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<T | undefined>();
  const failed = (error: unknown) =>
    reject(error instanceof Error ? error : new Error("the session store failed", { cause: error }));
  try {
    const returned = begin((error, value) => (error ? failed(error) : resolve(value)));
    Promise.resolve(returned).catch(failed);
  } catch (error) {
    failed(error);
  }
  return promise;
}

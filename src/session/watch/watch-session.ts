/** `watchSession`: tells who holds a connection open for a session when that session ends. */
import { readAnswer } from "../answers.ts";
import { callStore } from "../calls.ts";
import type { Settings } from "../options.ts";
import { startRounds, stopRounds } from "./rounds.ts";
import { alike, countOf, enter, leave, type SessionEnd, type Watched } from "./watched.ts";

/** A session as a connection was opened for it. */
export interface WatchedSession {
  readonly token: string;
  readonly binding: string | undefined;
  readonly handle: string | undefined;
  readonly subject: string | undefined;
  readonly cookieName: string;
}

/** Tells nothing any more. */
export type StopWatching = () => void;

/**
 * Calls `ended` once, when the session is none any more under the token that it has now: ended, expired, revoked, or
 * renewed, as by a sign-in or a sign-out. At once where this process did it; what another one did, and what time did, within
 * `every` seconds (1 to 3600). Looking restarts no idle clock. A store that is away says nothing about its sessions: it is
 * asked again the next time, and nobody is told. `since` is `countOf(store)` when the session was read last.
 */
export function watchSession<Data>(
  settings: Settings<Data>,
  { cookieName, ...session }: WatchedSession,
  every: number,
  ended: (reason: SessionEnd) => void,
  since: number = countOf(settings.store),
): StopWatching {
  const { store } = settings;
  const known = alike(store, session);
  const watched = known ?? begin(settings, cookieName, session);
  if (!known) enter(store, watched);
  startRounds(watched, every);
  watched.ended.add(ended);
  if (since !== countOf(store)) void watched.look(); // it may have ended while the connection was being opened
  return () => {
    watched.ended.delete(ended);
    if (watched.ended.size > 0) return;
    stopRounds(watched);
    leave(store, watched);
  };
}

function begin<Data>(
  settings: Settings<Data>,
  cookieName: string,
  session: Omit<WatchedSession, "cookieName">,
): Watched {
  const { store } = settings;
  let looking: Promise<void> | undefined;
  let again = false;
  const look = async (): Promise<void> => {
    const reason = await whyEnded(settings, cookieName, session.token);
    if (reason === undefined) return;
    const told = [...watched.ended];
    watched.ended.clear();
    stopRounds(watched);
    leave(store, watched);
    for (const ended of told) tell(ended, reason);
  };
  const watched: Watched = {
    ...session,
    ended: new Set(),
    left: 0,
    // What happens while it is looked at may have come too late for that look.
    look() {
      if (looking) {
        again = true;
        return looking;
      }
      looking = (async () => {
        do {
          again = false;
          await look();
        } while (again && watched.ended.size > 0);
        looking = undefined;
      })();
      return looking;
    },
  };
  return watched;
}

/** Why the token is no session; `undefined` where it is one, or where the store does not say. */
async function whyEnded<Data>(
  settings: Settings<Data>,
  cookieName: string,
  token: string,
): Promise<SessionEnd | undefined> {
  try {
    const { store } = settings;
    const result = await callStore(settings, cookieName, readAnswer, (context) =>
      store.read(token, { ...context, peek: true }),
    );
    return "refused" in result ? result.refused : undefined;
  } catch {
    return undefined; // told as store.failed
  }
}

/** Whoever fails at being told keeps the news from nobody else. */
export function tell(ended: (reason: SessionEnd) => void, reason: SessionEnd): void {
  try {
    ended(reason);
  } catch (error) {
    console.error("ringlight: who was told that a session ended failed", error);
  }
}

/** The session that a connection has once it is answered: the one of its request, or what the answer made of it. */
import { readAnswer } from "../answers.ts";
import { callStore } from "../calls.ts";
import { withSetCookies } from "../cookie-header.ts";
import type { Opened } from "../open.ts";
import type { SessionRequest, Settings } from "../options.ts";
import { cameCookies } from "../token-cookies.ts";
import { type StopWatching, tell, type WatchedSession, watchSession } from "./watch-session.ts";
import { countOf, type SessionEnd } from "./watched.ts";

/** Watches it from when it is called; see `watchSession`. Where there is none, nothing is told. */
export type WatchAnswered = (every: number, ended: (reason: SessionEnd) => void) => StopWatching;

/** For a request that was answered with these Set-Cookie lines. */
export function watchAnswered<Data>(
  settings: Settings<Data>,
  { headers }: SessionRequest,
  opened: Opened,
  lines: readonly string[],
): WatchAnswered {
  if (lines.length === 0) {
    const session = asOpened(opened);
    return (every, ended) => (session ? watchSession(settings, session, every, ended, opened.since) : () => {});
  }
  const { name } = opened.cookie;
  const { token } = cameCookies(withSetCookies(headers.cookie, lines), name, settings.store.clock === true);
  return (every, ended) => {
    let stop: StopWatching = () => {};
    let isStopped = false;
    const since = countOf(settings.store);
    const begin = (session: WatchedSession | SessionEnd): void => {
      if (isStopped) return;
      if (typeof session === "string") tell(ended, session);
      else stop = watchSession(settings, session, every, ended, since);
    };
    if (token !== undefined) found(settings, token, name).then(begin);
    return () => {
      isStopped = true;
      stop();
    };
  };
}

function asOpened({ record, token, binding, status, cookie }: Opened): WatchedSession | undefined {
  if (!record || token === undefined) return undefined;
  const handle = status.state === "live" ? status.handle : undefined;
  return { token, binding, handle, subject: record.subject, cookieName: cookie.name };
}

/** A store that is away is asked again in the rounds, by the token alone. */
async function found<Data>(
  settings: Settings<Data>,
  token: string,
  cookieName: string,
): Promise<WatchedSession | SessionEnd> {
  try {
    const { store } = settings;
    const read = await callStore(settings, cookieName, readAnswer, (context) =>
      store.read(token, { ...context, peek: true }),
    );
    if ("refused" in read) return read.refused;
    const { binding = token, handle, record } = read;
    return { token, binding, handle, subject: record.subject, cookieName };
  } catch {
    return { token, binding: token, handle: undefined, subject: undefined, cookieName };
  }
}

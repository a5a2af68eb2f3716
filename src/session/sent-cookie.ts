/** When the session's cookies are sent, and with which Max-Age. */
import { readAnswer } from "./answers.ts";
import { callStore } from "./calls.ts";
import type { Commitment } from "./commitment.ts";
import { deleteCookieLine, type SessionCookieAttrs, setCookieLine } from "./cookie.ts";
import { absoluteDeadline } from "./expiry.ts";
import type { ForeignCookies } from "./reader.ts";
import type { SessionRecord } from "./record.ts";
import { cookiesFor, sameData } from "./token-cookies.ts";

const NONE: readonly string[] = [];

/** An unchanged session: what the store changed of its token is sent, and all of it when its Max-Age should move. */
export async function keepCookies<Data>(commitment: Commitment<Data>, base: SessionRecord): Promise<readonly string[]> {
  const { settings, opened } = commitment;
  const token = opened.token!;
  if (!wantsCookies(commitment, base)) {
    if (token === opened.came.token) return NONE;
    if (opened.came.token !== undefined && sameData(token, opened.came.token))
      return cookieLines(commitment, base, token); // the idle clock alone
  }
  // A sign-in may have been faster: the old token must not go out over the new one.
  const still = await callStore(settings, opened.cookie.name, readAnswer, (context) =>
    settings.store.read(token, context),
  );
  return "record" in still ? cookieLines(commitment, still.record, token) : NONE;
}

/** Whether a response that changed nothing of the token sends its cookies all the same. */
export function wantsCookies<Data>({ settings, opened, attrs }: Commitment<Data>, base: SessionRecord): boolean {
  // That of `persist` lasts as long as its session, so there is nothing to move.
  const rolls = opened.restarted && base.persist === undefined && settings.maxAge !== undefined;
  return rolls || Object.keys(attrs).length > 0;
}

/** The Set-Cookie lines that bring a session's token to the browser; its Max-Age never outlives the session. */
export function cookieLines<Data>(
  commitment: Commitment<Data>,
  record: SessionRecord,
  token: string,
): readonly string[] {
  const { settings, opened, attrs } = commitment;
  const { cookie, came } = opened;
  const { set, remove } = cookiesFor(cookie.name, token, came, wantsCookies(commitment, record));
  const wanted = attrs.maxAge ?? record.persist ?? settings.maxAge;
  const left = Math.floor((absoluteDeadline(record, settings.limits) - settings.now()) / 1000);
  const sent: SessionCookieAttrs =
    wanted === undefined ? attrs : { ...attrs, maxAge: Math.max(0, Math.min(wanted, left)) };
  return [
    ...set.map(([name, value]) => setCookieLine({ ...cookie, name }, value, sent)),
    ...remove.map((name) => deleteCookieLine({ ...cookie, name }, attrs)),
  ];
}

/** The Set-Cookie lines that remove all of the session's cookies that came. */
export function deleteCookieLines<Data>({ opened, attrs }: Commitment<Data>): readonly string[] {
  const { cookie, came } = opened;
  return came.names.map((name) => deleteCookieLine({ ...cookie, name }, attrs));
}

/** The Set-Cookie lines that remove the other application's cookies whose session was taken over. */
export function deleteForeignLines({ names, path, domain }: ForeignCookies): readonly string[] {
  return names.map((name) => {
    const secure = /^__(host|secure|http)-/i.test(name);
    return deleteCookieLine({ name, attributes: { path, domain, secure, httpOnly: true } }, {});
  });
}

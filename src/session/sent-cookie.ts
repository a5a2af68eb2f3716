/** When the session's cookie is sent, and with which Max-Age. */
import { callStore } from "./calls.ts";
import type { Commitment } from "./commitment.ts";
import { setCookieLine } from "./cookie.ts";
import { absoluteDeadline } from "./expiry.ts";
import type { SessionRecord } from "./record.ts";

/** An unchanged session: its cookie is sent again when its Max-Age should move, or when the response asks for it. */
export async function keepCookie<Data>(commitment: Commitment<Data>, base: SessionRecord): Promise<string | undefined> {
  const { settings, opened } = commitment;
  if (!wantsCookie(commitment, base)) return undefined;
  const token = opened.token!;
  // A sign-in may have been faster: the old token must not go out over the new one.
  const still = await callStore(settings, (context) => settings.store.read(token, context));
  return "record" in still ? cookieLine(commitment, still.record, token) : undefined;
}

/** Whether a response that changed nothing of the token sends the cookie all the same. */
export function wantsCookie<Data>({ settings, opened, attrs }: Commitment<Data>, base: SessionRecord): boolean {
  const rolls = opened.restarted && (base.persist ?? settings.maxAge) !== undefined;
  return rolls || Object.keys(attrs).length > 0;
}

/** The Set-Cookie line for a session's token; its Max-Age never outlives the session. */
export function cookieLine<Data>(
  { settings, opened, attrs }: Commitment<Data>,
  record: SessionRecord,
  token: string,
): string {
  const wanted = record.persist ?? settings.maxAge;
  if (wanted === undefined) return setCookieLine(opened.cookie, token, attrs);
  const left = Math.floor((absoluteDeadline(record, settings.limits) - settings.now()) / 1000);
  return setCookieLine(opened.cookie, token, { maxAge: Math.max(0, Math.min(wanted, left)), ...attrs });
}

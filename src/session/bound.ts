/** A session that another library keeps, found and named by its own cookie: what the engine does otherwise. */
import { RinglightError } from "../errors.ts";
import { fromFields } from "./change.ts";
import type { SessionCookieAttrs } from "./cookie.ts";
import type { Settings } from "./options.ts";
import { subjectOf } from "./subject.ts";
import { type CameCookies, cameCookies } from "./token-cookies.ts";

/** The settings of one request: with its own store, where the store is a host's. */
export function boundTo<Data>(settings: Settings<Data>, request: object): Settings<Data> {
  const { store, codec, subject } = settings;
  if (!store.of) return settings;
  const bound = store.of(request, (data) => subjectOf(subject, fromFields(data, codec)));
  return { ...settings, store: bound, bound, requireHttps: false }; // on which scheme it travels, the host says
}

/** What came for the session: cookies of ours, or what the host has found. */
export function cameFor<Data>(
  { bound, store }: Settings<Data>,
  header: string | undefined,
  cookieName: string,
): CameCookies {
  if (!bound) return cameCookies(header, cookieName, store.clock === true);
  return { token: bound.token, mixed: false, doubled: false, names: [] };
}

/** Throws `ERR_COOKIE_ATTRIBUTE` for attributes of a cookie that is not ours. */
export function checkOwnCookie<Data>({ bound }: Settings<Data>, attrs: SessionCookieAttrs | undefined): void {
  if (!bound || !attrs) return;
  const remedy = "the session's cookie is the host's: set it there. Nothing was stored.";
  throw new RinglightError("ERR_COOKIE_ATTRIBUTE", `sessionCookieAttrs: ${remedy}`, { option: "sessionCookieAttrs" });
}

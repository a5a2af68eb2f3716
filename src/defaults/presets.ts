/**
 * The four presets of ring-defaults as plain frozen data, with Ring's keys in camel case. `false` leaves a middleware
 * out; `true` takes it with its own defaults; anything else is its options. They hold no store and no key: each
 * `wrapDefaults` makes its own.
 */
import type { SecurityDefaults } from "./config.ts";
import { freezeDeep } from "./merge.ts";

/** For an API: parameters, and responses that say what they are. */
export interface ApiDefaults {
  /** Which preset fills in what a change of a part leaves out. */
  readonly base: "api";
  readonly params: { readonly urlencoded: true; readonly multipart: false; readonly nested: false };
  readonly cookies: false;
  readonly session: false;
  readonly security: Security;
  readonly static: { readonly resources: false; readonly files: false };
  readonly responses: Responses;
  readonly websocket: false;
  readonly proxy: false;
}

/** `apiDefaults` on https alone. */
export interface SecureApiDefaults extends Omit<ApiDefaults, "base" | "security"> {
  readonly base: "secureApi";
  readonly security: Omit<Security, keyof Tls> & Tls;
}

/** For a site with pages and forms: cookies, a session with flash, anti-forgery, static files. */
export interface SiteDefaults {
  readonly base: "site";
  readonly params: { readonly urlencoded: true; readonly multipart: true; readonly nested: true };
  readonly cookies: true;
  readonly session: {
    readonly flash: true;
    readonly cookieAttrs: { readonly httpOnly: true; readonly sameSite: "lax" };
  };
  readonly security: Omit<Security, keyof Pages> & Pages;
  /** An application without static files need not have the folder. */
  readonly static: { readonly resources: { readonly root: "public"; readonly optional: true }; readonly files: false };
  readonly responses: Responses;
  readonly websocket: { readonly keepalive: true };
  readonly proxy: false;
}

/** `siteDefaults` on https alone. */
export interface SecureSiteDefaults extends Omit<SiteDefaults, "base" | "session" | "security"> {
  readonly base: "secureSite";
  readonly session: {
    readonly flash: true;
    readonly cookieAttrs: { readonly httpOnly: true; readonly sameSite: "lax"; readonly secure: true };
  };
  readonly security: Omit<Security, keyof Pages | keyof Tls> & Pages & Tls;
}

/** Every name of the part, off. */
type Security = { readonly [Name in keyof SecurityDefaults]-?: false };

interface Pages {
  readonly antiForgery: true;
  readonly frameOptions: "sameorigin";
  readonly contentTypeOptions: "nosniff";
}

interface Tls {
  readonly sslRedirect: true;
  readonly hsts: true;
}

interface Responses {
  readonly notModifiedResponses: true;
  readonly absoluteRedirects: false;
  readonly contentLength: true;
  readonly contentTypes: true;
  readonly defaultCharset: "utf-8";
}

const responses: Responses = {
  notModifiedResponses: true,
  absoluteRedirects: false,
  contentLength: true,
  contentTypes: true,
  defaultCharset: "utf-8",
};

const security: Security = {
  antiForgery: false,
  frameOptions: false,
  contentTypeOptions: false,
  contentSecurityPolicy: false,
  referrerPolicy: false,
  sslRedirect: false,
  hsts: false,
};

const pages: Pages = { antiForgery: true, frameOptions: "sameorigin", contentTypeOptions: "nosniff" };
const tls: Tls = { sslRedirect: true, hsts: true };

/** Ring's `api-defaults`. */
export const apiDefaults: ApiDefaults = freezeDeep({
  base: "api",
  params: { urlencoded: true, multipart: false, nested: false },
  cookies: false,
  session: false,
  security,
  static: { resources: false, files: false },
  responses,
  websocket: false,
  proxy: false,
});

/** Ring's `secure-api-defaults`. */
export const secureApiDefaults: SecureApiDefaults = freezeDeep({
  ...apiDefaults,
  base: "secureApi",
  security: { ...apiDefaults.security, ...tls },
});

/** Ring's `site-defaults`. */
export const siteDefaults: SiteDefaults = freezeDeep({
  base: "site",
  params: { urlencoded: true, multipart: true, nested: true },
  cookies: true,
  session: { flash: true, cookieAttrs: { httpOnly: true, sameSite: "lax" } },
  security: { ...security, ...pages },
  static: { resources: { root: "public", optional: true }, files: false },
  responses,
  websocket: { keepalive: true },
  proxy: false,
});

/** Ring's `secure-site-defaults`. */
export const secureSiteDefaults: SecureSiteDefaults = freezeDeep({
  ...siteDefaults,
  base: "secureSite",
  session: { flash: true, cookieAttrs: { httpOnly: true, sameSite: "lax", secure: true } },
  security: { ...siteDefaults.security, ...tls },
});

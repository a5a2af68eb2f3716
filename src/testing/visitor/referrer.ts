/** What a page says of itself in requests that come from it: Referer and Origin (W3C Referrer Policy, 8.4; Fetch, 3.2). */

/** The page that a request comes from. */
export interface Opener {
  readonly url: string;
  /** Its `Referrer-Policy`; `null` where it has none. */
  readonly referrerPolicy: string | null;
}

/** The Referer of a request to the opener's own origin; `undefined`: none. */
export function refererOf({ url, referrerPolicy }: Opener): string | undefined {
  switch (inForce(referrerPolicy)) {
    case "no-referrer":
      return undefined;
    case "origin":
    case "strict-origin":
      return `${new URL(url).origin}/`;
    default: {
      const referer = new URL(url);
      referer.hash = "";
      return referer.href;
    }
  }
}

/** The Origin of a form: `null` from a page that says nothing of itself. */
export function originFrom(opener: Opener | undefined, origin: string): string {
  return opener !== undefined && inForce(opener.referrerPolicy) === "no-referrer" ? "null" : origin;
}

const POLICIES: readonly string[] = [
  "no-referrer",
  "no-referrer-when-downgrade",
  "same-origin",
  "origin",
  "strict-origin",
  "origin-when-cross-origin",
  "strict-origin-when-cross-origin",
  "unsafe-url",
];

/** The last that is known (Referrer Policy, 8.1). */
function inForce(policy: string | null): string | undefined {
  const names = (policy ?? "").split(",").map((name) => name.trim().toLowerCase());
  return names.findLast((name) => POLICIES.includes(name));
}

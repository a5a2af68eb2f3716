/** A request on its way, and where it goes. */

/** A request as it goes out, redirects not followed. */
export interface Outgoing {
  readonly method: string;
  readonly url: URL;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer> | null;
}

/** Where requests go, and the origin that they are for where nothing else is said. */
export interface Destination {
  readonly origin: string;
  readonly send: (request: Outgoing) => Promise<Response>;
}

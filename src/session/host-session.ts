/** The session of a host's request, as its mount hands it in: `request.hostSession`. */

/** A few functions over what the host calls `req.session`. */
export interface HostSession {
  /** What is in it under the keys of data, ours too; `undefined` where the host has no session for this request. */
  readonly data: () => Readonly<Record<string, unknown>> | undefined;
  /** Its secret id, another after each `regenerate`. */
  readonly id: () => string;
  /** Whether the host keeps something of its own under this key, so that data cannot. */
  readonly keeps: (key: string) => boolean;
  /** Puts these data in the place of those that are there, in this process alone. */
  readonly replace: (data: Readonly<Record<string, unknown>>) => void;
  /** Ends the session and begins an empty one under another id. */
  readonly regenerate: () => Promise<void>;
  readonly destroy: () => Promise<void>;
  /** Stores what was put in. */
  readonly save: () => Promise<void>;
  /** Whether the host takes what `save` failed to store for stored, so that it does not try again when the response ends. */
  readonly savesOnce: boolean;
}

/** What a mount adds to the request. */
export interface WithHostSession {
  readonly hostSession?: HostSession | undefined;
}

/** What a handler is marked with that needs a host's session. */
export const HOST_SESSION = "hostStore";

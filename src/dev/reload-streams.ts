/** The streams on which pages hear that the site has changed. */

/** All pages that listen, and the state of the site. */
export interface ReloadStreams {
  /** Names this state of the site: another text after each change, and in each process. */
  state(): string;
  /** A body of type text/event-stream that says the state, now and after each change. */
  open(): ReadableStream<Uint8Array>;
  /** The site has changed: tells all pages. */
  change(): void;
}

/** How soon a browser asks again after the server went away, in milliseconds. */
const RETRY = 300;
const SIGNALS = ["SIGTERM", "SIGINT"] as const;

export function reloadStreams(): ReloadStreams {
  const listeners = new Set<ReadableStreamDefaultController<Uint8Array>>();
  let boot: string | undefined; // made at the first request: workerd forbids randomness while a module loads
  let changes = 0;
  const state = (): string => {
    boot ??= crypto.randomUUID();
    return `${boot}.${changes}`;
  };
  const say = (): Uint8Array => new TextEncoder().encode(`retry: ${RETRY}\ndata: ${state()}\n\n`);
  const end = (): void => {
    for (const listener of listeners) listener.close();
    listeners.clear();
    unhear(end);
  };
  return {
    state,
    open() {
      let own: ReadableStreamDefaultController<Uint8Array>;
      return new ReadableStream<Uint8Array>({
        start(controller) {
          own = controller;
          listeners.add(controller);
          if (listeners.size === 1) hear(end);
          controller.enqueue(say());
        },
        cancel() {
          listeners.delete(own);
          if (listeners.size === 0) unhear(end);
        },
      });
    },
    change() {
      changes++;
      for (const listener of listeners) listener.enqueue(say());
    },
  };
}

// A server that stops waits for requests in flight, and these would be so for ever. Only where somebody listens for the
// signal already: the first listener would keep it from ending the process.
function hear(end: () => void): void {
  for (const signal of SIGNALS) if ((globalThis.process?.listenerCount?.(signal) ?? 0) > 0) process.on(signal, end);
}

function unhear(end: () => void): void {
  for (const signal of SIGNALS) globalThis.process?.removeListener?.(signal, end);
}

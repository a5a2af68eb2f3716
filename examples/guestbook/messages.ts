/** The guestbook's messages: in memory, the newest 500. */

export const MAX_NAME = 40;
export const MAX_MESSAGE = 500;
const KEPT = 500;

export interface Message {
  readonly by: string;
  readonly text: string;
  readonly at: Date;
}

export interface Guestbook {
  add(by: string, text: string): void;
  /** The newest `count` messages, newest first. */
  newest(count: number): readonly Message[];
}

export function guestbook(now: () => number = Date.now): Guestbook {
  const messages: Message[] = [];
  return {
    add(by, text) {
      messages.unshift({ by, text, at: new Date(now()) });
      messages.length = Math.min(messages.length, KEPT);
    },
    newest: (count) => messages.slice(0, count),
  };
}

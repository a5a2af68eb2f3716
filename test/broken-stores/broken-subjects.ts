/** Stores that end the wrong sessions of a subject. */
import type { Store } from "../../src/session/store.ts";
import type { BrokenStore } from "./broken-store.ts";
import { plainStore } from "./plain-store.ts";

export const brokenSubjects: readonly BrokenStore[] = [
  {
    name: "ending all of a subject's sessions ends nothing",
    caughtBy: "deleteAll ends every session of the subject and no other",
    open: () => plainStore({ remove: () => {} }),
  },
  {
    name: "ending all of a subject's sessions ends everybody's",
    caughtBy: "deleteAll ends every session of the subject and no other",
    open: () => plainStore({ remove: (_token, records) => records.clear() }),
  },
  {
    name: "ending all of a subject's sessions but one ends that too",
    caughtBy: "deleteAll keeps the one that it is told to, and gives its token",
    open: () => plainStore({ mayKeep: () => false }),
  },
  {
    name: "ending all of a subject's sessions says that it kept another subject's",
    caughtBy: "deleteAll keeps nothing where the token is another subject's",
    open: () => plainStore({ mayKeep: () => true }),
  },
  {
    name: "who is signed out by another device's ending of all sessions still ends that one",
    caughtBy: "deleteAll ends nobody where the token to keep was itself ended, or is none",
    open: () =>
      plainStore({
        whenEnded: (subject, records) => {
          for (const [token, record] of records) if (record.subject === subject) records.delete(token);
          return undefined;
        },
      }),
  },
  {
    name: "ending all of a subject's sessions empties them, and leaves them there",
    caughtBy: "deleteAll leaves nothing for a change in flight to bring back",
    open: () =>
      plainStore({ remove: (token, records) => records.set(token, { ...records.get(token)!, subject: undefined }) }),
  },
  {
    name: "ending all of a subject's sessions goes by whose they were at the beginning",
    caughtBy: "deleteAll goes by whose a session is now, not by whose it was",
    open: () => byFirstSubject(),
  },
];

function byFirstSubject(): Store {
  const sound = plainStore();
  const began = new Map<string, string>();
  return {
    ...sound,
    async create(draft, context) {
      const token = await sound.create(draft, context);
      if (draft.subject !== undefined) began.set(token, draft.subject);
      return token;
    },
    async deleteAll(subject, { but }, context) {
      for (const [token, first] of began) if (first === subject && token !== but) await sound.delete(token, context);
      return but;
    },
  };
}

/** Stores that list the wrong sessions, or end them by any handle. */
import { memoryStore } from "../../src/stores/memory.ts";
import type { BrokenStore } from "./broken-store.ts";

export const brokenLists: readonly BrokenStore[] = [
  {
    name: "a list keeps what has expired",
    caughtBy: "list gives the subject's live sessions and nobody else's, the one used last first",
    open: () => {
      const store = memoryStore();
      const endless = { timeout: 1e9, absolute: 1e9, refresh: 60, grace: 60 };
      return { ...store, list: (subject, context) => store.list!(subject, { ...context, limits: endless }) };
    },
  },
  {
    name: "a list is in no order",
    caughtBy: "list gives the subject's live sessions and nobody else's, the one used last first",
    open: () => {
      const store = memoryStore();
      return { ...store, list: async (...call) => [...(await store.list!(...call))].reverse() };
    },
  },
  {
    name: "the handle is told under another name than in the list",
    caughtBy: "a handle is a session's own, through renewals, and opens nothing",
    open: () => {
      const store = memoryStore();
      return { ...store, read: async (...call) => ({ ...(await store.read(...call)), handle: "other" }) };
    },
  },
  {
    name: "anybody's session ends by its handle",
    caughtBy: "end takes only the subject's own handles, and no junk",
    open: () => {
      const store = memoryStore();
      const subjects = ["alice", "bob"];
      const end = async (handle: string, context: Parameters<typeof store.read>[1]) => {
        for (const subject of subjects) if (await store.end!(subject, handle, context)) return true;
        return false;
      };
      return { ...store, end: (_subject, handle, context) => end(handle, context) };
    },
  },
  {
    name: "a session that signed in is not in the list",
    caughtBy: "list goes by whose a session is now",
    open: () => {
      const store = memoryStore();
      return {
        ...store,
        list: async (...call) =>
          (await store.list!(...call)).filter(({ authenticatedAt }) => authenticatedAt !== undefined),
        update: async (token, change, context) =>
          store.update(
            token,
            change.rotation ? { ...change, rotation: { ...change.rotation, authenticated: false } } : change,
            context,
          ),
      };
    },
  },
];

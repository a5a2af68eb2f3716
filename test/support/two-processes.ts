/** Two stores over one backend, as two processes have them: operations go to the one and the other in turn. */
import type { Store } from "../../src/session/store.ts";

export function twoProcesses(one: Store, two: Store): Store {
  let calls = 0;
  const next = () => (calls++ % 2 === 0 ? one : two);
  return {
    ...one,
    read: (...call) => next().read(...call),
    create: (...call) => next().create(...call),
    update: (...call) => next().update(...call),
    delete: (...call) => next().delete(...call),
  };
}

/** A request that says so when somebody changes it. */
import { violation } from "./violation.ts";

/**
 * The same keys; a change throws `ERR_LINT`, in sloppy mode too, where a frozen object would drop it in silence. What is
 * spread from it is a copy as any other.
 */
export function readOnly<T extends object>(target: T, name: string): T {
  const refuse = (_: T, key: string | symbol): never => {
    throw violation(
      "1.1",
      `${name}${typeof key === "string" ? `.${key}` : ""} was changed in place: hand on a copy, such as { ...request, user }`,
    );
  };
  const setPrototypeOf = (): never => refuse(target, "prototype");
  return new Proxy(target, { set: refuse, defineProperty: refuse, deleteProperty: refuse, setPrototypeOf });
}

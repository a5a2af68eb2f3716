/** Whether a Redis server may throw sessions away. */

/** What is to be done about a server whose INFO on memory says that it evicts; `undefined` where nothing is. */
export function unsafeMemory(info: string): string | undefined {
  const of = (name: string) => new RegExp(`^${name}:(\\S+)`, "m").exec(info)?.[1];
  const policy = of("maxmemory_policy");
  if (Number(of("maxmemory") ?? 0) === 0) return undefined;
  if (policy === undefined || policy === "noeviction" || policy === "volatile-ttl") return undefined;
  return (
    `Redis evicts by ${policy}: sessions can vanish, and others live on that are no longer listed under their subject. ` +
    "Set maxmemory-policy to noeviction, or to volatile-ttl."
  );
}

/** The clients that `redisStore` takes, typed by the few members that are used, and one way to talk to each. */
import { badOption } from "../errors.ts";

/** `ioredis` or `iovalkey`: a `Redis` (single, Sentinel) or a `Cluster`. */
export interface IoRedisClient {
  // Whatever the library's types take: here it is texts.
  call(command: never, ...args: never[]): Promise<unknown>;
  pipeline(commands: never): { exec(): Promise<unknown> };
}

/** `redis` (node-redis), connected by you: `createClient`, `createClientPool`, `createSentinel` or `createCluster`. */
export interface NodeRedisClient {
  sendCommand(...args: never[]): Promise<unknown>;
}

/** Any of the clients, as the application has made it. */
export type RedisClient = IoRedisClient | NodeRedisClient;

/** A command: its name in lower case, and its arguments. */
export type Command = readonly string[];

/** What `redisStore` needs of a client. */
export interface RedisConnection {
  /** Whether keys live on several nodes, so that no script spans two of them. */
  readonly cluster: boolean;
  /** Sends a command to the primary that holds the key. */
  send(key: string, command: Command): Promise<unknown>;
  /** Sends two, one after the other, on the same connection; in one round trip where the client can. */
  sendBoth(key: string, first: Command, second: Command): Promise<[unknown, unknown]>;
}

/**
 * Throws `ERR_OPTION` for what is no client, and for one of ioredis or iovalkey that was made to read from replicas; those
 * of `redis` are told at each command that it must not.
 */
export function connectionOf(client: RedisClient): RedisConnection {
  const given = client as unknown as Partial<IoRedis & NodeRedis> | undefined;
  if (typeof given?.call === "function" && typeof given.pipeline === "function") return ofIoRedis(given as IoRedis);
  if (typeof given?.sendCommand !== "function")
    throw badOption(
      "client",
      "must be a client of redis, ioredis or iovalkey, or a URL such as redis://127.0.0.1:6379",
    );
  if ("masters" in given) return ofNodeRedisCluster(client as never as NodeRedisCluster);
  if ("getSentinelNode" in given) return ofNodeRedisSentinel(client as never as NodeRedisSentinel);
  if ("execute" in given) return ofNodeRedisPool(client as never as NodeRedisPool);
  return ofNodeRedis(given as NodeRedis);
}

interface IoRedis {
  call(command: string, ...args: readonly string[]): Promise<unknown>;
  pipeline(commands: readonly Command[]): {
    exec(): Promise<ReadonlyArray<readonly [error: Error | null, result: unknown]> | null>;
  };
  readonly isCluster?: boolean;
  readonly options?: { readonly scaleReads?: unknown; readonly role?: unknown };
}

function ofIoRedis(client: IoRedis): RedisConnection {
  const cluster = client.isCluster === true;
  const { scaleReads = "master", role = "master" } = client.options ?? {};
  if ((cluster && scaleReads !== "master") || role !== "master")
    throw badOption(
      "client",
      "reads from replicas, where a session that ended may still live: leave scaleReads and role",
    );
  return {
    cluster,
    send: (_key, [name, ...args]) => client.call(name!, ...args),
    async sendBoth(_key, first, second) {
      const answers = (await client.pipeline([first, second]).exec()) ?? [];
      for (const [error] of answers) if (error) throw error;
      return [answers[0]?.[1], answers[1]?.[1]];
    },
  };
}

interface NodeRedis {
  sendCommand(command: Command): Promise<unknown>;
}

function ofNodeRedis(client: NodeRedis): RedisConnection {
  return {
    cluster: false,
    send: (_key, command) => client.sendCommand(command),
    sendBoth: (_key, first, second) => both(client.sendCommand(first), client.sendCommand(second)),
  };
}

interface NodeRedisPool extends NodeRedis {
  execute<T>(withOne: (client: NodeRedis) => Promise<T>): Promise<T>;
}

function ofNodeRedisPool(client: NodeRedisPool): RedisConnection {
  const sendBoth: RedisConnection["sendBoth"] = (_key, first, second) =>
    client.execute((one) => both(one.sendCommand(first), one.sendCommand(second)));
  return { ...ofNodeRedis(client), sendBoth };
}

interface NodeRedisSentinel {
  sendCommand(isReadonly: boolean, command: Command): Promise<unknown>;
  use<T>(withOne: (client: Pick<NodeRedisSentinel, "sendCommand">) => Promise<T>): Promise<T>;
}

function ofNodeRedisSentinel(client: NodeRedisSentinel): RedisConnection {
  return {
    cluster: false,
    send: (_key, command) => client.sendCommand(false, command), // false: never a replica
    sendBoth: (_key, first, second) =>
      client.use((one) => both(one.sendCommand(false, first), one.sendCommand(false, second))),
  };
}

interface NodeRedisCluster {
  sendCommand(firstKey: string, isReadonly: boolean, command: Command): Promise<unknown>;
  multi(routing: string): {
    addCommand(
      firstKey: string,
      isReadonly: boolean,
      command: Command,
    ): { execAsPipeline(): Promise<readonly unknown[]> };
  };
}

function ofNodeRedisCluster(client: NodeRedisCluster): RedisConnection {
  const send = (key: string, command: Command) => client.sendCommand(key, false, command);
  return {
    cluster: true,
    send,
    // Two round trips: alone, the second would go to all nodes, as its command's policy says; a pipeline goes to the key's.
    async sendBoth(key, first, second) {
      const answer = await send(key, first);
      const [other] = await client.multi(key).addCommand(key, false, second).execAsPipeline();
      return [answer, other];
    },
  };
}

async function both(first: Promise<unknown>, second: Promise<unknown>): Promise<[unknown, unknown]> {
  second.catch(() => {}); // the first one's failure is the news
  return [await first, await second];
}

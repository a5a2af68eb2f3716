/** `redisStore("redis://…")`: a connection by way of whichever client library is installed. */
import { createRequire } from "node:module";
import { join } from "node:path";
import { badOption } from "../errors.ts";
import { withinLimit } from "../session/within-limit.ts";
import { connectionOf, type RedisClient, type RedisConnection } from "./redis-client.ts";

/** A connection that this store has opened, and closes. */
export interface OpenedConnection {
  readonly connection: RedisConnection;
  close(): Promise<void>;
}

/** At most so many milliseconds between two attempts to connect again. */
const RECONNECT = 100;

/** Seconds that an operation waits for a connection that is being made; then it fails with why there is none. */
const GRACE = 0.25;

interface Connecting {
  on(event: "error" | "ready", listener: (error?: unknown) => void): unknown;
}

interface NodeRedisModule {
  createClient(options: object): RedisClient &
    Connecting & {
      readonly isReady: boolean;
      connect(): Promise<unknown>;
      close(): Promise<unknown>;
      destroy(): void;
    };
}

interface IoRedisModule {
  Redis: new (
    url: string,
    options: object,
  ) => RedisClient & Connecting & { readonly status: string; quit(): Promise<unknown>; disconnect(): void };
}

/**
 * Connects with `redis`, else `ioredis`, else `iovalkey`, whichever can be resolved; a connection that is lost is tried
 * again after at most
 * 100 ms, for ever. Throws `ERR_OPTION` for a URL that is none, and where neither is installed.
 */
export function connectByUrl(url: string): OpenedConnection {
  if (!/^rediss?:\/\/[^/]/.test(url) || !URL.canParse(url))
    throw badOption("client", "must be a URL such as redis://127.0.0.1:6379 or rediss://user:password@host:6380");
  const redis = load<NodeRedisModule>("redis");
  if (redis) return byNodeRedis(redis, url);
  const ioredis = load<IoRedisModule>("ioredis") ?? load<IoRedisModule>("iovalkey");
  if (ioredis) return byIoRedis(ioredis, url);
  throw badOption("client", "to connect by a URL a client must be installed: npm install redis (or ioredis)");
}

/** The application's library, found from here or, where packages see only what they declare, from where it runs. */
function load<Module>(name: string): Module | undefined {
  for (const from of [import.meta.url, join(process.cwd(), "package.json")]) {
    try {
      return createRequire(from)(name) as Module;
    } catch (error) {
      if ((error as { readonly code?: unknown }).code !== "MODULE_NOT_FOUND") throw error;
    }
  }
  return undefined;
}

function byNodeRedis({ createClient }: NodeRedisModule, url: string): OpenedConnection {
  const reconnectStrategy = (retries: number) => Math.min(RECONNECT, 10 * 2 ** retries);
  const client = createClient({ url, socket: { reconnectStrategy } });
  const connection = onceReady(client, connectionOf(client), () => client.isReady);
  client.connect().catch(() => {}); // told as the event "error"
  const close = closing(
    () => client.close(),
    () => client.destroy(),
  );
  return { connection, close };
}

function byIoRedis({ Redis }: IoRedisModule, url: string): OpenedConnection {
  const retryStrategy = (times: number) => Math.min(RECONNECT, 10 * 2 ** times);
  const client = new Redis(url, { retryStrategy, maxRetriesPerRequest: null });
  const connection = onceReady(client, connectionOf(client), () => client.status === "ready");
  const close = closing(
    () => client.quit(),
    () => client.disconnect(),
  );
  return { connection, close };
}

/**
 * Sends nothing before the server has been greeted: signed in to, and its database chosen. Where that does not come about
 * in a moment, an operation rejects, and its cause is the connection's last error.
 */
function onceReady(client: Connecting, connection: RedisConnection, isReady: () => boolean): RedisConnection {
  let why: unknown;
  let ready = Promise.withResolvers<void>();
  client.on("ready", () => ready.resolve());
  client.on("error", (error) => {
    why = error;
    ready = Promise.withResolvers();
  });
  const connected = async () => {
    if (isReady()) return;
    const words = why instanceof Error ? why.message || (why as NodeJS.ErrnoException).code : "no answer yet";
    await withinLimit(ready.promise, GRACE).catch(() => {
      throw new Error(`not connected to Redis: ${words}`, { cause: why });
    });
  };
  return {
    ...connection,
    send: (...call) => (isReady() ? connection.send(...call) : connected().then(() => connection.send(...call))),
    sendBoth: async (...call) => {
      await connected();
      return connection.sendBoth(...call);
    },
  };
}

/** Waits a second for what is under way, which a server that is away would never answer; once, however often it is asked. */
function closing(gently: () => Promise<unknown>, atOnce: () => void): () => Promise<void> {
  let closed: Promise<void> | undefined;
  return () => {
    closed ??= withinLimit(gently(), 1).then(() => {}, atOnce);
    return closed;
  };
}

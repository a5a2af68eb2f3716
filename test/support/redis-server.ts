/** Real Redis servers for tests: single, Cluster, Sentinel; on free ports of 127.0.0.1, in temporary folders, stopped by process id. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Ending } from "./ending.ts";
import { until } from "./until.ts";

/** What a test cannot do without; `undefined` where the machine has it. In CI it is an error that it has not. */
export const noRedis: string | undefined = reasonWithout("redis-server") ?? reasonWithout("redis-cli");

function reasonWithout(program: string): string | undefined {
  try {
    execFileSync(program, ["--version"], { stdio: "ignore" });
    return undefined;
  } catch {
    const reason = `${program} is not installed (Debian: apt-get install redis-server redis-tools)`;
    if (process.env.CI) throw new Error(reason);
    return reason;
  }
}

export interface RedisServer {
  readonly port: number;
  readonly url: string;
  /** Ends the process: `SIGKILL` as a crash does. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it again on the same port, with the same files. */
  start(): Promise<void>;
  /** One command by a client of its own; the answer as text. */
  command(...args: readonly string[]): string;
}

const taken = new Set<number>();

/** Ports that nobody listens on now, that are near each other's Cluster bus, and that this process has not given out. */
export async function freePort(): Promise<number> {
  for (;;) {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    server.close();
    await once(server, "close");
    if (port + 10_000 > 65_535 || taken.has(port)) continue; // a Cluster node talks on port + 10000
    taken.add(port);
    return port;
  }
}

/** Starts a redis-server with these lines of configuration. */
export async function redisServer(t: Ending, config: Readonly<Record<string, string>> = {}): Promise<RedisServer> {
  return startIn(t, "server", config);
}

async function startIn(
  t: Ending,
  kind: "server" | "sentinel",
  config: Readonly<Record<string, string>>,
): Promise<RedisServer> {
  for (let tries = 1; ; tries++) {
    try {
      return await startOn(await freePort(), t, kind, config);
    } catch (error) {
      if (tries === 5) throw error; // another process may have taken the port meanwhile
    }
  }
}

/** A replica follows without the five seconds that a server waits for further ones. */
const AT_ONCE = { "repl-diskless-sync-delay": "0" };

async function startOn(
  port: number,
  t: Ending,
  kind: "server" | "sentinel",
  config: Readonly<Record<string, string>>,
): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), "redis-"));
  const file = join(folder, "redis.conf");
  const all: Record<string, string> = {
    bind: "127.0.0.1",
    port: String(port),
    dir: folder,
    save: '""',
    ...AT_ONCE,
    ...config,
  };
  if (kind === "sentinel") for (const name of ["save", ...Object.keys(AT_ONCE)]) delete all[name];
  const lines = Object.entries(all).map(([name, value]) => `${name.split("#")[0]} ${value}`);
  writeFileSync(file, `${lines.join("\n")}\n`);
  let child: ChildProcess | undefined;
  const stop = async (signal: NodeJS.Signals = "SIGKILL") => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, "exit");
    child.kill(signal);
    await exit;
  };
  const command = (...args: readonly string[]) =>
    execFileSync("redis-cli", ["-p", String(port), ...args], { encoding: "utf8", stdio: "pipe" }).trim();
  const start = async () => {
    child = spawn("redis-server", kind === "sentinel" ? [file, "--sentinel"] : [file], { stdio: "ignore" });
    for (let tries = 0; tries < 500; tries++) {
      if (child.exitCode !== null) throw new Error(`the ${kind} ended with ${child.exitCode}`);
      if (answers(command)) return;
      await pause(10);
    }
    throw new Error(`the ${kind} does not answer`);
  };
  t.after(async () => {
    await stop();
    rmSync(folder, { recursive: true, force: true });
  });
  await start();
  return { port, url: `redis://127.0.0.1:${port}`, stop, start, command };
}

function answers(command: RedisServer["command"]): boolean {
  try {
    return command("ping") === "PONG";
  } catch {
    return false;
  }
}

/** Three masters and a replica for each, six processes. */
export async function redisCluster(t: Ending): Promise<readonly RedisServer[]> {
  const config = { "cluster-enabled": "yes", "cluster-node-timeout": "1000", "cluster-config-file": "nodes.conf" };
  const nodes = await Promise.all(Array.from({ length: 6 }, () => redisServer(t, config)));
  const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`);
  execFileSync("redis-cli", ["--cluster", "create", ...addresses, "--cluster-replicas", "1", "--cluster-yes"], {
    stdio: "ignore",
  });
  const settled = ({ command }: RedisServer) => {
    const slaves = command("cluster", "nodes")
      .split("\n")
      .filter((line) => line.includes("slave"));
    return command("cluster", "info").includes("cluster_state:ok") && slaves.length === 3;
  };
  await until(() => nodes.every(settled), "the cluster's nodes agree");
  const follows = ({ command }: RedisServer) => {
    const replication = command("info", "replication");
    return replication.includes("role:master") || replication.includes("master_link_status:up");
  };
  await until(() => nodes.every(follows), "every replica follows its master");
  return nodes;
}

export interface Sentinels {
  readonly name: string;
  readonly master: RedisServer;
  readonly replica: RedisServer;
  readonly sentinels: readonly RedisServer[];
}

/** A master, its replica, and three sentinels that watch them. */
export async function redisSentinels(t: Ending): Promise<Sentinels> {
  const master = await redisServer(t);
  const replica = await redisServer(t, { replicaof: `127.0.0.1 ${master.port}` });
  await until(() => replica.command("info", "replication").includes("master_link_status:up"), "the replica follows");
  const name = "guests";
  const config = {
    "sentinel#1": `monitor ${name} 127.0.0.1 ${master.port} 2`,
    "sentinel#2": `down-after-milliseconds ${name} 500`,
    "sentinel#3": `failover-timeout ${name} 3000`,
  };
  const sentinels = await Promise.all([1, 2, 3].map(() => startIn(t, "sentinel", config)));
  const knows = ({ command }: RedisServer) => {
    const about = command("sentinel", "master", name).split("\n");
    const of = (field: string) => about[about.indexOf(field) + 1];
    return of("num-other-sentinels") === "2" && of("num-slaves") === "1";
  };
  await until(() => sentinels.every(knows), "the sentinels know each other");
  return { name, master, replica, sentinels };
}

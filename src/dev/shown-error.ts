/** What a developer is shown of an error: its words and where it was thrown, nothing that hangs on it. */
import { statusOf } from "../failure/status-of.ts";
import type { RequestMap } from "../ring.ts";

/** All of it is text. */
export interface ShownError {
  readonly name: string;
  readonly message: string;
  readonly code: string | undefined;
  readonly status: number;
  /** One line each, as the runtime writes them: `at handler (file:///app/main.ts:3:9)`. */
  readonly frames: readonly string[];
  /** The errors behind it, outermost first, at most five. */
  readonly causes: ReadonlyArray<Pick<ShownError, "name" | "message" | "frames">>;
}

/**
 * Reads an error without its own properties: libraries hang requests, queries and sessions on theirs. What the request's
 * Cookie and Authorization headers hold is blanked where a message quotes it. Never throws, whatever was thrown.
 */
export function shownError(error: unknown, { headers }: Pick<RequestMap, "headers">): ShownError {
  const secrets = secretsOf(headers);
  const causes: unknown[] = [];
  for (let cause = read(error, "cause"); cause !== undefined && causes.length < 5; cause = read(cause, "cause")) {
    causes.push(cause);
  }
  const code = read(error, "code");
  return {
    ...wordsOf(error, secrets),
    code: typeof code === "string" || typeof code === "number" ? blank(String(code), secrets) : undefined,
    status: statusOf(error),
    causes: causes.map((cause) => wordsOf(cause, secrets)),
  };
}

/** The error as a runtime would print it, and its causes. */
export function asText(shown: ShownError): string {
  const lines = ({ name, message, frames }: ShownError["causes"][number]) => [
    `${name}: ${message}`,
    ...frames.map((frame) => `    ${frame}`),
  ];
  return [...lines(shown), ...shown.causes.flatMap((cause) => ["", "Caused by", ...lines(cause)]), ""].join("\n");
}

function wordsOf(error: unknown, secrets: readonly string[]): Pick<ShownError, "name" | "message" | "frames"> {
  if (typeof error !== "object" || error === null) {
    return { name: "Thrown", message: blank(`${typeof error}: ${printed(error)}`, secrets), frames: [] };
  }
  const [name, message] = [text(read(error, "name"), "Error"), text(read(error, "message"), "")];
  return { name: blank(name, secrets), message: blank(message, secrets), frames: framesOf(error, message) };
}

// The message first: a line in it that looks like a frame is a visitor's, and would name a file to be shown.
function framesOf(error: object, message: string): readonly string[] {
  const stack = text(read(error, "stack"), "");
  const start = stack.indexOf(message);
  return stack
    .slice(start === -1 ? 0 : start + message.length)
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => start !== -1 && line.startsWith("at "));
}

function read(value: unknown, key: string): unknown {
  try {
    return (value as Readonly<Record<string, unknown>> | undefined)?.[key] ?? undefined;
  } catch {
    return undefined; // a Proxy, or a getter, that throws
  }
}

function text(value: unknown, otherwise: string): string {
  return typeof value === "string" && value !== "" ? value : otherwise;
}

function printed(value: unknown): string {
  return typeof value === "symbol" || value === undefined || value === null ? String(value) : `${value}`;
}

/** Values of eight characters and more: shorter ones are no secrets, and would blank half of a message. */
function secretsOf(headers: RequestMap["headers"]): readonly string[] {
  const cookies = (headers.cookie ?? "").split(";").map((pair) => pair.slice(pair.indexOf("=") + 1).trim());
  const credentials = [headers.authorization, headers["proxy-authorization"]].map((value = "") =>
    value.replace(/^\S+\s+/, "").trim(),
  );
  return [...cookies, ...cookies.map(decoded), ...credentials].filter((value) => value.length >= 8);
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return "";
  }
}

function blank(words: string, secrets: readonly string[]): string {
  return secrets.reduce((rest, secret) => rest.replaceAll(secret, "[hidden]"), words);
}

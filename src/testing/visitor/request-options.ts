/** What a test says of one request: headers, and a body in one of its forms. */
import { badOption, checkNames } from "../../errors.ts";
import { TOKEN } from "../../http-token.ts";
import type { Outgoing } from "./outgoing.ts";

/** The options of a request; one of `body`, `json` and `form` at most. */
export interface RequestOptions {
  /** Over what a browser and `visitor` would send; `undefined` takes a header away. */
  readonly headers?: Readonly<Record<string, string | undefined>> | undefined;
  /** As `fetch` takes it; a text is `text/plain`, `URLSearchParams` a form, `FormData` multipart. */
  readonly body?: BodyInit | null | undefined;
  /** Sent as `application/json`. */
  readonly json?: unknown;
  /** Fields, sent as `application/x-www-form-urlencoded`. */
  readonly form?: Readonly<Record<string, string>> | undefined;
  /** `"manual"`: a redirect is the answer. Default `"follow"`. */
  readonly redirect?: "follow" | "manual" | undefined;
}

const KNOWN = ["headers", "body", "json", "form", "redirect"] as const;

/** The octets and headers that the options say. `ERR_OPTION` for options that cannot be. */
export async function readRequest(options: RequestOptions): Promise<{
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Outgoing["body"];
}> {
  checkNames(options, KNOWN, "a request");
  const { redirect = "follow", json, form } = options;
  if (redirect !== "follow" && redirect !== "manual") throw badOption("redirect", 'must be "follow" or "manual"');
  const given = [options.body ?? undefined, json, form].filter((each) => each !== undefined);
  if (given.length > 1) throw badOption("body", "is given twice: one of body, json and form");
  const headers = lowered(options.headers);
  if (json !== undefined)
    return { headers: { "content-type": "application/json", ...headers }, body: octets(JSON.stringify(json)) };
  const body = form === undefined ? options.body : new URLSearchParams(form);
  if (body === undefined || body === null) return { headers, body: null };
  const whole = new Response(body);
  const type = whole.headers.get("content-type");
  const said = type === null ? headers : { "content-type": type, ...headers };
  return { headers: said, body: new Uint8Array(await whole.arrayBuffer()) };
}

/** Header names in lower case. `ERR_OPTION` for what are no headers. */
export function lowered(headers: RequestOptions["headers"] = {}): Record<string, string | undefined> {
  if (typeof headers !== "object" || headers === null)
    throw badOption("headers", "must be a record of names and values");
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => {
      if (!TOKEN.test(name) || (value !== undefined && typeof value !== "string"))
        throw badOption("headers", "must be a record of names and texts");
      return [name.toLowerCase(), value];
    }),
  );
}

/** A method in its one spelling. `ERR_OPTION` for what is none. */
export function methodOf(method: string): string {
  if (typeof method !== "string" || !TOKEN.test(method)) throw badOption("method", 'must be a method, such as "PUT"');
  return method.toUpperCase();
}

function octets(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

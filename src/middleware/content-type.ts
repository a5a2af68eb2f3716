/** `wrapContentType`: a Content-Type for responses without one, by the extension of what was asked for. */
import { badOption, checkNames } from "../errors.ts";
import { extensionOf, typeOfExtension } from "../extension.ts";
import { charsetOf, mediaType } from "../media-type.ts";
import { headerKey } from "../response-header.ts";
import { type Bare, isResponseMap, type Middleware, type ResponseMap } from "../ring.ts";

/** The options of `wrapContentType`. */
export interface MimeTypesOptions {
  /** Media types by extension, over those of the package mrmime: `{ mimeTypes: { gpx: "application/gpx+xml" } }`. */
  readonly mimeTypes?: Readonly<Record<string, string>> | undefined;
}

/**
 * Gives a response that has a body and no Content-Type the one of the URI's extension (RFC 9110, 8.3). Octets and streams
 * of an unknown extension are application/octet-stream, as in Ring. A string is text/plain in UTF-8 then, and also where
 * the extension's type is one that browsers run or apply, markup, scripts, styles: the end of a URI is often a visitor's
 * words, and `/search/….html` would make a page of them. Whoever means that says so, with `html()` or in `mimeTypes`. Not for 204, 205 and 304. Throws `ERR_OPTION` for an impossible option.
 */
export function wrapContentType(options: MimeTypesOptions = {}): Middleware<Bare, Bare> {
  checkNames(options, ["mimeTypes"], "wrapContentType");
  const own = checkTypes(options.mimeTypes === undefined ? {} : options.mimeTypes);
  return (handler) => async (request) => {
    const response = await handler(request as Parameters<typeof handler>[0]);
    if (!isResponseMap(response) || !lacksType(response)) return response;
    const extension = extensionOf(request.uri);
    const type = own.get(extension) ?? typeFor(response.body, typeOfExtension(extension));
    const said = typeof response.body === "string" ? inUtf8(type) : type;
    return { ...response, headers: { ...response.headers, "content-type": said } };
  };
}

function lacksType({ status, headers, body }: ResponseMap): boolean {
  const none = status === 204 || status === 205 || status === 304;
  return !none && (body ?? null) !== null && headerKey(headers, "content-type") === undefined;
}

/** Data that browsers show or save, and never run, apply or embed. */
const PASSIVE = /^(?:application\/json|text\/(?:plain|csv|tab-separated-values|markdown|calendar|vcard))$/;

function typeFor(body: ResponseMap["body"], type: string | undefined): string {
  if (typeof body !== "string") return type ?? "application/octet-stream";
  return type !== undefined && PASSIVE.test(type) ? type : "text/plain";
}

function inUtf8(type: string): string {
  const given = mediaType(type);
  return given?.type.startsWith("text/") && charsetOf(given) === undefined ? `${type}; charset=utf-8` : type;
}

function checkTypes(mimeTypes: unknown): ReadonlyMap<string, string> {
  if (typeof mimeTypes !== "object" || mimeTypes === null || Array.isArray(mimeTypes)) {
    throw badOption("mimeTypes", 'must be an object of extensions and media types: { gpx: "application/gpx+xml" }');
  }
  const types = Object.entries(mimeTypes as Readonly<Record<string, unknown>>);
  for (const [name, type] of types) {
    if (!/^[^./A-Z]+$/.test(name)) {
      throw badOption(`mimeTypes.${name}`, "must be an extension in lower case, without the dot");
    }
    if (typeof type !== "string" || !mediaType(type)) throw badOption(`mimeTypes.${name}`, "must be a media type");
  }
  return new Map(types as Array<[string, string]>);
}

/** What the headers of a part of a form say (RFC 7578, 4). */

import { checkCharset, unreadable } from "../../body-type.ts";
import { RinglightError } from "../../errors.ts";
import { type HeaderValue, parseHeaderValue, unquoted } from "../../header-value.ts";
import { mediaType } from "../../media-type.ts";

/** Names in lower case; each octet a character. */
export type PartHeaders = Readonly<Record<string, readonly string[] | undefined>>;

export interface PartHeader {
  readonly name: string;
  /** Only a file has one. */
  readonly filename: string | undefined;
  readonly contentType: string;
}

/**
 * Throws `ERR_BODY_SYNTAX` (400) for a part without a name, with two, or that is itself multipart, and `ERR_BODY_TYPE`
 * (415) for a transfer encoding, or a text that is not UTF-8 or ASCII. `filename*` does not count (RFC 7578, 4.2).
 */
export function partHeader(headers: PartHeaders): PartHeader {
  const disposition = parseHeaderValue(utf8(only(headers, "content-disposition") ?? ""));
  if (disposition?.value.toLowerCase() !== "form-data")
    throw malformed("a part that is no form-data, or has more than 16 parameters");
  const name = param(disposition.params, "name");
  if (name === undefined) throw malformed("a part without a name");
  if (!/^(?:7bit|8bit|binary)?$/i.test(only(headers, "content-transfer-encoding") ?? ""))
    throw unreadable("a part with a Content-Transfer-Encoding: send it as it is");
  const filename = param(disposition.params, "filename");
  const contentType = only(headers, "content-type");
  if (filename === undefined) checkText(contentType);
  return { name, filename: filename && baseName(filename), contentType: readable(contentType) };
}

export function malformed(message: string): RinglightError {
  return new RinglightError("ERR_BODY_SYNTAX", message, { status: 400 });
}

function only(headers: PartHeaders, name: string): string | undefined {
  const values = headers[name] ?? [];
  if (values.length > 1) throw malformed(`a part with two headers ${name}`);
  return values[0];
}

function param(params: HeaderValue["params"], name: string): string | undefined {
  const values = params.filter((each) => each.name === name);
  if (values.length > 1) throw malformed(`a part with two parameters ${name}`);
  return values[0] && unescaped(values[0].raw);
}

// Browsers write these three so, and nothing else (HTML, 4.10.21.8). A backslash stands for itself, but for `\"` and
// `\\`: some clients send Windows paths as they are.
function unescaped(raw: string): string {
  const value = unquoted(raw, /\\(["\\])/g);
  return value.replaceAll(/%(22|0D|0A)/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function utf8(octets: string): string {
  const bytes = new Uint8Array(octets.length);
  for (let at = 0; at < octets.length; at++) bytes[at] = octets.charCodeAt(at);
  return new TextDecoder().decode(bytes);
}

/** What follows the last `/` or `\`, without control characters; `.` and `..` are no names. */
function baseName(filename: string): string {
  const base = filename.slice(Math.max(filename.lastIndexOf("/"), filename.lastIndexOf("\\")) + 1);
  const clean = base.replaceAll(/\p{Cc}/gu, "");
  return clean === "." || clean === ".." ? "" : clean;
}

function checkText(contentType: string | undefined): void {
  const type = parseHeaderValue(contentType ?? "");
  if (!type) throw malformed("a part whose Content-Type cannot be read");
  if (/^multipart\//i.test(type.value)) throw malformed("a multipart body within a part");
  checkCharset(type.params);
}

function readable(contentType: string | undefined): string {
  return contentType !== undefined && /^[\x20-\x7e]+$/.test(contentType) && mediaType(contentType)
    ? contentType
    : "application/octet-stream";
}

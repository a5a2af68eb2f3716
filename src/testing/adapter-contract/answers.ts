/** Responses of HTTP/1, read from octets. */

/** One response, as it came. Text is latin1: one character per octet. */
export interface WireAnswer {
  readonly status: number;
  /** The header lines in their order, names in lower case. */
  readonly lines: ReadonlyArray<readonly [name: string, value: string]>;
  /** The values of a name's lines, each by itself. */
  all(name: string): readonly string[];
  /** The same, joined by `", "`; `undefined` where there is none. */
  header(name: string): string | undefined;
  /** Without its coding. */
  readonly body: string;
  /** Whether it is all there. */
  readonly isWhole: boolean;
}

/** Those that have come, in their order, to requests of these methods. */
export function readAnswers(received: string, methods: readonly string[], isClosed: boolean): readonly WireAnswer[] {
  const found: WireAnswer[] = [];
  let rest = received;
  for (const method of methods) {
    const end = rest.indexOf("\r\n\r\n");
    if (end === -1) break;
    const [first = "", ...fields] = rest.slice(0, end).split("\r\n");
    const status = Number(/^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(first)?.[1]);
    if (Number.isNaN(status)) throw new Error(`no answer of HTTP/1: ${JSON.stringify(rest.slice(0, 200))}`);
    const lines = fields.map((line): [string, string] => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    });
    const all = (name: string) => lines.filter(([each]) => each === name).map(([, value]) => value);
    const header = (name: string) => (all(name).length === 0 ? undefined : all(name).join(", "));
    const bodiless = method === "HEAD" || status === 204 || status === 304;
    const body = bodiless ? { text: "", length: 0, isWhole: true } : bodyOf(rest.slice(end + 4), header, isClosed);
    found.push({ status, lines, all, header, body: body.text, isWhole: body.isWhole });
    if (!body.isWhole) break;
    rest = rest.slice(end + 4 + body.length);
  }
  return found;
}

interface Body {
  readonly text: string;
  /** Of it and its coding. */
  readonly length: number;
  readonly isWhole: boolean;
}

/** RFC 9112, 6.3. */
function bodyOf(rest: string, header: (name: string) => string | undefined, isClosed: boolean): Body {
  if (header("transfer-encoding")?.toLowerCase() === "chunked") return chunked(rest);
  const length = header("content-length");
  if (length === undefined) return { text: rest, length: rest.length, isWhole: isClosed };
  return { text: rest.slice(0, Number(length)), length: Number(length), isWhole: rest.length >= Number(length) };
}

function chunked(rest: string): Body {
  let text = "";
  for (let at = 0; ; ) {
    const line = rest.indexOf("\r\n", at);
    if (line === -1) return { text, length: rest.length, isWhole: false };
    const size = Number.parseInt(rest.slice(at, line), 16);
    if (Number.isNaN(size)) throw new Error(`no chunk: ${JSON.stringify(rest.slice(at, at + 100))}`);
    if (size === 0) {
      const end = line + 4; // no trailers are sent here
      return { text, length: end, isWhole: rest.length >= end };
    }
    text += rest.slice(line + 2, line + 2 + size);
    at = line + 2 + size + 2;
    if (rest.length < at) return { text, length: rest.length, isWhole: false };
  }
}

/** Every way in which a handler can answer, and every operation that its answer can ask of the store. */
import assert from "node:assert/strict";
import type { WireAnswer } from "./answers.ts";
import type { Bench } from "./bench.ts";
import { TEXT_TYPE } from "./pages.ts";
import type { AdapterAnswers, AdapterPage, AdapterWay } from "./site.ts";
import type { Visitor } from "./visitor.ts";

export interface WayToAnswer {
  readonly name: string;
  readonly needs?: readonly AdapterWay[];
  readonly method?: "HEAD" | "POST";
  readonly answer: (answers: AdapterAnswers) => unknown;
  readonly statuses: readonly number[];
  readonly body: RegExp;
}

async function* three(): AsyncGenerator<string> {
  for (const part of ["one ", "two ", "three"]) yield part;
}

/** A header and a cookie of the handler's, where it can give them. */
const OWN = { ...TEXT_TYPE, "x-own": "own", "set-cookie": ["own=1; Path=/"] };

export const WAYS: readonly WayToAnswer[] = [
  { name: "an answer", answer: (page) => page.answer(200, OWN, "an answer"), statuses: [200], body: /^an answer$/ },
  {
    name: "an answer with a status of its own",
    method: "POST",
    answer: (page) => page.answer(418, OWN, "short"),
    statuses: [418],
    body: /^short$/,
  },
  { name: "a redirect", answer: (page) => page.redirect("/plain"), statuses: [302, 303], body: /^/ },
  { name: "a stream", answer: (page) => page.stream(three()), statuses: [200], body: /^one two three$/ },
  {
    name: "a head that is written ahead",
    needs: ["writeHead"],
    answer: (page) => page.writeHead?.(201, OWN, "written"),
    statuses: [201],
    body: /^written$/,
  },
  {
    name: "a head that is flushed early",
    needs: ["flushHead"],
    answer: (page) => page.flushHead?.(three()),
    statuses: [200],
    body: /^one two three$/,
  },
  {
    name: "an error that a handler throws",
    needs: ["fail"],
    answer: (page) => page.fail?.(new Error("as the check has it")),
    statuses: [500],
    body: /^/,
  },
  { name: "HEAD", method: "HEAD", answer: (page) => page.answer(200, OWN, "none"), statuses: [200], body: /^$/ },
  { name: "204", answer: (page) => page.answer(204, { "x-own": "own" }, null), statuses: [204], body: /^$/ },
  { name: "304", answer: (page) => page.notModified(), statuses: [304], body: /^$/ },
];

/** What a handler does to the session, so that the store is asked for this. */
export interface Doing {
  readonly operation: "create" | "update" | "delete";
  readonly done: string;
  readonly write: (answers: AdapterAnswers) => void;
  /** What the session is before, and after. */
  readonly before: Readonly<Record<string, unknown>> | undefined;
  readonly after: Readonly<Record<string, unknown>>;
}

const writing =
  (n: number) =>
  ({ lent }: AdapterAnswers): void => {
    lent.session.n = n;
  };

const ending = ({ lent }: AdapterAnswers): void => {
  lent.session = null;
};

export const DOINGS: readonly Doing[] = [
  {
    operation: "create",
    done: "created",
    write: writing(1),
    before: undefined,
    after: { n: 1 },
  },
  {
    operation: "update",
    done: "changed",
    write: writing(2),
    before: { n: 1 },
    after: { n: 2 },
  },
  { operation: "delete", done: "ended", write: ending, before: { n: 1 }, after: {} },
];

/** `/begin` begins the session that is there before, `/way` does it and answers. */
export function pagesOf(way: WayToAnswer, doing: Doing): Readonly<Record<string, AdapterPage>> {
  return {
    "/begin": begin,
    "/way": (page) => {
      doing.write(page);
      return way.answer(page);
    },
  };
}

export const begin: AdapterPage = (page) => {
  page.lent.session.n = 1;
  return page.answer(200, TEXT_TYPE, "begun");
};

/** A visitor with the session that is there before. */
export async function visitorOf({ visitor }: Bench, doing: Doing): Promise<Visitor> {
  const bob = visitor();
  if (doing.before) assert.equal((await bob.get("/begin")).status, 200);
  return bob;
}

export function expectWay({ status, body, isWhole }: WireAnswer, way: WayToAnswer): void {
  assert.ok(way.statuses.includes(status), `the status is ${status}, not ${way.statuses.join(" or ")}: ${body}`);
  assert.match(body, way.body);
  assert.ok(isWhole, "the body is not whole");
}

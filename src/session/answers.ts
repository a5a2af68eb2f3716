/** What a store may answer: anything else is a broken store, not an empty session. */
import type { SessionRecord } from "./record.ts";
import { REFUSED_TOKEN } from "./refused.ts";

/** Throws where the answer is none of the contract's (`session/store.ts`). */
export type CheckAnswer = (answer: unknown) => void;

export const readAnswer: CheckAnswer = (answer) => {
  const { record, refused, token, binding } = object(answer, "read");
  if (refused !== undefined) return known(refused, "read");
  if (token !== undefined) checkToken(token, "read");
  if (binding !== undefined && (typeof binding !== "string" || binding === ""))
    throw new TypeError("the store's read() gave a binding that is no text");
  checkRecord(record, "read");
};

export const createAnswer: CheckAnswer = (answer) => checkToken(answer, "create");

export const updateAnswer: CheckAnswer = (answer) => {
  const { token, gone, conflict } = object(answer, "update");
  if (token !== undefined) return checkToken(token, "update");
  if (gone !== undefined) return known(gone, "update");
  checkRecord(conflict, "update");
};

export const deleteAnswer: CheckAnswer = (answer) => {
  if (typeof answer !== "boolean") throw new TypeError("the store's delete() must give true or false");
};

export const epochAnswer: CheckAnswer = (answer) => {
  if (typeof answer !== "string") throw new TypeError("the store's subjectEpoch() must give text");
};

export const deleteAllAnswer: CheckAnswer = (answer) => {
  if (answer !== undefined) checkToken(answer, "deleteAll");
};

export const listAnswer: CheckAnswer = (answer) => {
  const sound = (each: unknown) => typeof (each as { readonly handle?: unknown } | null)?.handle === "string";
  if (!Array.isArray(answer) || !answer.every(sound)) throw new TypeError("the store's list() must give handles");
};

function object(answer: unknown, operation: string): Record<string, unknown> {
  if (typeof answer === "object" && answer !== null) return answer as Record<string, unknown>;
  throw new TypeError(
    `the store's ${operation}() gave ${answer === null ? "null" : typeof answer}, no answer of the contract`,
  );
}

function known(reason: unknown, operation: string): void {
  if (!REFUSED_TOKEN.has(reason as string)) throw new TypeError(`the store's ${operation}() gave an unknown reason`);
}

/** As it stands in a cookie, without encoding; `.` is for those that continue a long one. */
function checkToken(token: unknown, operation: string): void {
  if (typeof token === "string" && /^[\w~-]+$/.test(token)) return;
  throw new TypeError(`the store's ${operation}() gave a token that no cookie holds: letters, digits, - _ and ~ do`);
}

function checkRecord(record: unknown, operation: string): void {
  const { data, slots, createdAt, usedAt, version } = object(record, operation) as Partial<SessionRecord>;
  const sound = data instanceof Map && slots instanceof Map;
  const slotted = sound && [...slots.values()].every((each) => typeof each?.json === "string");
  if (slotted && [createdAt, usedAt, version].every(Number.isFinite)) return;
  throw new TypeError(`the store's ${operation}() gave a record without data, slots, createdAt, usedAt or version`);
}

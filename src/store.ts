/** For a store of your own: the contract, and the pure steps that a server store's atomic section runs. Complete list. */
export { drawKey, drawToken, isKey, parseToken, sameHash, subjectHash, type TokenParts } from "./crypto/ids.ts";
export {
  applyChange,
  type Change,
  type Changed,
  type FieldChanges,
  type Rotation,
} from "./session/change.ts";
export type { SessionEvent } from "./session/events.ts";
export {
  absoluteDeadline,
  deadline,
  type Expired,
  expired,
  type Limits,
  restartDue,
  restarted,
} from "./session/expiry.ts";
export {
  copyRecord,
  type Draft,
  type Fields,
  newRecord,
  type SessionRecord,
  type Slot,
  type Slots,
  type SlotText,
} from "./session/record.ts";
export type { RefusedToken } from "./session/refused.ts";
export type {
  BoundStore,
  Guarantee,
  ReadResult,
  SessionHandle,
  Store,
  StoreContext,
  UpdateResult,
} from "./session/store.ts";
export {
  adoptedEntry,
  changeEntry,
  collectableAt,
  type Entry,
  handlesOf,
  isNewlyAdopted,
  isOwn,
  mayEnd,
  newEntry,
  readEntry,
  refusal,
  type Tombstone,
  withToken,
} from "./stores/entry.ts";
export { entryHead, entryOf, entryText, secretHead } from "./stores/entry-text.ts";
export { checkEpoch, EPOCH_KEPT, FIRST_EPOCH } from "./stores/epochs.ts";
export {
  crowdedOut,
  type SubjectLimit,
  type SubjectLimitOptions,
  subjectLimitOf,
} from "./stores/subject-limit.ts";

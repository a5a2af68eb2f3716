/** How much of a multipart form is read: the options, their defaults and bounds. */
import { badOption } from "../../errors.ts";
import { checkCount, checkOctets, checkTimeout } from "../../limits.ts";

/** The options of `wrapMultipartParams` that are limits. */
export interface MultipartLimitOptions {
  /** Octets of the whole body. Default 33,554,432. */
  readonly limit?: number | undefined;
  /** Octets of all text fields with their names, which are kept in memory. Default 1,048,576; at most `limit`. */
  readonly fieldLimit?: number | undefined;
  /** Octets of one file. Default `limit`, and at most that. */
  readonly fileLimit?: number | undefined;
  /** Text fields. Default 1000. */
  readonly maxFields?: number | undefined;
  /** Files. Default 20. */
  readonly maxFiles?: number | undefined;
  /** Fields and files together. Default 1000. */
  readonly maxParts?: number | undefined;
  /** Headers of one part, at most 1000. Default 20. Their octets are at most 16,384. */
  readonly maxHeaders?: number | undefined;
  /** Seconds that may be spent waiting for the client, over the whole body. Default 300, at most 86,400. */
  readonly timeout?: number | undefined;
}

/** What may be read of one form. */
export type MultipartLimits = { readonly [Name in keyof MultipartLimitOptions]-?: number };

type Limit = readonly [standard: number | "limit", check: (option: string, value: number) => void];

const count = (option: string, value: number) => checkCount(option, value, 0);

const LIMITS: Readonly<Record<keyof MultipartLimits, Limit>> = {
  limit: [33_554_432, checkOctets],
  fieldLimit: [1_048_576, checkOctets],
  fileLimit: ["limit", checkOctets],
  maxFields: [1000, count],
  maxFiles: [20, count],
  maxParts: [1000, count],
  maxHeaders: [20, (option, value) => checkCount(option, value, 1, 1000)],
  timeout: [300, (_, value) => checkTimeout(value)],
};

/** The names of these options. */
export const LIMIT_NAMES: readonly (keyof MultipartLimits)[] = Object.keys(LIMITS) as (keyof MultipartLimits)[];

/** Every limit, the defaults filled in. Throws `ERR_OPTION` for one that cannot be, or that `limit` makes idle. */
export function checkedLimits(options: MultipartLimitOptions): MultipartLimits {
  const limits: Record<string, number> = {};
  for (const [name, [standard, check]] of Object.entries(LIMITS)) {
    const { [name as keyof MultipartLimits]: value = standard === "limit" ? limits.limit! : standard } = options;
    check(name, value);
    limits[name] = value;
  }
  const { limit = 0 } = limits;
  for (const name of ["fieldLimit", "fileLimit"] as const) {
    if ((options[name] ?? 0) > limit) throw badOption(name, `must be at most limit, ${limit} octets: no more is read`);
  }
  return limits as MultipartLimits;
}

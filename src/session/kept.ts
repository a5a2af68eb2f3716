/** What a session can hold with a codec such as devalue, as the compiler checks it. */
import type { Codec } from "./codable.ts";
import type { Whole } from "./json.ts";
import type { SessionOptions } from "./options.ts";

/** Anything that devalue gives back as it was. */
export type Kept =
  | string
  | number
  | boolean
  | bigint
  | null
  | undefined
  | Whole
  | ReadonlyMap<Kept, Kept>
  | ReadonlySet<Kept>
  | readonly Kept[]
  | { readonly [key: string]: Kept };

/** `T` where a codec keeps it, `never` where none does: a function, a symbol, an instance of a class with methods. */
export type KeptValue<T> = [T] extends [Kept]
  ? T
  : T extends string | number | boolean | bigint | null | undefined | Whole
    ? T
    : T extends ReadonlyMap<infer Key, infer Value>
      ? ReadonlyMap<KeptValue<Key>, KeptValue<Value>>
      : T extends ReadonlySet<infer Value>
        ? ReadonlySet<KeptValue<Value>>
        : T extends ((...values: never[]) => unknown) | symbol
          ? never
          : T extends readonly unknown[]
            ? { [K in keyof T]: KeptValue<T[K]> }
            : KeptObject<T>;

/** The constraint for the data of a session with a codec. */
export type KeptObject<Data> = { [K in keyof Data]: KeptValue<Data[K]> };

/** A session of no declared shape with a codec: anything that devalue keeps, under any key. */
export interface AnyKeptSession {
  [key: string]: Kept;
}

/** Its name is what the compiler prints where `codec` is missing. */
export interface KeepsWhatJsonWouldChange {
  readonly codec: Codec;
}

/** The options of a session whose data JSON would change. */
export type CodecOptions<Data extends object> = SessionOptions<Data> &
  KeepsWhatJsonWouldChange &
  ({} extends Data ? unknown : { readonly initial: Data });

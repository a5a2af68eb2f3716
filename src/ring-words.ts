/** What the compiler says where a stack, a handler or a response is wrong. Types alone. */
import type { AddedBy } from "./request-keys.ts";

// A property with a name that reads as a sentence, because a conditional type has no words.
declare const error: unique symbol;

/** A type that nothing fits, carrying the sentence that the compiler prints. */
export interface Refused<Message extends string> {
  readonly [error]: Message;
}

/** Who adds a key, for the compiler's words. */
export type Adder<Key extends string> = Key extends keyof AddedBy ? AddedBy[Key] : "the middleware that adds it";

declare const final: unique symbol;

/** Marks a response that says everything: added to with a spread, it no longer compiles as a handler's answer. */
export interface Final {
  readonly [final]?: "no further keys";
}

/**
 * `unknown` when every `R` has only keys that `Response` has, else a type that nothing fits and that says what is wrong.
 * TypeScript does not check a function's result for excess keys by itself. One wrong branch is enough. Stands beside
 * the handler's type, not in its result: there `R` would be inferred from one branch alone.
 */
export type Known<R, Response> = [Mistake<R, Response>] extends [never] ? unknown : Refused<Mistake<R, Response>>;

type Mistake<R, Response> = R extends unknown
  ?
      | `no middleware takes response.${Exclude<SaidBy<R>, keyof Response>}: misspelt, or its middleware is missing`
      | `a page cannot carry ${OnPage<R>}: redirect instead`
      | UnknownAttribute<ValueAt<R, "cookies">, ValueAt<Response, "cookies">>
      | `the session has no key ${NotIn<ValueAt<R, "session">, Next<ValueAt<Response, "session">>>}`
  : never;

/** The keys that say something: `session?: undefined` says nothing. */
type SaidBy<R> = { [K in keyof R & string]-?: [R[K]] extends [undefined] ? never : K }[keyof R & string];
type OnPage<R> = typeof final extends keyof R ? Exclude<SaidBy<R>, "status" | "headers" | "body"> : never;

/** What a literal cookie says that is no attribute: browsers would ignore a misspelt `samesite` in silence. */
type UnknownAttribute<Given, Allowed> = {
  [Name in keyof Given & string]: Given[Name] extends object
    ? Exclude<
        keyof Given[Name],
        KeysOf<Extract<Allowed extends Readonly<Record<string, infer Each>> ? Each : never, object>>
      > extends infer Unknown extends string
      ? `the cookie ${Name} has no attribute ${Unknown}`
      : never
    : never;
}[keyof Given & string];

type ValueAt<R, Key extends string> = R extends { readonly [K in Key]?: infer V } ? V : never;
type Next<Allowed> = Exclude<
  Extract<Allowed, object>,
  ((...values: never[]) => unknown) | { readonly recreated: unknown }
>;
/** The keys of a session value, a session function's result or a recreated value that `Data` does not have. */
type NotIn<V, Data> = V extends (...values: never[]) => infer Result
  ? NotIn<Result, Data>
  : V extends { readonly recreated: infer Inner }
    ? NotIn<Inner, Data>
    : V extends object
      ? Exclude<keyof V, KeysOf<Data>> & string
      : never;
type KeysOf<T> = T extends unknown ? keyof T : never;

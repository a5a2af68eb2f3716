/** A page that a tab shows, and its forms. */
import type { FieldValues } from "./fill.ts";
import type { Visit } from "./visit.ts";

/** What a tab shows after `get`, `post`, `request` or a form. */
export interface Page extends Visit {
  /**
   * A form of the page: `form("#login")`, `form('[action="/logout"]')`; without a selector its only one. Throws
   * `ERR_VISIT` where there is none, or more than one.
   */
  form(selector?: string): Form;
}

/** A form as its page shows it. `console.log` prints no value. */
export interface Form {
  /** Where it leads. */
  readonly action: string;
  /** `"GET"` or `"POST"`. */
  readonly method: string;
  /** What would be sent as it stands, the hidden fields too; a list where a name comes several times. */
  readonly values: Readonly<Record<string, string | Blob | ReadonlyArray<string | Blob>>>;
  /**
   * Sends it, with these fields filled in, and follows. Rejects with `ERR_VISIT` for a field or button that the form does
   * not have, a value that its control does not take, and a form that leads to another origin. What `required`, `pattern`
   * and the like ask for is not looked at.
   */
  submit(values?: FieldValues, options?: SubmitOptions): Promise<Page>;
}

export interface SubmitOptions {
  /** The button to press, by its name or by what is written on it. Default: the first that submits. */
  readonly button?: string | undefined;
}

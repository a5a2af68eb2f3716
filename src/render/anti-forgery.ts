/** The anti-forgery token as templates print it: made only if one does. */
import { hiddenInput } from "../anti-forgery/hidden-input.ts";

/** What `wrapAntiForgery` puts under `request.antiForgery`: gives a token, `""` where its strategy has none. */
export type AntiForgerySource = () => string;

/**
 * Text that is made when it is printed, and once: what a template prints twice is the same. Any engine prints it as a
 * string (`toString`); being spread or passed on does not make it.
 */
export interface LazyText {
  toString(): string;
  toJSON(): string;
}

export function lazyText(make: () => string): LazyText {
  let made: string | undefined;
  const text = (): string => {
    made ??= make();
    return made;
  };
  return Object.freeze({ toString: text, toJSON: text });
}

/**
 * The token and its hidden form field; `""` without `request.antiForgery`, or where its strategy has no token. `onPrinted`
 * is told when one is made.
 */
export function antiForgeryTexts(
  request: object,
  onPrinted: () => void,
): { readonly antiForgeryToken: LazyText | ""; readonly antiForgeryField: LazyText | "" } {
  const { antiForgery } = request as { readonly antiForgery?: AntiForgerySource };
  if (typeof antiForgery !== "function") return { antiForgeryToken: "", antiForgeryField: "" };
  const antiForgeryToken = lazyText(() => {
    const token = antiForgery();
    if (token !== "") onPrinted();
    return token;
  });
  const antiForgeryField = lazyText(() => hiddenInput(String(antiForgeryToken)));
  return { antiForgeryToken, antiForgeryField };
}

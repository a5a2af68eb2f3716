/** The anti-forgery token as templates print it: made only if one does. */
import { escapeHtml } from "./escape-html.ts";

/** What `wrapAntiForgery` puts under `request.antiForgery`, as far as pages use it. */
export interface AntiForgerySource {
  /** The token, masked anew at each call. */
  readonly token: () => string;
  /** The form field that carries it. Default `__anti-forgery-token`. */
  readonly fieldName?: string | undefined;
}

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

/** The token and its hidden form field; `""` without `request.antiForgery`. `onPrinted` is told when one is made. */
export function antiForgeryTexts(
  request: object,
  onPrinted: () => void,
): { readonly antiForgeryToken: LazyText | ""; readonly antiForgeryField: LazyText | "" } {
  const { antiForgery } = request as { readonly antiForgery?: AntiForgerySource };
  if (typeof antiForgery?.token !== "function") return { antiForgeryToken: "", antiForgeryField: "" };
  const { fieldName = "__anti-forgery-token" } = antiForgery;
  const antiForgeryToken = lazyText(() => {
    onPrinted();
    return antiForgery.token();
  });
  const antiForgeryField = lazyText(
    () => `<input type="hidden" name="${escapeHtml(fieldName)}" value="${escapeHtml(antiForgeryToken)}">`,
  );
  return { antiForgeryToken, antiForgeryField };
}

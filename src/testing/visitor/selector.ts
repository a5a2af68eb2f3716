/** The CSS selectors by which a form is named: one compound selector, `form#login`, `.search`, `[action="/logout"]`. */
import { badOption } from "../../errors.ts";
import { attribute, type HtmlNode } from "./html.ts";

const NAME = "[a-zA-Z_][\\w-]*|-[a-zA-Z_][\\w-]*";
const PART = new RegExp(
  `#(?<id>${NAME})|\\.(?<of>${NAME})|\\[(?<attr>${NAME})(?:=(?:"(?<double>[^"]*)"|'(?<single>[^']*)'|(?<bare>${NAME})))?\\]`,
  "y",
);

/** Whether an element is one that the selector names. `ERR_OPTION` for a selector of another kind. */
export function selects(selector: string): (element: HtmlNode) => boolean {
  const [tag = ""] = /^[a-zA-Z][\w-]*/.exec(selector) ?? [];
  const tests: Array<(element: HtmlNode) => boolean> = [];
  if (tag !== "") tests.push(({ tagName }) => tagName === tag.toLowerCase());
  PART.lastIndex = tag.length;
  while (PART.lastIndex < selector.length) {
    const groups = PART.exec(selector)?.groups;
    if (groups === undefined) break;
    const { id, of, attr, double, single, bare } = groups;
    const value = double ?? single ?? bare;
    if (id !== undefined) tests.push((element) => attribute(element, "id") === id);
    else if (of !== undefined) tests.push((element) => (attribute(element, "class") ?? "").split(/\s+/).includes(of));
    else {
      const name = attr!.toLowerCase();
      tests.push((element) =>
        value === undefined ? attribute(element, name) !== undefined : attribute(element, name) === value,
      );
    }
  }
  if (tests.length === 0 || PART.lastIndex !== selector.length)
    throw badOption(
      "form",
      'must be one of a selector\'s simple kinds: "form", "#login", ".search", \'[action="/login"]\'',
    );
  return (element) => tests.every((test) => test(element));
}

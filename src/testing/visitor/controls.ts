/** The controls of a form, as the page has them (HTML, 4.10: form control infrastructure). */
import { ancestors, attribute, elements, type HtmlNode, textOf } from "./html.ts";

/** A control that can be sent. `""` is the name of one that has none. */
export type Control =
  | { readonly kind: "text"; readonly name: string; readonly value: string }
  | {
      readonly kind: "checkbox" | "radio";
      readonly name: string;
      readonly value: string;
      readonly checked: boolean;
    }
  | {
      readonly kind: "select";
      readonly name: string;
      readonly multiple: boolean;
      readonly options: readonly string[];
      readonly chosen: readonly string[];
    }
  | { readonly kind: "file"; readonly name: string; readonly multiple: boolean; readonly files: readonly Blob[] }
  | Button;

/** What submits the form. */
export interface Button {
  readonly kind: "button";
  readonly name: string;
  readonly value: string;
  /** What a visitor reads on it. */
  readonly label: string;
  /** A picture: where it was pressed is sent. */
  readonly image: boolean;
  readonly element: HtmlNode;
}

/** Those that are not disabled and belong to the form, in the order of the page. */
export function controlsOf(form: HtmlNode, document: HtmlNode): readonly Control[] {
  const owned = [...elements(document)].filter((element) => ownerOf(element, document) === form && !isBarred(element));
  const controls = owned.map(controlOf).filter((control) => control !== undefined);
  // Of radio buttons that are checked the last one is.
  return controls.map((control, index) => {
    if (control.kind !== "radio" || !control.checked) return control;
    const later = controls.slice(index + 1);
    const another = later.some((other) => other.kind === "radio" && other.name === control.name && other.checked);
    return another ? { ...control, checked: false } : control;
  });
}

function ownerOf(element: HtmlNode, document: HtmlNode): HtmlNode | undefined {
  const id = attribute(element, "form");
  if (id === undefined) return [...ancestors(element)].find(({ tagName }) => tagName === "form");
  return [...elements(document)].find((each) => each.tagName === "form" && attribute(each, "id") === id);
}

// Disabled, by a fieldset around it too but for the fieldset's first legend, or in a datalist.
function isBarred(element: HtmlNode): boolean {
  if (attribute(element, "disabled") !== undefined) return true;
  const around = [...ancestors(element)];
  return around.some((ancestor) => {
    if (ancestor.tagName === "datalist") return true;
    if (ancestor.tagName !== "fieldset" || attribute(ancestor, "disabled") === undefined) return false;
    const legend = ancestor.childNodes?.find(({ tagName }) => tagName === "legend");
    return legend === undefined || !around.includes(legend);
  });
}

function controlOf(element: HtmlNode): Control | undefined {
  const name = attribute(element, "name") ?? "";
  if (element.tagName === "textarea") return { kind: "text", name, value: textOf(element) };
  if (element.tagName === "select") return selectOf(element, name);
  const type = attribute(element, "type")?.toLowerCase();
  const value = attribute(element, "value");
  if (element.tagName === "button") {
    if (type === "button" || type === "reset") return undefined;
    return { kind: "button", name, value: value ?? "", label: spaced(textOf(element)), image: false, element };
  }
  if (element.tagName !== "input") return undefined;
  switch (type) {
    case "button":
    case "reset":
      return undefined;
    case "submit":
      return { kind: "button", name, value: value ?? "Submit", label: value ?? "Submit", image: false, element };
    case "image":
      return { kind: "button", name, value: "", label: attribute(element, "alt") ?? "", image: true, element };
    case "checkbox":
    case "radio":
      return { kind: type, name, value: value ?? "on", checked: attribute(element, "checked") !== undefined };
    case "file":
      return { kind: "file", name, multiple: attribute(element, "multiple") !== undefined, files: [] };
    default:
      return { kind: "text", name, value: value ?? "" };
  }
}

function selectOf(select: HtmlNode, name: string): Control {
  const multiple = attribute(select, "multiple") !== undefined;
  const all = [...elements(select)].filter(({ tagName }) => tagName === "option");
  const open = all.filter((option) => !isDisabled(option));
  const marked = all.filter((option) => attribute(option, "selected") !== undefined);
  const first = Number(attribute(select, "size") ?? 1) > 1 ? [] : open.slice(0, 1);
  const chosen = multiple ? marked : marked.length > 0 ? marked.slice(-1) : first;
  const sent = chosen.filter((option) => open.includes(option));
  return { kind: "select", name, multiple, options: open.map(optionValue), chosen: sent.map(optionValue) };
}

function isDisabled(option: HtmlNode): boolean {
  if (attribute(option, "disabled") !== undefined) return true;
  const { parentNode } = option;
  return parentNode?.tagName === "optgroup" && attribute(parentNode, "disabled") !== undefined;
}

function optionValue(option: HtmlNode): string {
  return attribute(option, "value") ?? spaced(textOf(option));
}

function spaced(text: string): string {
  return text.trim().replace(/\s+/g, " ");
}

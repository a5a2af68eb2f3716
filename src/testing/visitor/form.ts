/** A form of a page: found, filled in, and sent as a browser sends it. */
import { badOption, RinglightError } from "../../errors.ts";
import { type Button, type Control, controlsOf } from "./controls.ts";
import { encoded, query } from "./encode.ts";
import { type Entry, entriesOf } from "./entries.ts";
import { fill } from "./fill.ts";
import { attribute, elements, type HtmlNode } from "./html.ts";
import type { Form, Page } from "./page.ts";
import { parseUrl } from "./parse-url.ts";
import { selects } from "./selector.ts";
import { unwritten } from "./unprinted.ts";

/** What a form asks of its tab: to go somewhere. */
export type Go = (method: string, url: URL, body: BodyInit | null) => Promise<Page>;

/** The form that a selector names, or the page's only one. */
export function formOf(document: HtmlNode, url: string, selector: string | undefined, go: Go): Form {
  const element = find(document, url, selector);
  const controls = controlsOf(element, document);
  const base = [...elements(document)].find((each) => each.tagName === "base" && attribute(each, "href") !== undefined);
  const from = parseUrl((base && attribute(base, "href")) ?? "", url) ?? new URL(url);
  const aim = (button?: Button) => aimOf(element, button, url, from);
  const form: Form = {
    action: aim().action,
    method: aim().method,
    values: grouped(entriesOf(controls, undefined)),
    async submit(values = {}, options = {}) {
      const filled = fill(controls, values);
      const button = submitterOf(filled, options.button);
      const { action, method, enctype } = aim(button);
      const target = new URL(action);
      if (target.origin !== new URL(url).origin)
        throw new RinglightError("ERR_VISIT", `the form leads away, to ${target.origin}`);
      const entries = entriesOf(filled, button);
      if (method === "POST") return go(method, target, encoded(entries, enctype));
      target.search = query(entries).toString();
      return go(method, target, null);
    },
  };
  return unwritten(form, ({ action, method, values }) => ({
    method,
    path: new URL(action).pathname,
    fields: Object.keys(values),
  }));
}

function find(document: HtmlNode, url: string, selector: string | undefined): HtmlNode {
  const forms = [...elements(document)].filter(({ tagName }) => tagName === "form");
  const named = selector === undefined ? forms : forms.filter(selects(selector));
  if (named.length === 1) return named[0]!;
  const there = forms.length === 0 ? "no form" : forms.map(described).join(", ");
  const wanted = selector === undefined ? "one form" : `one form ${selector}`;
  const { pathname } = new URL(url);
  throw new RinglightError("ERR_VISIT", `${pathname} should have ${wanted}, and has ${there}: name it by a selector`);
}

function described(form: HtmlNode): string {
  const parts = ["id", "action"].map((name) => [name, attribute(form, name)?.replace(/[?#].*/s, "")] as const);
  return `form${parts.map(([name, value]) => (value === undefined ? "" : `[${name}="${value}"]`)).join("")}`;
}

function submitterOf(controls: readonly Control[], wanted: string | undefined): Button | undefined {
  const buttons = controls.filter((control) => control.kind === "button");
  if (wanted === undefined) return buttons[0];
  if (typeof wanted !== "string") throw badOption("button", "must be its name, or what is written on it");
  const named = buttons.filter(({ name, label }) => name === wanted || label === wanted);
  if (named.length === 1) return named[0];
  const there = buttons.map(({ label, name }) => JSON.stringify(label || name)).join(", ") || "none";
  const what = named.length === 0 ? "no button" : `${named.length} buttons`;
  throw new RinglightError("ERR_VISIT", `the form has ${what} ${JSON.stringify(wanted)}; there are: ${there}`);
}

interface Aim {
  readonly action: string;
  readonly method: string;
  readonly enctype: string;
}

// What a button says goes before what the form says; an empty action is the page itself (HTML, 4.10.21.3).
function aimOf(form: HtmlNode, button: Button | undefined, url: string, from: URL): Aim {
  const say = (name: string) => (button && attribute(button.element, `form${name}`)) ?? attribute(form, name) ?? "";
  const method = say("method").toUpperCase();
  const action = say("action").trim();
  const target = action === "" ? new URL(url) : parseUrl(action, from);
  if (target === undefined) throw new RinglightError("ERR_VISIT", "the form's action is no URL");
  if (method === "DIALOG") throw new RinglightError("ERR_VISIT", "the form closes a dialog, and sends nothing");
  return { action: target.href, method: method === "POST" ? "POST" : "GET", enctype: say("enctype").toLowerCase() };
}

function grouped(entries: readonly Entry[]): Form["values"] {
  const values = new Map<string, string | Blob | ReadonlyArray<string | Blob>>();
  for (const [name, value] of entries) {
    const before = values.get(name);
    values.set(name, before === undefined ? value : [before, value].flat());
  }
  return Object.fromEntries(values);
}

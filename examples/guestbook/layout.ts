/** Pages from templates. What `render` answers is a `Page`: it cannot carry a session or a flash, a controller redirects. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Eta } from "eta";
import { html, type Page, type ResponseMap } from "ringlight";
import type { Notice } from "./app.ts";
import type { Message } from "./messages.ts";

/** What the templates may use. Eta escapes every `<%= %>`. */
export interface View {
  readonly title: string;
  readonly theme: "dark" | "light";
  readonly user?: string | undefined;
  readonly visits?: number | undefined;
  readonly flash?: Notice | undefined;
  readonly expired?: boolean;
  readonly messages?: readonly Message[];
  readonly maxMessage?: number;
  readonly maxName?: number;
  readonly status?: number;
  readonly words?: string;
}

const views = fileURLToPath(new URL("views", import.meta.url));
const eta = new Eta({ views, cache: true, autoEscape: true });

const SAFE = {
  "content-security-policy":
    "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "same-origin",
};

/** A page: status, headers and body, and nothing else. */
export function render(template: string, view: View, status = 200): Page {
  const page = html(eta.render(template, view), status);
  return { ...page, headers: { ...page.headers, ...SAFE } };
}

export function errorPage(status: number, words: string, theme: View["theme"]): Page {
  return render("error", { title: `Error ${status}`, theme, status, words }, status);
}

const css = readFileSync(new URL("style.css", import.meta.url), "utf8");

export function stylesheet(): ResponseMap {
  return {
    status: 200,
    headers: { "content-type": "text/css; charset=utf-8", "cache-control": "no-cache" },
    body: css,
  };
}

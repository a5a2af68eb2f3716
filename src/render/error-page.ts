/** Pages that say that something went wrong: a minimal one that is built in, and any of your own over it. */
import { askedKind } from "../asked-kind.ts";
import { badOption, checkNames } from "../errors.ts";
import { escapeHtml } from "../escape-html.ts";
import { failureMarkup } from "../failure/markup.ts";
import { byAccept, NEVER_KEPT, plainAnswer } from "../failure/plain-answer.ts";
import { reasonPhrase } from "../reason-phrases.ts";
import type { Awaitable, Page, RequestMap } from "../ring.ts";
import type { Render } from "./renderer.ts";

/** What an error's page says. All of it is shown to visitors: never an error's own message. */
export interface ErrorWords {
  /** The heading. Default: the status's reason phrase. */
  readonly title?: string | undefined;
  /** One sentence below it. */
  readonly message?: string | undefined;
  /** What a visitor can tell so that the error is found in the log. */
  readonly id?: string | undefined;
  /** The language of these words. Default `"en"`. */
  readonly lang?: string | undefined;
}

/** What a template of `errorPages` prints. */
export interface ErrorView {
  readonly status: number;
  readonly title: string;
  readonly message: string;
  readonly id: string;
  readonly lang: string;
}

/**
 * The built-in page: heading, sentence, id; no style, no script, so that it stands under any Content-Security-Policy.
 * Never cached. Throws `ERR_OPTION` for a status that is none from 400 to 599, and for words that are none.
 */
export function errorPage(status: number, words: ErrorWords = {}): Page {
  const { title, message, id, lang } = viewOf(status, words);
  const sentence = message === "" ? [] : [`<p>${escapeHtml(message)}</p>`];
  const reference = id === "" ? [] : [`<p><code>${escapeHtml(id)}</code></p>`];
  return plainAnswer(status, "html", failureMarkup(status, { title, lang }, [...sentence, ...reference]));
}

/** How `errorPages` renders, and with what. */
export interface ErrorPagesOptions {
  /** A `renderer`'s. It gets requests from outside the session too, so its `view` must need none. */
  readonly render: Render<RequestMap, Awaitable<Page>>;
  /** Default `"error"`. */
  readonly template?: string | undefined;
  /** Is told when the template fails. Default `console.error`. */
  readonly onError?: ((error: unknown) => unknown) | undefined;
}

/**
 * Error pages by a template, which prints an `ErrorView`. One that fails is told to `onError`, and the visitor gets the
 * built-in page: an error's page never is the next error. Who asks for JSON, and not for HTML, gets status, title and id as
 * JSON. Never cached. Throws `ERR_OPTION` for an impossible option.
 */
export function errorPages(
  options: ErrorPagesOptions,
): (status: number, request: RequestMap, words?: ErrorWords) => Promise<Page> {
  checkNames(options, ["render", "template", "onError"], "errorPages");
  const { render, template = "error", onError = console.error } = options;
  if (typeof render !== "function") throw badOption("render", "must be what renderer(engine) gives");
  if (typeof template !== "string") throw badOption("template", "must be a template's name");
  if (typeof onError !== "function") throw badOption("onError", "must be a function");
  return async (status, request, words = {}) => {
    const view = viewOf(status, words);
    if (askedKind(request) === "json") return jsonPage(view);
    try {
      return await render(request, template, view, { status, headers: { ...NEVER_KEPT, vary: "Accept" } });
    } catch (error) {
      await tell(onError, error);
      return byAccept(errorPage(status, words));
    }
  };
}

function jsonPage({ status, title, message, id }: ErrorView): Page {
  const error = { status, message: message === "" ? title : message, id: id === "" ? undefined : id };
  return byAccept(plainAnswer(status, "json", JSON.stringify({ error })));
}

async function tell(onError: (error: unknown) => unknown, error: unknown): Promise<void> {
  try {
    await onError(error);
  } catch {
    // Telling is best effort: the visitor still gets his page.
  }
}

function viewOf(status: number, words: ErrorWords): ErrorView {
  if (!Number.isInteger(status) || status < 400 || status > 599)
    throw badOption("status", "must be an error's, a whole number from 400 to 599");
  checkNames(words, ["title", "message", "id", "lang"], "errorPage");
  for (const [name, word] of Object.entries(words)) {
    if (word !== undefined && typeof word !== "string") throw badOption(name, "must be text");
  }
  const { title = reasonPhrase(status), message = "", id = "", lang = "en" } = words;
  return { status, title, message, id, lang };
}

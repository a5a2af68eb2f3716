/** The one page of HTML that says that something went wrong: of `wrapInternalError`, `errorPage` and `wrapErrorPage`. */
import { escapeHtml } from "../escape-html.ts";
import { reasonPhrase } from "../reason-phrases.ts";

/** Text, which is escaped. */
export interface FailureWords {
  /** The heading. Default: the status's reason phrase. */
  readonly title?: string | undefined;
  /** Default `"en"`. */
  readonly lang?: string | undefined;
}

/** No style and no script, so that every Content-Security-Policy lets it be. `content` is lines of HTML as they are. */
export function failureMarkup(status: number, words: FailureWords = {}, content: readonly string[] = []): string {
  const { title = reasonPhrase(status), lang = "en" } = words;
  const lines = [
    `<!doctype html>`,
    `<html lang="${escapeHtml(lang)}">`,
    `<head>`,
    `<meta charset="utf-8">`,
    `<meta name="viewport" content="width=device-width, initial-scale=1">`,
    `<meta name="color-scheme" content="light dark">`,
    `<title>${status} ${escapeHtml(title)}</title>`,
    `</head>`,
    `<body>`,
    `<main>`,
    `<h1>${escapeHtml(title)}</h1>`,
    ...content,
    `</main>`,
    `</body>`,
    `</html>`,
    ``,
  ];
  return lines.join("\n");
}

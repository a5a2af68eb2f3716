/** The part of a form that carries a token. */
import { escapeHtml } from "../escape-html.ts";

/** The form field that holds a token, as in Ring. */
export const TOKEN_FIELD = "__anti-forgery-token";

/** The hidden input, escaped; `""` for no token, so that templates need not know. */
export function hiddenInput(token: string): string {
  return token === "" ? "" : `<input type="hidden" name="${TOKEN_FIELD}" value="${escapeHtml(token)}">`;
}

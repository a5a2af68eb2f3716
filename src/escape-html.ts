/** Text that stands in HTML as it is. */

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/**
 * Escapes a value for HTML text and for an attribute's value between quotes, single or double. `null` and `undefined`
 * are `""`. Not enough without quotes, in a script, a style or an event's attribute; for a link's target see `safeHref`.
 */
export function escapeHtml(value: unknown): string {
  return String(value ?? "").replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}

/** Which names of templates are paths inside their folder. */
import { RinglightError } from "../errors.ts";

// Segments of letters, digits, `-`, `_` and inner dots: no `..`, no `.hidden`, no backslash, no drive, no `@`.
const NAME = /^[\w-]+(?:\.[\w-]+)*(?:\/[\w-]+(?:\.[\w-]+)*)*$/;

/** Throws `ERR_TEMPLATE` for a name that is no plain path. */
export function checkTemplateName(name: string): void {
  if (NAME.test(name) && name.length <= 255) return;
  throw new RinglightError(
    "ERR_TEMPLATE",
    `${quoted(name)} is no template's name: letters, digits, - and _, folders before a slash, such as "mail/welcome"`,
  );
}

export function quoted(name: string): string {
  return JSON.stringify(name.slice(0, 64));
}

/** What a form sends, in each of its encodings (HTML, 4.10.21). */
import type { Button, Control } from "./controls.ts";

export type Entry = readonly [name: string, value: string | Blob];

/** Names and values of the controls that count, in the order of the page (HTML, 4.10.21.4). */
export function entriesOf(controls: readonly Control[], submitter: Button | undefined): readonly Entry[] {
  return controls.flatMap((control): readonly Entry[] => {
    const { kind, name } = control;
    if (kind === "button") return control === submitter ? pressed(control) : [];
    if (name === "") return [];
    switch (kind) {
      case "text":
        return [[name, lines(control.value)]];
      case "select":
        return control.chosen.map((value): Entry => [name, lines(value)]);
      case "file":
        // No file chosen is a file without name and octets.
        return (control.files.length === 0 ? [new File([], "")] : control.files).map((file): Entry => [name, file]);
      default:
        return control.checked ? [[name, lines(control.value)]] : [];
    }
  });
}

function pressed({ name, value, image }: Button): readonly Entry[] {
  if (!image) return name === "" ? [] : [[name, value]];
  const prefix = name === "" ? "" : `${name}.`;
  return [
    [`${prefix}x`, "0"],
    [`${prefix}y`, "0"],
  ];
}

/** A form's body and its type, or the address of one that is sent by GET. */
export function encoded(entries: readonly Entry[], enctype: string): BodyInit {
  if (enctype === "multipart/form-data") {
    const form = new FormData();
    for (const [name, value] of entries) {
      if (typeof value === "string") form.append(name, value);
      else form.append(name, value, value instanceof File ? value.name : "blob");
    }
    return form;
  }
  if (enctype === "text/plain") {
    const text = entries.map(([name, value]) => `${name}=${nameOf(value)}\r\n`).join("");
    return new Blob([text], { type: "text/plain" });
  }
  return query(entries);
}

/** As a query: of a file its name. */
export function query(entries: readonly Entry[]): URLSearchParams {
  return new URLSearchParams(entries.map(([name, value]) => [name, nameOf(value)]));
}

function nameOf(value: string | Blob): string {
  if (typeof value === "string") return value;
  return value instanceof File ? value.name : "blob";
}

// Every line ends as it is sent (HTML, 4.10.21.4).
function lines(text: string): string {
  return text.replace(/\r\n|\r|\n/g, "\r\n");
}

/** What a form sends: names and values (HTML, 4.10.21.4). */
import type { Button, Control } from "./controls.ts";

export type Entry = readonly [name: string, value: string | Blob];

/** Names and values of the controls that count, in the order of the page. */
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

// Every line ends as it is sent (HTML, 4.10.21.4).
function lines(text: string): string {
  return text.replace(/\r\n|\r|\n/g, "\r\n");
}

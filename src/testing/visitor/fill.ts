/** Fills in a form as a visitor does: what the page has no control for is an error, not sent. */
import { meantName } from "../../did-you-mean.ts";
import { RinglightError } from "../../errors.ts";
import type { Control } from "./controls.ts";

/**
 * A text, or several for controls of one name, in their order; for a checkbox `true` or `false`, or the values of those to
 * be checked; for radio buttons and a select the value, or values, to be chosen; for a file a `File` or `Blob`.
 */
export type FieldValue = string | number | boolean | Blob | ReadonlyArray<string | Blob>;

export type FieldValues = Readonly<Record<string, FieldValue>>;

/** The controls with these values. Rejects with `ERR_VISIT` what this form cannot send; no value is in the message. */
export function fill(controls: readonly Control[], values: FieldValues): readonly Control[] {
  const names = [
    ...new Set(controls.filter(({ kind, name }) => kind !== "button" && name !== "").map(({ name }) => name)),
  ];
  const filled = [...controls];
  for (const [name, given] of Object.entries(values)) {
    if (!names.includes(name)) throw unknown(name, names);
    const places = filled.flatMap((control, place) =>
      control.kind !== "button" && control.name === name ? [place] : [],
    );
    const changed = filledOf(
      places.map((place) => filled[place]!),
      given,
      name,
    );
    for (const [index, place] of places.entries()) filled[place] = changed[index]!;
  }
  return filled;
}

const KINDS: readonly string[] = ["string", "number", "boolean"];

function filledOf(controls: readonly Control[], given: FieldValue, name: string): readonly Control[] {
  const [{ kind }] = controls as [Control];
  if (controls.some((control) => control.kind !== kind)) {
    // A hidden field before a checkbox, which says "no" where the box is not checked, stays as it is.
    const boxes = controls.filter((control) => control.kind === "checkbox");
    const others = controls.filter((control) => control.kind !== "checkbox");
    if (boxes.length === 0 || others.some((control) => control.kind !== "text"))
      throw wrong(name, "is the name of several kinds of controls");
    const checked = [...filledOf(boxes, given, name)];
    return controls.map((control) => (control.kind === "checkbox" ? checked.shift()! : control));
  }
  const values = Array.isArray(given)
    ? (given as ReadonlyArray<string | Blob>)
    : [given as string | number | boolean | Blob];
  if (!values.every((value) => value instanceof Blob || KINDS.includes(typeof value)))
    throw wrong(name, "is given what is no text, number, boolean or file");
  if (kind === "file") return filesIn(controls, values, name);
  if (values.some((value) => value instanceof Blob)) throw wrong(name, "takes no file");
  if (kind === "checkbox" && typeof given === "boolean") {
    if (controls.length > 1) throw wrong(name, "is several checkboxes: give the values of those to be checked");
    return controls.map((control) => ({ ...control, checked: given }) as Control);
  }
  if (typeof given === "boolean") throw wrong(name, "is no checkbox: give a text");
  return textsIn(controls, values.map(String), name);
}

function textsIn(controls: readonly Control[], texts: readonly string[], name: string): readonly Control[] {
  const [first] = controls as [Control];
  if (first.kind === "text") {
    if (texts.length !== controls.length)
      throw wrong(name, controls.length === 1 ? "takes one text" : `is ${controls.length} controls: give a list`);
    return controls.map((control, index) => ({ ...control, value: texts[index]! }) as Control);
  }
  const offered = controls.flatMap((control) =>
    control.kind === "select" ? control.options : control.kind === "file" ? [] : [control.value as string],
  );
  if (texts.some((text) => !offered.includes(text)))
    throw wrong(name, `offers nothing of this value, but ${offered.map((value) => JSON.stringify(value)).join(", ")}`);
  if (texts.length > 1 && (first.kind === "radio" || (first.kind === "select" && !first.multiple)))
    throw wrong(name, "takes one value");
  if (first.kind === "radio" && texts.length === 0) throw wrong(name, "cannot be unchosen");
  return controls.map((control) => {
    if (control.kind === "select")
      return { ...control, chosen: control.options.filter((value) => texts.includes(value)) };
    return { ...control, checked: texts.includes((control as { value: string }).value) } as Control;
  });
}

function filesIn(controls: readonly Control[], values: readonly unknown[], name: string): readonly Control[] {
  if (!values.every((value): value is Blob => value instanceof Blob)) throw wrong(name, "takes a File or a Blob");
  const [first] = controls;
  if (controls.length > 1 || first?.kind !== "file") throw wrong(name, "is several controls for files");
  if (values.length > 1 && !first.multiple) throw wrong(name, "takes one file");
  return [{ ...first, files: values }];
}

function unknown(name: string, names: readonly string[]): RinglightError {
  const meant = meantName(name, names);
  const hint = meant === undefined ? "" : `; did you mean ${meant}?`;
  const there = names.length === 0 ? "it has none" : `there are: ${names.join(", ")}`;
  return new RinglightError("ERR_VISIT", `the form has no field ${name}${hint}; ${there}`);
}

function wrong(name: string, words: string): RinglightError {
  return new RinglightError("ERR_VISIT", `the field ${name} ${words}`);
}

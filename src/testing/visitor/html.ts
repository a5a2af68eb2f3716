/** A page's HTML as a tree, by the package parse5, and the few questions that are asked of one. */
import { moduleMissing } from "../../module-missing.ts";

/** A node, as far as it is used: an element, a text, or anything else. */
export interface HtmlNode {
  readonly tagName?: string;
  readonly attrs?: ReadonlyArray<{ readonly name: string; readonly value: string }>;
  readonly childNodes?: readonly HtmlNode[];
  readonly parentNode?: HtmlNode | null;
  /** Of a text. */
  readonly value?: string;
}

export type ParseHtml = (text: string) => HtmlNode;

/** Rejects with `ERR_MODULE_MISSING` where parse5 is not installed. */
export async function htmlParser(): Promise<ParseHtml> {
  const { parse } = await import("parse5").catch((cause: unknown) => {
    throw moduleMissing("visitor", "parse5", cause);
  });
  return (text) => parse(text) as HtmlNode;
}

/** Every element under a node, in the order of the document. What stands in a `<template>` is none of the page's. */
export function* elements(node: HtmlNode): Generator<HtmlNode, void> {
  for (const child of node.childNodes ?? []) {
    if (child.tagName !== undefined) yield child;
    yield* elements(child);
  }
}

/** An attribute's value, `""` where it has none; `undefined` where the attribute is not there. */
export function attribute(element: HtmlNode, name: string): string | undefined {
  return element.attrs?.find((each) => each.name === name)?.value;
}

/** All text inside. */
export function textOf(node: HtmlNode): string {
  return node.value ?? (node.childNodes ?? []).map(textOf).join("");
}

/** The elements around one, from the inside out. */
export function* ancestors(node: HtmlNode): Generator<HtmlNode, void> {
  for (let parent = node.parentNode; parent; parent = parent.parentNode) yield parent;
}

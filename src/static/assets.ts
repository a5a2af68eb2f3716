/** Which files of a package are for browsers. */

/** The endings that are given out unless others are named: scripts, styles, source maps, fonts, images, WebAssembly. */
export const ASSET_ENDINGS: readonly string[] = [
  ...["js", "mjs", "css", "map", "wasm"],
  ...["woff2", "woff", "ttf", "otf", "eot"],
  ...["svg", "png", "jpg", "jpeg", "gif", "webp", "avif", "ico"],
];

// What tells of the package and not to browsers, whatever endings are given out.
const NEVER =
  /^(?:(?:package|package-lock|npm-shrinkwrap|tsconfig|jsconfig)\.json|(?:readme|license|licence|changelog)(?:\..*)?)$/i;

/** Whether these names lead to a file with one of the endings: no dotfile, nothing of the packages inside. */
export function isAsset(names: readonly string[], endings: ReadonlySet<string>): boolean {
  const last = names.at(-1) ?? "";
  const ending = last.slice(last.lastIndexOf(".") + 1).toLowerCase();
  const hides = names.some((name) => name.startsWith(".") || name.toLowerCase() === "node_modules");
  return last.includes(".") && endings.has(ending) && !NEVER.test(last) && !hides;
}

/** A real Chromium for tests, where the machine has one. */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Where Chromium is: `CHROMIUM`, or the first of its usual names on the PATH. */
export function chromiumPath(): string | undefined {
  const candidates = (process.env.PATH ?? "")
    .split(delimiter)
    .flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return [process.env.CHROMIUM ?? [], candidates].flat().find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Why browser tests cannot run here, for `test(…, { skip })`; with CI=true that is a failure instead. */
export function withoutChromium(suite: string): string | false {
  if (chromiumPath()) return false;
  const words = `${suite} needs chromium, and none is on the PATH: apt-get install chromium`;
  if (process.env.CI === "true") throw new Error(words);
  return words;
}

export async function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath()!, args: FLAGS });
}

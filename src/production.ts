/** Whether this is production, where what is convenient in development is refused. */

/** NODE_ENV says so; or it may not be read (Deno without `--allow-env=NODE_ENV`), and the safe answer is yes. */
export function inProduction(): boolean {
  try {
    return globalThis.process?.env?.NODE_ENV === "production";
  } catch {
    return true;
  }
}

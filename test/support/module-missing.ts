/** A program in which a package is not installed. */
import { spawnSync } from "node:child_process";

/** Runs `code` where importing `missing` fails as it does when it is not there; its whole output. */
export function program(
  missing: string,
  code: string,
  environment: Readonly<Record<string, string>> = {},
): { stdout: string; stderr: string; status: number | null } {
  const hooks = `
    import { registerHooks } from "node:module";
    registerHooks({
      resolve(specifier, context, next) {
        if (specifier !== ${JSON.stringify(missing)}) return next(specifier, context);
        throw Object.assign(new Error("Cannot find package " + specifier), { code: "ERR_MODULE_NOT_FOUND" });
      },
    });`;
  const args = ["--conditions=ringlight-source", "--input-type=module", "-e", `${hooks}\n${code}`];
  return spawnSync(process.execPath, args, {
    encoding: "utf8",
    timeout: 60_000,
    env: { ...process.env, ...environment },
  });
}

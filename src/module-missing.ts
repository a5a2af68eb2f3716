/** The error for an optional package that is not installed. */
import { RinglightError } from "./errors.ts";

/** `ERR_MODULE_MISSING`: what needs the package, `ringlight/formats/edn` or a function, and how to install it. */
export function moduleMissing(what: string, library: string, cause: unknown): RinglightError {
  const remedy = `${what} works with the package ${library}, which cannot be loaded: npm install ${library}`;
  return new RinglightError("ERR_MODULE_MISSING", remedy, { cause });
}

/** What must not compile: names of options that are checked, and are not those of the options' type. */
import { checkNames } from "../src/errors.ts";

declare const options: { readonly limit?: number; readonly timeout?: number };
checkNames(options, ["limit", "timeout"], "wrapX");
checkNames(options, ["limit"], "wrapX"); //! missing: "timeout"
checkNames(options, ["limit", "timeout", "timeuot"], "wrapX"); //! noOption: "timeuot"
const names: string[] = ["limit", "timeout"];
checkNames(options, names, "wrapX"); //! say: "as const"

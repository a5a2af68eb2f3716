/** Names of tables and schemas in SQL text: checked, then quoted. */
import { badOption } from "../errors.ts";

/** The name in double quotes. Throws `ERR_OPTION` for one that is no plain name of at most 63 characters. */
export function quotedName(name: string, option: string = "table"): string {
  if (typeof name !== "string" || !/^[A-Za-z_]\w{0,62}$/.test(name))
    throw badOption(option, "must be 1 to 63 letters, digits and _, and begin with no digit");
  return `"${name}"`;
}

/** Throws `ERR_OPTION` where the table's name is so long that those of the tables and indexes beside it would be cut. */
export function checkTable(table: string): void {
  if (quotedName(table).length > 50) throw badOption("table", "must have at most 48 characters");
}

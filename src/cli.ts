#!/usr/bin/env node
/** `npx ringlight key`: prints a fresh key on standard output, for an environment variable. */
import { newKey } from "./crypto/keys.ts";

const [command, ...rest] = process.argv.slice(2);
if (command === "key" && rest.length === 0) {
  console.log(newKey());
} else {
  console.error("usage: ringlight key    prints a key of 256 random bits, for keyRing([…])");
  process.exitCode = command === undefined || command === "--help" ? 0 : 2;
}

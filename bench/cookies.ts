/** Cookies, beside the field's most used parser. */
import { parseCookie } from "cookie";
import { cookieValues } from "../src/cookies/parse.ts";
import { parseCookies } from "../src/index.ts";
import { costSync, row } from "./measure.ts";

const header = (count: number) =>
  Array.from({ length: count }, (_, i) => `name${i}=value-${i}-${"x".repeat(20)}`).join("; ");
for (const count of [1, 10, 100]) {
  const cookies = header(count);
  const peer = costSync(50_000 / count, () => parseCookie(cookies));
  row(
    `parse ${count} cookies`,
    costSync(50_000 / count, () => parseCookies(cookies)),
    peer,
    "µs",
    `cookie (${peer.toFixed(2)} µs)`,
  );
}
const long = `${header(100)}; session=x`;
const whole = costSync(2000, () => parseCookies(long));
row(
  "find one of 101 cookies",
  costSync(2000, () => cookieValues(long, "session")),
  whole,
  "µs",
  "parsing them all",
);

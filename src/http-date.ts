/** Dates of HTTP, in their three forms (RFC 9110, 5.6.7). */

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const MONTH = `(?<month>${MONTHS.join("|")})`;
const TIME = "(?<hour>\\d\\d):(?<minute>\\d\\d):(?<second>\\d\\d)";
const FORMS = [
  `(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (?<day>\\d\\d) ${MONTH} (?<year>\\d{4}) ${TIME} GMT`,
  `(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday), (?<day>\\d\\d)-${MONTH}-(?<year>\\d\\d) ${TIME} GMT`,
  `(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) ${MONTH} (?<day>[ \\d]\\d) ${TIME} (?<year>\\d{4})`,
].map((form) => new RegExp(`^${form}$`));

/**
 * The instant in milliseconds; `undefined` for any other text, and for a day or time that there is none of. The day's
 * name is not compared. A year of two digits is the one that is at most 50 years ahead of `now`.
 */
export function parseHttpDate(text: string, now: number): number | undefined {
  const match = FORMS.map((form) => form.exec(text)).find(Boolean);
  if (!match?.groups) return undefined;
  const { year = "", month = "", day = "", hour, minute, second } = match.groups;
  const [y, d, h, min, s] = [fullYear(year, now), Number(day), Number(hour), Number(minute), Number(second)];
  if (h > 23 || min > 59 || s > 60) return undefined; // 60 is a leap second
  const date = new Date(0);
  date.setUTCFullYear(y, MONTHS.indexOf(month), d); // Date.UTC takes 50 for 1950
  if (date.getUTCDate() !== d) return undefined; // 31 February
  return date.setUTCHours(h, min, s);
}

function fullYear(year: string, now: number): number {
  if (year.length === 4) return Number(year);
  const present = new Date(now).getUTCFullYear();
  const inCentury = present - (present % 100) + Number(year);
  return inCentury > present + 50 ? inCentury - 100 : inCentury;
}

/** As IMF-fixdate, the only form that is sent. */
export function formatHttpDate(milliseconds: number): string {
  return new Date(milliseconds).toUTCString();
}

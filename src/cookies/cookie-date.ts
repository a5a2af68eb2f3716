/** The two dates of cookies: the one that is written, and every one that is read. */

// delimiter = %x09 / %x20-2F / %x3B-40 / %x5B-60 / %x7B-7E (RFC 6265bis, 5.1.1)
const DELIMITER = /[\t -/;-@[-`{-~]+/;
// time = 1*2DIGIT ":" 1*2DIGIT ":" 1*2DIGIT [ non-digit *OCTET ]
const TIME = /^(\d{1,2}):(\d{1,2}):(\d{1,2})(?!\d)/;
// day-of-month = 1*2DIGIT [ non-digit *OCTET ]
const DAY = /^(\d{1,2})(?!\d)/;
// month = ( "jan" / "feb" / … / "dec" ) *OCTET
const MONTH = /^(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)/i;
// year = 2*4DIGIT [ non-digit *OCTET ]
const YEAR = /^(\d{2,4})(?!\d)/;

const MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec";

/** Writes an IMF-fixdate (RFC 9110, 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`. The date must lie in the years 0 to 9999. */
export function formatCookieDate(date: Date): string {
  return date.toUTCString();
}

/** Reads a date as user agents do (RFC 6265bis, 5.1.1); `undefined` where they find none. Never throws. */
export function parseCookieDate(text: string): Date | undefined {
  const found = new Map<RegExp, RegExpExecArray>();
  for (const token of text.split(DELIMITER)) {
    // Each token fills the first of the four, in this order, that is still open and that it fits.
    const production = [TIME, DAY, MONTH, YEAR].find((each) => !found.has(each) && each.test(token));
    if (production !== undefined) found.set(production, production.exec(token)!);
  }
  if (found.size < 4) return undefined;
  const [, hour, minute, second] = found.get(TIME)!.map(Number) as [number, number, number, number];
  const day = Number(found.get(DAY)![1]);
  const month = MONTHS.indexOf(found.get(MONTH)![1]!.toLowerCase()) / 3;
  return existing(fullYear(Number(found.get(YEAR)![1])), month, day, hour, minute, second);
}

function fullYear(year: number): number {
  if (year >= 70 && year <= 99) return year + 1900;
  return year <= 69 ? year + 2000 : year;
}

function existing(year: number, month: number, day: number, hour: number, minute: number, second: number) {
  if (year < 1601 || hour > 23 || minute > 59 || second > 59) return undefined;
  const date = new Date(Date.UTC(year, month, day, hour, minute, second));
  // 31 April would become 1 May.
  return date.getUTCDate() === day && date.getUTCMonth() === month ? date : undefined;
}

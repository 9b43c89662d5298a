const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const month = `(${months.join('|')})`;
const time = '(\\d\\d):(\\d\\d):(\\d\\d)';
const day = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)';
const longDay = '(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day';

/** The three forms of an HTTP date that RFC 9110, 5.6.7 obliges a recipient to read. */
const imfDate = new RegExp(`^${day}, (\\d\\d) ${month} (\\d{4}) ${time} GMT$`);
const rfc850Date = new RegExp(`^${longDay}, (\\d\\d)-${month}-(\\d\\d) ${time} GMT$`);
const asctimeDate = new RegExp(`^${day} ${month} ([ \\d]\\d) ${time} (\\d{4})$`);

/**
 * Milliseconds that a `Retry-After` header asks to wait (RFC 9110, 10.2.3): whole seconds, or an HTTP date.
 *
 * Strict, because leniency harms: `Date.parse('-1')` is a day in 2001, which would mean «at once».
 * @returns `undefined` for anything else; 0 for a date that has passed.
 */
export function parseRetryAfter(value: string | null | undefined, nowMs: number): number | undefined {
  const text = value?.trim();
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000;
  const dateMs = parseHttpDate(text, nowMs);
  return dateMs === undefined ? undefined : Math.max(0, dateMs - nowMs);
}

function parseHttpDate(text: string, nowMs: number): number | undefined {
  const imf = imfDate.exec(text);
  if (imf) return utc(imf[3], imf[2], imf[1], imf.slice(4));
  const rfc850 = rfc850Date.exec(text);
  if (rfc850) {
    // Two digits of a year mean the century that puts the date at most 50 years into the future.
    const thisYear = new Date(nowMs).getUTCFullYear();
    let year = thisYear - (thisYear % 100) + Number(rfc850[3]);
    if (year > thisYear + 50) year -= 100;
    return utc(String(year), rfc850[2], rfc850[1], rfc850.slice(4));
  }
  const asctime = asctimeDate.exec(text);
  return asctime ? utc(asctime[6], asctime[1], asctime[2], asctime.slice(3, 6)) : undefined;
}

function utc(
  year: string | undefined,
  monthName: string | undefined,
  dayOfMonth: string | undefined,
  [hours, minutes, seconds]: readonly string[],
): number | undefined {
  const date = new Date(0);
  date.setUTCFullYear(Number(year), months.indexOf(monthName ?? ''), Number(dayOfMonth));
  date.setUTCHours(Number(hours), Number(minutes), Number(seconds));
  const isReal = date.getUTCDate() === Number(dayOfMonth) && date.getUTCHours() === Number(hours);
  return isReal ? date.getTime() : undefined;
}

/** What a text says by a layout: seconds as if the local time were UTC, and the offset when the text names one. */
export interface LocalTime {
  readonly localSeconds: number;
  readonly nanoseconds: bigint;
  readonly offsetSeconds: number | undefined;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const longMonths = [
  ...['January', 'February', 'March', 'April', 'May', 'June', 'July'],
  ...['August', 'September', 'October', 'November', 'December'],
];

interface Fields {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  nanoseconds: bigint;
  afternoon: boolean | undefined;
  offsetSeconds: number | undefined;
}

interface Element {
  /** As it stands in a layout. */
  readonly layout: string;
  readonly pattern: string;
  read(found: string, fields: Fields): void;
}

/** The elements of Go's layouts, those that begin alike with the longest first. */
const elements: readonly Element[] = [
  { layout: 'January', pattern: longMonths.join('|'), read: (t, f) => (f.month = longMonths.indexOf(t) + 1) },
  { layout: 'Jan', pattern: months.join('|'), read: (t, f) => (f.month = months.indexOf(t) + 1) },
  { layout: 'Monday', pattern: '[A-Z][a-z]+day', read: ignore },
  { layout: 'Mon', pattern: '[A-Z][a-z]{2}', read: ignore },
  { layout: 'MST', pattern: 'UTC|GMT|Z', read: (_, f) => (f.offsetSeconds = 0) },
  { layout: '2006', pattern: '\\d{4}', read: (t, f) => (f.year = Number(t)) },
  { layout: 'Z07:00', pattern: 'Z|[+-]\\d\\d:\\d\\d', read: readOffset },
  { layout: 'Z0700', pattern: 'Z|[+-]\\d{4}', read: readOffset },
  { layout: '-07:00', pattern: '[+-]\\d\\d:\\d\\d', read: readOffset },
  { layout: '-0700', pattern: '[+-]\\d{4}', read: readOffset },
  { layout: '.000000000', pattern: '\\.\\d{9}', read: readFraction },
  { layout: '.000000', pattern: '\\.\\d{6}', read: readFraction },
  { layout: '.000', pattern: '\\.\\d{3}', read: readFraction },
  { layout: '01', pattern: '\\d\\d', read: (t, f) => (f.month = Number(t)) },
  { layout: '02', pattern: '\\d\\d', read: (t, f) => (f.day = Number(t)) },
  { layout: '03', pattern: '\\d\\d', read: (t, f) => (f.hour = Number(t)) },
  { layout: '04', pattern: '\\d\\d', read: (t, f) => (f.minute = Number(t)) },
  { layout: '05', pattern: '\\d\\d', read: (t, f) => (f.second = Number(t)) },
  { layout: '06', pattern: '\\d\\d', read: (t, f) => (f.year = Number(t) + (Number(t) >= 69 ? 1900 : 2000)) },
  { layout: '15', pattern: '\\d\\d', read: (t, f) => (f.hour = Number(t)) },
  { layout: 'PM', pattern: 'AM|PM', read: (t, f) => (f.afternoon = t === 'PM') },
  { layout: 'pm', pattern: 'am|pm', read: (t, f) => (f.afternoon = t === 'pm') },
  { layout: '_2', pattern: ' ?\\d\\d?', read: (t, f) => (f.day = Number(t)) },
  { layout: '1', pattern: '\\d\\d?', read: (t, f) => (f.month = Number(t)) },
  { layout: '2', pattern: '\\d\\d?', read: (t, f) => (f.day = Number(t)) },
  { layout: '3', pattern: '\\d\\d?', read: (t, f) => (f.hour = Number(t)) },
  { layout: '4', pattern: '\\d\\d?', read: (t, f) => (f.minute = Number(t)) },
  { layout: '5', pattern: '\\d\\d?', read: (t, f) => (f.second = Number(t)) },
];

/** Reads a text by a layout of Go's time package; undefined when it does not fit. */
export function parseByLayout(text: string, layout: string): LocalTime | undefined {
  const fields: Fields = {
    year: 0,
    month: 1,
    day: 1,
    hour: 0,
    minute: 0,
    second: 0,
    nanoseconds: 0n,
    afternoon: undefined,
    offsetSeconds: undefined,
  };
  let rest = text;
  let at = 0;
  while (at < layout.length) {
    const element = elements.find((each) => layout.startsWith(each.layout, at));
    if (element === undefined) {
      if (rest[0] !== layout[at]) return undefined;
      rest = rest.slice(1);
      at += 1;
      continue;
    }
    const found = new RegExp(`^(?:${element.pattern})`).exec(rest)?.[0];
    if (found === undefined) return undefined;
    element.read(found, fields);
    rest = rest.slice(found.length);
    at += element.layout.length;
    const seconds = element.layout === '05' || element.layout === '5';
    const fraction = seconds && !/^[.,]0/.test(layout.slice(at)) ? /^[.,]\d+/.exec(rest)?.[0] : undefined;
    if (fraction !== undefined) {
      readFraction(fraction, fields); // a fraction may follow the seconds even if the layout has none
      rest = rest.slice(fraction.length);
    }
  }
  return rest === '' ? localTime(fields) : undefined;
}

function localTime(fields: Fields): LocalTime | undefined {
  const { year, month, day, minute, second, nanoseconds, offsetSeconds } = fields;
  let { hour } = fields;
  if (fields.afternoon === true && hour < 12) hour += 12;
  if (fields.afternoon === false && hour === 12) hour = 0;
  const daysInMonth = new Map([[2, year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28]]);
  const longest = daysInMonth.get(month) ?? ([4, 6, 9, 11].includes(month) ? 30 : 31);
  if (month < 1 || month > 12 || day < 1 || day > longest) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  // the years 0 to 99 would be taken for 1900 to 1999, so they go through a leap year of the same kind
  const shift = year < 100 ? 400 : 0;
  const seconds = Date.UTC(year + shift, month - 1, day, hour, minute, second) / 1000;
  return { localSeconds: seconds - (shift === 0 ? 0 : 146_097 * 86_400), nanoseconds, offsetSeconds };
}

function ignore(): void {}

function readOffset(text: string, fields: Fields): void {
  if (text === 'Z') {
    fields.offsetSeconds = 0;
    return;
  }
  const digits = text.replace(/\D/g, '');
  const size = Number(digits.slice(0, 2)) * 3600 + Number(digits.slice(2)) * 60;
  fields.offsetSeconds = text.startsWith('-') ? -size : size;
}

function readFraction(text: string, fields: Fields): void {
  fields.nanoseconds = BigInt(text.slice(1, 10).padEnd(9, '0'));
}

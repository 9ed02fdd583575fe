import { isIPv6 } from 'node:net';

/**
 * String formats that the API server checks; any other format means nothing to it. Names are without hyphens, which count for
 * nothing. What fits is said by kube-openapi's `strfmt` and the packages that it asks.
 */
const formats: Readonly<Record<string, (value: string) => boolean>> = {
  datetime: (value) => lastTimes.has(value) || (isTime(value) && rememberTime(value)),
  date: (value) => /^\d{4}-\d\d-\d\d$/.test(value) && isDate(`${value}T00:00:00Z`),
  email: isEmail,
  ipv4: (value) => isIpv4(value) || (value.includes('.') && isIPv6(value) && !value.includes('%')),
  ipv6: (value) => isIPv6(value) && !value.includes('%'),
  cidr: isCidr,
  mac: isMac,
  uri: (value) => value === '*' || value.startsWith('/') || isUri(value),
  uuid: (value) => /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i.test(value),
  uuid3: (value) => isUuid(value, '3', '[0-9a-f]'),
  uuid4: (value) => isUuid(value, '4', '[89ab]'),
  uuid5: (value) => isUuid(value, '5', '[89ab]'),
  isbn: (value) => isIsbn10(value) || isIsbn13(value),
  isbn10: isIsbn10,
  isbn13: isIsbn13,
  creditcard: isCreditCard,
  hostname: isHostname,
  bsonobjectid: (value) => /^[0-9a-fA-F]{24}$/.test(value),
  hexcolor: (value) => /^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/.test(value),
  rgbcolor: isRgbColor,
  ssn: (value) => /^\d{3}[- ]\d{2}[- ]\d{4}$/.test(value),
  password: () => true,
  byte: (value) => /^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/.test(value),
  duration: isDuration,
};

export function matchesFormat(format: string, value: string): boolean {
  return formats[normalized(format)]?.(value) ?? true;
}

/** Whether a value of this format is looked at. */
export const isKnownFormat = (format: string): boolean => Object.hasOwn(formats, normalized(format));

const normalized = (format: string): string => format.replaceAll('-', '');

/** 6, 8 or 20 bytes, with colons or hyphens between them, dots between pairs of them, or nothing. */
function isMac(value: string): boolean {
  return [6, 8, 20].some((bytes) =>
    [
      `[0-9a-f]{2}([:-])([0-9a-f]{2}\\1){${bytes - 2}}[0-9a-f]{2}`,
      `([0-9a-f]{4}\\.){${bytes / 2 - 1}}[0-9a-f]{4}`,
      `[0-9a-f]{${bytes * 2}}`,
    ].some((pattern) => new RegExp(`^${pattern}$`, 'i').test(value)),
  );
}

/** A host may be missing, and a port may be too large. */
function isUri(value: string): boolean {
  return URL.canParse(
    value.replace(/^([a-z]+:\/\/[^/?#]*):\d*(?=[/?#]|$)/i, '$1').replace(/^([a-z]+:\/\/)(?=[/?#]|$)/i, '$1x'),
  );
}

/** An address alone, or a name before one in angle brackets. */
function isEmail(value: string): boolean {
  const atom = "[\\w!#$%&'*+/=?^`{|}~\\u0080-\\uffff-]+";
  const dotted = `${atom}(\\.${atom})*`;
  const address = `(${dotted}|"[^"]+")@(${dotted}|\\[[^\\]]+\\])`;
  return new RegExp(`^\\s*(${address}|[^<>@]*<${address}>)\\s*$`).test(value);
}

/** One label, or several of which the last has letters only. */
function isHostname(value: string): boolean {
  const sign = '[\\p{S}\\p{L}0-9]';
  const label = `${sign}([\\p{S}\\p{L}0-9-]{0,61}${sign})?`;
  const pattern = `^(${sign}(-?${sign}{0,62})?|(${label}\\.)+[a-zA-Z\\p{L}]{2,63})$`;
  return (
    new RegExp(pattern, 'u').test(value) &&
    Buffer.byteLength(value) <= 255 &&
    value.split('.').every((part) => Buffer.byteLength(part) <= 63)
  );
}

function isCidr(value: string): boolean {
  const [address = '', prefix = '', ...rest] = value.split('/');
  if (rest.length > 0 || !/^\d{1,3}$/.test(prefix)) return false;
  return isIpv4(address)
    ? Number(prefix) <= 32
    : isIPv6(address) && !address.includes('%') && Number(prefix) <= 128;
}

function isRgbColor(value: string): boolean {
  const parts = /^rgb\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\s*\)$/.exec(value)?.slice(1) ?? [];
  return parts.length === 3 && parts.every((part) => String(Number(part)) === part && Number(part) <= 255);
}

function isIsbn10(value: string): boolean {
  const digits = value.replace(/[\s-]+/g, '');
  if (!/^\d{9}[\dX]$/.test(digits)) return false;
  return (
    [...digits].reduce((sum, digit, at) => sum + (10 - at) * (digit === 'X' ? 10 : Number(digit)), 0) % 11 ===
    0
  );
}

function isIsbn13(value: string): boolean {
  const digits = value.replace(/[\s-]+/g, '');
  if (!/^97[89]\d{10}$/.test(digits)) return false;
  return [...digits].reduce((sum, digit, at) => sum + (at % 2 === 0 ? 1 : 3) * Number(digit), 0) % 10 === 0;
}

/** By its first digits and its length, and the last digit (Luhn). */
function isCreditCard(value: string): boolean {
  const digits = value.replace(/\D+/g, '');
  const known =
    /^(4\d{12}(\d{3})?|5[1-5]\d{14}|6(011|5\d\d)\d{12}|3[47]\d{13}|3(0[0-5]|[68]\d)\d{11}|(2131|1800|35\d{3})\d{11})$/;
  const sum = [...digits].reverse().reduce((total, digit, at) => {
    const doubled = Number(digit) * (at % 2 === 1 ? 2 : 1);
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return known.test(digits) && sum % 10 === 0;
}

const units = /^(ns|nano.*|us|µs|micro.*|ms|milli.*|s|sec.*|m|min.*|h|hr|hour.*|d|day.*|w|wk|week.*)$/i;

/** A duration of Go, or a text in which somewhere a number stands before a unit. */
function isDuration(value: string): boolean {
  if (/^[+-]?(0|((\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h))+)$/.test(value)) return true;
  return [...value.matchAll(/\d+\s*([A-Za-zµ]+)/g)].some(([, unit = '']) => units.test(unit));
}

const isTime = (value: string): boolean =>
  /^\d{4}-\d\d-\d\d[Tt]([01]\d|2[0-3]):\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.test(value) && isDate(value);

/** Times that were found to be some: objects carry the same few about. */
const lastTimes = new Set<string>();
const timesKept = 256;

function rememberTime(value: string): true {
  if (lastTimes.size >= timesKept) lastTimes.clear();
  lastTimes.add(value);
  return true;
}

/** Days that no month has are no dates, though JavaScript's parser takes them for later ones. */
function isDate(value: string): boolean {
  const [, year = '', month = '', day = ''] = /^(\d{4})-(\d\d)-(\d\d)/.exec(value) ?? [];
  return !Number.isNaN(Date.parse(value)) && Number(day) <= daysIn(Number(year), Number(month));
}

function daysIn(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  if (month === 2) return isLeap ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

const isUuid = (value: string, version: string, variant: string): boolean =>
  new RegExp(
    `^[0-9a-f]{8}-?[0-9a-f]{4}-?${version}[0-9a-f]{3}-?${variant}[0-9a-f]{3}-?[0-9a-f]{12}$`,
    'i',
  ).test(value);

/** Zeros in front are let through, as they were before Go 1.17. */
function isIpv4(value: string): boolean {
  const parts = value.split('.');
  return parts.length === 4 && parts.every((part) => /^\d+$/.test(part) && Number(part) <= 255);
}

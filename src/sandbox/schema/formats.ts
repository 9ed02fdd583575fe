import { labelName, subdomainName } from '../metadata.ts';

/** String formats that the API server checks; any other format means nothing to it. */
const formats: Readonly<Record<string, (value: string) => boolean>> = {
  'date-time': (value) =>
    /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.test(value) && isDate(value),
  date: (value) => /^\d{4}-\d\d-\d\d$/.test(value) && isDate(`${value}T00:00:00Z`),
  email: (value) => /^[^@\s]+@[^@\s]+$/.test(value),
  ipv4: (value) => isIpv4(value),
  ipv6: (value) => value.includes(':') && /^[0-9a-fA-F:.]+$/.test(value),
  ip: (value) => isIpv4(value) || (value.includes(':') && /^[0-9a-fA-F:.]+$/.test(value)),
  cidr: (value) => /^([\d.]+\/\d{1,2}|[0-9a-fA-F:.]+\/\d{1,3})$/.test(value),
  mac: (value) => /^([0-9a-fA-F]{2}[:-]){5}[0-9a-fA-F]{2}$/.test(value),
  uri: (value) => URL.canParse(value) || value.startsWith('/'),
  uuid: (value) => /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i.test(value),
  uuid3: (value) => isUuid(value, '3'),
  uuid4: (value) => isUuid(value, '4'),
  uuid5: (value) => isUuid(value, '5'),
  hostname: (value) =>
    value.length <= 255 &&
    /^[\p{L}\p{S}\d]([-\p{L}\p{S}\d]{0,61}[\p{L}\p{S}\d])?(\.[\p{L}\p{S}\d]([-\p{L}\p{S}\d]{0,61}[\p{L}\p{S}\d])?)*$/u.test(
      value,
    ),
  bsonobjectid: (value) => /^[0-9a-fA-F]{24}$/.test(value),
  hexcolor: (value) => /^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/.test(value),
  rgbcolor: (value) => /^rgb\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\s*\)$/.test(value),
  ssn: (value) => /^\d{3}[- ]?\d{2}[- ]?\d{4}$/.test(value),
  'k8s-short-name': (value) => labelName(value) === undefined,
  'k8s-long-name': (value) => subdomainName(value) === undefined,
  byte: (value) => /^[A-Za-z0-9+/\r\n]*={0,2}$/.test(value) && value.replace(/[\r\n]/g, '').length % 4 === 0,
  duration: (value) =>
    /^[+-]?((\d+\.?\d*|\.\d+)\s*(ns|us|µs|ms|s|m|h|d|w)\s*)+$/.test(value) || value === '0',
};

export function matchesFormat(format: string, value: string): boolean {
  return formats[format]?.(value) ?? true;
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

const isUuid = (value: string, version: string): boolean =>
  new RegExp(`^[0-9a-f]{8}-?[0-9a-f]{4}-?${version}[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}$`, 'i').test(value);

function isIpv4(value: string): boolean {
  const parts = value.split('.');
  return parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255);
}

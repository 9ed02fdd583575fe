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
  byte: (value) => /^[A-Za-z0-9+/\r\n]*={0,2}$/.test(value) && value.replace(/[\r\n]/g, '').length % 4 === 0,
  duration: (value) =>
    /^[+-]?((\d+\.?\d*|\.\d+)\s*(ns|us|µs|ms|s|m|h|d|w)\s*)+$/.test(value) || value === '0',
};

export function matchesFormat(format: string, value: string): boolean {
  return formats[format]?.(value) ?? true;
}

const isDate = (value: string): boolean => !Number.isNaN(Date.parse(value));

function isIpv4(value: string): boolean {
  const parts = value.split('.');
  return parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255);
}

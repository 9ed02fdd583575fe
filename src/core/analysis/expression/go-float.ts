/** A float as Go's ParseFloat reads it: decimal, hexadecimal with a binary exponent, `inf`, `nan`. Undefined for other texts. */
export function parseGoFloat(text: string): number | undefined {
  const sign = text.startsWith('-') ? -1 : 1;
  const body = text.replace(/^[+-]/, '').toLowerCase();
  if (body === 'nan') return text === body || text.length === 3 ? Number.NaN : undefined;
  if (body === 'inf' || body === 'infinity') return sign * Number.POSITIVE_INFINITY;
  if (/^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/.test(body)) {
    const value = sign * Number(body);
    return Number.isFinite(value) ? value : undefined; // out of range is an error
  }
  const hex = /^0x([0-9a-f]*)\.?([0-9a-f]*)p([+-]?\d+)$/.exec(body);
  if (hex === null || `${hex[1]}${hex[2]}` === '') return undefined;
  const digits = BigInt(`0x${hex[1]}${hex[2]}`);
  const value = sign * Number(digits) * 2 ** (Number(hex[3]) - 4 * (hex[2] as string).length);
  return Number.isFinite(value) ? value : undefined;
}

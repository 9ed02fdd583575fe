/**
 * Numbers as Go prints them. Users and their tools compare texts that the peer wrote with `%v` or
 * `strconv.FormatFloat(x, 'f', -1, 64)`, so ours must be the same to the letter.
 */

/** `%v`: plain from 0.0001 up to 999999.…, otherwise with an exponent of at least two digits. */
export function formatGoFloat(value: number): string {
  const special = specialName(value);
  if (special !== undefined) return special;
  const { negative, digits, exponent } = decimalOf(value);
  if (exponent >= -4 && exponent < 6) return formatPlainFloat(value);
  const mantissa = digits.length === 1 ? digits : `${digits[0]}.${digits.slice(1)}`;
  const size = String(Math.abs(exponent)).padStart(2, '0');
  return `${negative ? '-' : ''}${mantissa}e${exponent < 0 ? '-' : '+'}${size}`;
}

/** `'f', -1`: never an exponent, the fewest digits that read back to the same number. */
export function formatPlainFloat(value: number): string {
  const special = specialName(value);
  if (special !== undefined) return special;
  const { negative, digits, exponent } = decimalOf(value);
  const sign = negative ? '-' : '';
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  const fraction = digits.slice(exponent + 1);
  return fraction === '' ? `${sign}${whole}` : `${sign}${whole}.${fraction}`;
}

function specialName(value: number): string | undefined {
  if (Number.isNaN(value)) return 'NaN';
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  return undefined;
}

/** The shortest digits d1 d2 d3… and the exponent with value = d1.d2d3… × 10^exponent. */
function decimalOf(value: number): { negative: boolean; digits: string; exponent: number } {
  const [mantissa = '', exponent = '0'] = Math.abs(value).toExponential().split('e');
  return { negative: value < 0, digits: mantissa.replace('.', ''), exponent: Number(exponent) };
}

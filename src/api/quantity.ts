/**
 * A resource quantity as Kubernetes prints it after reading it: `0.5` is `500m`, `1024Mi` is `1Gi`. Text that is no quantity
 * is returned as it is. Rules: k8s.io/apimachinery 0.34, api/resource. They are those of its JSON, since pod template hashes
 * are made of that: a short text that has the right form already is kept to the letter (`1E3`, `+2`), and an amount beyond
 * exa loses its suffix.
 */
export function canonicalQuantity(value: string | number): string {
  const text = String(value).trim();
  const parts = partsOf(text);
  if (parts === undefined) return text;
  if (text === '0' || isKept(parts)) return text;
  const amount = amountOf(parts);
  if (amount.digits === 0n) return '0';
  return parts.format === 'binary' ? formatBinary(amount) : formatDecimal(amount, parts.format);
}

/** The same text for the same amount, however it is written: `1k`, `1000` and `1e3`. */
export function exactQuantity(value: string | number): string {
  const text = String(value).trim();
  const parts = partsOf(text);
  if (parts === undefined) return text;
  const amount = amountOf(parts);
  return amount.digits === 0n ? '0' : formatDecimal(amount, 'exponent');
}

type Format = 'decimal' | 'exponent' | 'binary';

interface Parts {
  readonly negative: boolean;
  /** Digits before the point, without leading zeros, and after it. */
  readonly whole: string;
  readonly fraction: string;
  readonly format: Format;
  /** Power of ten, or of two for the binary suffixes. */
  readonly power: number;
}

/** digits × 10^exponent */
interface Amount {
  readonly digits: bigint;
  readonly exponent: number;
}

const binarySuffixes = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const decimalSuffixes: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};
const smallestExponent = -9; // nano; what is smaller is rounded up
const largest = 2n ** 63n - 1n;

function partsOf(text: string): Parts | undefined {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|M|G|T|P|E|[eE][+-]?\d+)?$/.exec(text);
  if (match === null || ((match[2] ?? '') === '' && (match[3] ?? '') === '')) return undefined;
  const [, sign, whole = '', fraction = '', suffix = ''] = match;
  const binary = binarySuffixes.indexOf(suffix);
  const isExponent = /^[eE][+-]?\d/.test(suffix);
  return {
    negative: sign === '-',
    whole: whole.replace(/^0+/, '') || '0',
    fraction,
    format: binary > 0 ? 'binary' : isExponent ? 'exponent' : 'decimal',
    power: binary > 0 ? 10 * binary : exponentOf(suffix),
  };
}

function exponentOf(suffix: string): number {
  return decimalSuffixes[suffix] ?? Number(suffix.slice(1));
}

/** Is the number small enough for the machine's own arithmetic? Only then can its text be kept. */
function isShort({ whole, fraction, format, power }: Parts): boolean {
  if (format !== 'binary') {
    return whole.length + fraction.length <= 18 && power - fraction.length >= smallestExponent;
  }
  return fraction === '' && 15 - whole.length - Math.trunc((power * 3) / 10) - 1 >= 0;
}

function isKept(parts: Parts): boolean {
  const { whole, fraction, format, power } = parts;
  if (!isShort(parts)) return false;
  const digits = `${whole}${fraction}`;
  if (format === 'binary') return (BigInt(digits) & 7n) !== 0n;
  return (power - fraction.length) % 3 === 0 && !digits.endsWith('000') && !digits.startsWith('0');
}

function amountOf(parts: Parts): Amount {
  const { negative, whole, fraction, format, power } = parts;
  const plain = BigInt(`${whole}${fraction}`);
  const digits = format === 'binary' ? plain * 2n ** BigInt(power) : plain;
  const exponent = (format === 'binary' ? 0 : power) - fraction.length;
  const rounded = isShort(parts) ? { digits, exponent } : roundUp({ digits, exponent }, smallestExponent);
  const capped =
    format === 'binary' && !isShort(parts) && isAbove(rounded, largest)
      ? { digits: largest, exponent: 0 }
      : rounded;
  return negative ? { ...capped, digits: -capped.digits } : capped;
}

function isAbove({ digits, exponent }: Amount, limit: bigint): boolean {
  return exponent >= 0 ? digits * 10n ** BigInt(exponent) > limit : digits > limit * 10n ** BigInt(-exponent);
}

/** Away from zero: whoever asks for some gets some. */
function roundUp({ digits, exponent }: Amount, smallest: number): Amount {
  if (exponent >= smallest) return { digits, exponent };
  const divisor = 10n ** BigInt(smallest - exponent);
  return { digits: (digits + divisor - 1n) / divisor, exponent: smallest };
}

function formatDecimal(amount: Amount, format: Format): string {
  let { digits, exponent } = amount;
  while (digits % 10n === 0n) {
    digits /= 10n;
    exponent += 1;
  }
  while (exponent % 3 !== 0) {
    digits *= 10n;
    exponent -= 1;
  }
  if (format === 'exponent') return exponent === 0 ? `${digits}` : `${digits}e${exponent}`;
  const suffix = Object.entries(decimalSuffixes).find(([, power]) => power === exponent)?.[0] ?? '';
  return `${digits}${suffix}`;
}

/** Below 1024, or with a fraction, there is no exact binary form: decimal is used. */
function formatBinary(amount: Amount): string {
  const divisor = 10n ** BigInt(-amount.exponent);
  const size = amount.digits < 0n ? -amount.digits : amount.digits;
  if (size < 1024n * divisor || amount.digits % divisor !== 0n) return formatDecimal(amount, 'decimal');
  let digits = amount.digits / divisor;
  let steps = 0;
  while (digits % 1024n === 0n) {
    digits /= 1024n;
    steps += 1;
  }
  return `${digits}${binarySuffixes[steps] ?? ''}`;
}

/** The amount as a number, for comparisons: `500m` is 0.5. Undefined when the text is no quantity. */
export function quantityAmount(value: string | number): number | undefined {
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+))(Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|M|G|T|P|E|[eE][+-]?\d+)?$/.exec(
    String(value),
  );
  if (match === null) return undefined;
  const [, digits = '', suffix = ''] = match;
  const binary = binarySuffixes.indexOf(suffix);
  return Number(digits) * (binary > 0 ? 1024 ** binary : 10 ** exponentOf(suffix));
}

/**
 * A resource quantity in the canonical form of Kubernetes: `0.5` is `500m`, `1024Mi` is `1Gi`. Text that is no quantity is
 * returned as it is. Rules: k8s.io/apimachinery, api/resource (suffix family is kept, no fraction, the largest suffix that
 * leaves a whole number; binary below 1024 becomes decimal).
 */
export function canonicalQuantity(value: string | number): string {
  const text = String(value);
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|M|G|T|P|E|[eE][+-]?\d+)?$/.exec(text);
  if (match === null || ((match[2] ?? '') === '' && (match[3] ?? '') === '')) return text;
  const [, sign = '', whole = '', fraction = '', suffix = ''] = match;
  const digits = BigInt(`${whole}${fraction}` || '0');
  const negative = sign === '-' && digits !== 0n;
  const binary = binarySuffixes.indexOf(suffix);
  const body =
    binary > 0
      ? formatBinary(digits * 1024n ** BigInt(binary), -fraction.length)
      : formatDecimal(digits, exponentOf(suffix) - fraction.length, /^[eE][+-]?\d/.test(suffix));
  return negative ? `-${body}` : body;
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

function exponentOf(suffix: string): number {
  return decimalSuffixes[suffix] ?? Number(suffix.slice(1));
}

function formatDecimal(digits: bigint, exponent: number, asExponent: boolean): string {
  let [mantissa, power] = roundUp(digits, exponent, smallestExponent);
  if (mantissa === 0n) return '0';
  while (mantissa % 10n === 0n) {
    mantissa /= 10n;
    power += 1;
  }
  while (power % 3 !== 0 || (power > 18 && !asExponent)) {
    mantissa *= 10n;
    power -= 1;
  }
  if (asExponent) return power === 0 ? `${mantissa}` : `${mantissa}e${power}`;
  const suffix = Object.entries(decimalSuffixes).find(([, value]) => value === power)?.[0] ?? '';
  return `${mantissa}${suffix}`;
}

function formatBinary(digits: bigint, exponent: number): string {
  const divisor = 10n ** BigInt(-exponent);
  if (digits < 1024n * divisor) return formatDecimal(digits, exponent, false);
  let [mantissa] = roundUp(digits, exponent, 0);
  let steps = 0;
  while (mantissa % 1024n === 0n && steps < binarySuffixes.length - 1) {
    mantissa /= 1024n;
    steps += 1;
  }
  return `${mantissa}${binarySuffixes[steps]}`;
}

function roundUp(digits: bigint, exponent: number, smallest: number): [bigint, number] {
  if (exponent >= smallest) return [digits, exponent];
  const divisor = 10n ** BigInt(smallest - exponent);
  return [(digits + divisor - 1n) / divisor, smallest];
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

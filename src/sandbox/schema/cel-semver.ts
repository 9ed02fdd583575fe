/** A version as the functions of CEL in Kubernetes take it: of SemVer 2, compared by its rules. */
export class Semver {
  readonly core: readonly [major: bigint, minor: bigint, patch: bigint];
  readonly before: readonly string[];

  constructor(text: string) {
    const found = pattern.exec(text);
    if (found === null) throw new Error(`Invalid semver: ${JSON.stringify(text)}`);
    const [, major = '0', minor = '0', patch = '0', before] = found;
    this.core = [BigInt(major), BigInt(minor), BigInt(patch)];
    this.before = before === undefined ? [] : before.split('.');
  }

  compare(other: Semver): bigint {
    for (const [index, number] of this.core.entries()) {
      const against = other.core[index] as bigint;
      if (number !== against) return number < against ? -1n : 1n;
    }
    if (this.before.length === 0 || other.before.length === 0)
      return BigInt(Math.sign(other.before.length - this.before.length));
    return compareParts(this.before, other.before);
  }
}

const part = '(?:0|[1-9]\\d*|\\d*[A-Za-z-][\\dA-Za-z-]*)';
const number = '(0|[1-9]\\d*)';
const pattern = new RegExp(
  `^${number}\\.${number}\\.${number}(?:-(${part}(?:\\.${part})*))?(?:\\+[\\dA-Za-z-]+(?:\\.[\\dA-Za-z-]+)*)?$`,
);

export const isSemver = (text: string): boolean => pattern.test(text);

/** Without a `v` in front, with minor and patch, and without zeros in front of the numbers. */
export function normalizedSemver(text: string): string {
  const [, core = '', rest = ''] = /^v?([^-+]*)(.*)$/s.exec(text) ?? [];
  const numbers = core.split('.').map((digits) => digits.replace(/^0+(?=\d)/, ''));
  while (numbers.length < 3 && rest === '') numbers.push('0');
  return numbers.join('.') + rest;
}

/** Numbers by their value and before texts; the longer one of two that begin alike is later. */
function compareParts(left: readonly string[], right: readonly string[]): bigint {
  for (const [index, one] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1n;
    if (one === other) continue;
    const [isNumber, isOther] = [/^\d+$/.test(one), /^\d+$/.test(other)];
    if (isNumber && isOther) return BigInt(one) < BigInt(other) ? -1n : 1n;
    if (isNumber !== isOther) return isNumber ? -1n : 1n;
    return one < other ? -1n : 1n;
  }
  return left.length < right.length ? -1n : 0n;
}

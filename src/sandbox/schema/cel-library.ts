import { BlockList, isIPv4, isIPv6 } from 'node:net';
import { Environment, Optional } from '@marcbachmann/cel-js';
import { RE2JS } from 're2js';
import { exactQuantity } from '../../api/quantity.ts';
import { Format, namedFormats } from './cel-format.ts';
import { registerMacros } from './cel-macros.ts';
import { registerOptionalLiterals } from './cel-optionals.ts';
import { isSemver, normalizedSemver, Semver } from './cel-semver.ts';
import { GoUrl, isUrl } from './cel-url.ts';
import { matchesPattern, patternFault } from './patterns.ts';

/** An address, as the functions of CEL in Kubernetes take it. */
class Ip {
  readonly text: string;
  readonly family: 4 | 6;
  constructor(text: string) {
    if (!isIp(text)) throw new Error(`unable to parse IP address ${JSON.stringify(text)}`);
    this.text = text;
    this.family = isIPv4(text) ? 4 : 6;
  }
  isIn(...networks: readonly string[]): boolean {
    return networks.some((network) => new Cidr(network).contains(this));
  }
}

/** The numbers between the dots or colons, all of them. */
function groupsOf({ text, family }: Ip): readonly number[] {
  if (family === 4) return text.split('.').map(Number);
  const [head = '', tail] = new URL(`http://[${text}]`).hostname.slice(1, -1).split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return [...before, ...zeros, ...after].map((group) => Number.parseInt(group, 16));
}

/** As an address is printed: in lower case, with the longest row of zeros left out. */
const isCanonicalIp = (text: string): boolean => {
  const { family } = new Ip(text);
  return family === 4 || new URL(`http://[${text}]`).hostname.slice(1, -1) === text;
};

const isZero = (value: unknown): boolean =>
  value === null ||
  value === false ||
  value === '' ||
  value === 0 ||
  value === 0n ||
  (typeof value === 'object' &&
    Object.getPrototypeOf(value) === Object.prototype &&
    Object.keys(value).length === 0) ||
  (Array.isArray(value) && value.length === 0);

/** A network. */
class Cidr {
  readonly ip: Ip;
  readonly prefix: number;
  readonly #block = new BlockList();
  constructor(text: string) {
    const [address = '', prefix = ''] = text.split('/');
    if (!isCidr(text)) throw new Error(`network address parse error during conversion from string: ${text}`);
    this.ip = new Ip(address);
    this.prefix = Number(prefix);
    this.#block.addSubnet(address, this.prefix, `ipv${this.ip.family}`);
  }
  /** The first address of the network, with the same prefix. */
  masked(): Cidr {
    const groups = groupsOf(this.ip);
    const bits = this.ip.family === 4 ? 8 : 16;
    const kept = groups.map((group, index) => {
      const free = Math.min(bits, Math.max(0, (index + 1) * bits - this.prefix));
      return (group >> free) << free;
    });
    const text = this.ip.family === 4 ? kept.join('.') : kept.map((group) => group.toString(16)).join(':');
    return new Cidr(`${text}/${this.prefix}`);
  }
  contains({ text, family }: Ip): boolean {
    return family === this.ip.family && this.#block.check(text, `ipv${family}`);
  }
}

class Quantity {
  /** digits × 10^exponent */
  readonly digits: bigint;
  readonly exponent: number;
  constructor(text: string) {
    if (!isQuantity(text))
      throw new Error(`quantities must match the regular expression of quantities: ${text}`);
    const [digits = '0', exponent = '0'] = exactQuantity(text).split('e');
    this.digits = BigInt(digits);
    this.exponent = Number(exponent);
  }
  compare(other: Quantity): bigint {
    const shared = Math.min(this.exponent, other.exponent);
    const left = this.digits * 10n ** BigInt(this.exponent - shared);
    const right = other.digits * 10n ** BigInt(other.exponent - shared);
    return left < right ? -1n : left > right ? 1n : 0n;
  }
  plus(other: Quantity, sign = 1n): Quantity {
    const shared = Math.min(this.exponent, other.exponent);
    const left = this.digits * 10n ** BigInt(this.exponent - shared);
    const right = other.digits * 10n ** BigInt(other.exponent - shared);
    return new Quantity(`${left + sign * right}e${shared}`);
  }
  isInteger(): boolean {
    return this.exponent >= 0;
  }
  toInteger(): bigint {
    if (!this.isInteger()) throw new Error('cannot convert value to integer');
    return this.digits * 10n ** BigInt(this.exponent);
  }
}

const isIp = (text: string): boolean => isIPv4(text) || (isIPv6(text) && !text.includes('%'));

function isCidr(text: string): boolean {
  const [address = '', prefix = '', ...rest] = text.split('/');
  return (
    rest.length === 0 &&
    isIp(address) &&
    /^\d{1,3}$/.test(prefix) &&
    Number(prefix) <= (isIPv4(address) ? 32 : 128)
  );
}

const isQuantity = (text: string): boolean =>
  /^[+-]?(\d+\.?\d*|\.\d+)([numkMGTPE]|[KMGTPE]i|[eE][+-]?\d+)?$/.test(text);

const numberOf = (value: unknown): number => Number(value);
/** Numbers, texts and times alike; `Math.min` knows no whole numbers of CEL. */
const extreme = (list: readonly unknown[], isBetter: (a: number, b: number) => boolean): unknown =>
  list.reduce((best, item) => (isBetter(item as number, best as number) ? item : best));
const nonEmpty = (list: readonly unknown[], name: string): readonly unknown[] => {
  if (list.length === 0) throw new Error(`${name} called on empty list`);
  return list;
};
const indexOf = (list: readonly unknown[], item: unknown): bigint => BigInt(list.indexOf(item));
const found = (text: string, pattern: string): string[] => {
  const matcher = RE2JS.compile(pattern).matcher(text);
  const all: string[] = [];
  while (matcher.find()) all.push(matcher.group() ?? '');
  return all;
};
const has = (list: readonly unknown[], wanted: readonly unknown[]): boolean =>
  wanted.every((item) => list.includes(item));

type Handler = (...values: never[]) => unknown;

/** What Kubernetes adds to CEL beside the standard: by signature. */
const functions: Readonly<Record<string, Handler>> = {
  'string.charAt(int): string': (text: string, at: bigint) => [...text][Number(at)] ?? '',
  'string.replace(string, string): string': (text: string, a: string, b: string) =>
    text.replaceAll(a, () => b),
  'string.replace(string, string, int): string': (text: string, a: string, b: string, times: bigint) =>
    times < 0n
      ? text.replaceAll(a, () => b)
      : text.split(a).reduce((all, part, index) => all + (index <= Number(times) ? b : a) + part),
  'string.reverse(): string': (text: string) => [...text].reverse().join(''),
  'string.find(string): string': (text: string, pattern: string) => found(text, pattern)[0] ?? '',
  'string.findAll(string): list<string>': (text: string, pattern: string) => found(text, pattern),
  'string.findAll(string, int): list<string>': (text: string, pattern: string, limit: bigint) =>
    limit < 0n ? found(text, pattern) : found(text, pattern).slice(0, Number(limit)),
  'list.isSorted(): bool': (list: number[]) =>
    list.every((item, index) => index === 0 || (list[index - 1] as number) <= item),
  'list.sum(): dyn': (list: unknown[]) => {
    if (list.length === 0) return 0n;
    return list.reduce((sum, item) =>
      typeof sum === 'bigint' ? sum + BigInt(item as bigint) : numberOf(sum) + numberOf(item),
    );
  },
  'list.min(): dyn': (list: unknown[]) => extreme(nonEmpty(list, 'min'), (a, b) => a < b),
  'list.max(): dyn': (list: unknown[]) => extreme(nonEmpty(list, 'max'), (a, b) => a > b),
  'list.indexOf(dyn): int': indexOf,
  'list.lastIndexOf(dyn): int': (list: unknown[], item: unknown) => BigInt(list.lastIndexOf(item)),
  'isIP(string): bool': isIp,
  'ip(string): IP': (text: string) => new Ip(text),
  'string(IP): string': ({ text }: Ip) => text,
  'IP.family(): int': ({ family }: Ip) => BigInt(family),
  'IP.isUnspecified(): bool': (ip: Ip) => ip.isIn('0.0.0.0/32', '::/128'),
  'IP.isLoopback(): bool': (ip: Ip) => ip.isIn('127.0.0.0/8', '::1/128'),
  'IP.isLinkLocalMulticast(): bool': (ip: Ip) => ip.isIn('224.0.0.0/24', 'ff02::/16'),
  'IP.isLinkLocalUnicast(): bool': (ip: Ip) => ip.isIn('169.254.0.0/16', 'fe80::/10'),
  'IP.isGlobalUnicast(): bool': (ip: Ip) =>
    !ip.isIn(
      '0.0.0.0/32',
      '255.255.255.255/32',
      '127.0.0.0/8',
      '224.0.0.0/4',
      '169.254.0.0/16',
      '::/128',
      '::1/128',
      'ff00::/8',
      'fe80::/10',
    ),
  'isCIDR(string): bool': isCidr,
  'cidr(string): CIDR': (text: string) => new Cidr(text),
  'CIDR.containsIP(IP): bool': (network: Cidr, ip: Ip) => network.contains(ip),
  'CIDR.containsIP(string): bool': (network: Cidr, text: string) => network.contains(new Ip(text)),
  'CIDR.containsCIDR(CIDR): bool': (network: Cidr, other: Cidr) =>
    other.prefix >= network.prefix && network.contains(other.ip),
  'CIDR.containsCIDR(string): bool': (network: Cidr, text: string) => {
    const other = new Cidr(text);
    return other.prefix >= network.prefix && network.contains(other.ip);
  },
  'CIDR.ip(): IP': ({ ip }: Cidr) => ip,
  'CIDR.prefixLength(): int': ({ prefix }: Cidr) => BigInt(prefix),
  'isQuantity(string): bool': isQuantity,
  'quantity(string): Quantity': (text: string) => new Quantity(text),
  'Quantity.compareTo(Quantity): int': (a: Quantity, b: Quantity) => a.compare(b),
  'Quantity.isGreaterThan(Quantity): bool': (a: Quantity, b: Quantity) => a.compare(b) > 0n,
  'Quantity.isLessThan(Quantity): bool': (a: Quantity, b: Quantity) => a.compare(b) < 0n,
  'Quantity.add(Quantity): Quantity': (a: Quantity, b: Quantity) => a.plus(b),
  'Quantity.sub(Quantity): Quantity': (a: Quantity, b: Quantity) => a.plus(b, -1n),
  'Quantity.sign(): int': ({ digits }: Quantity) => (digits < 0n ? -1n : digits > 0n ? 1n : 0n),
  'Quantity.isInteger(): bool': (a: Quantity) => a.isInteger(),
  'Quantity.asInteger(): int': (a: Quantity) => a.toInteger(),
  'Quantity.asApproximateFloat(): double': ({ digits, exponent }: Quantity) =>
    Number(digits) * 10 ** exponent,
  'isURL(string): bool': isUrl,
  'url(string): URL': (text: string) => new GoUrl(text),
  'URL.getScheme(): string': ({ scheme }: GoUrl) => scheme,
  'URL.getHost(): string': ({ host }: GoUrl) => host,
  'URL.getHostname(): string': ({ hostname }: GoUrl) => hostname,
  'URL.getPort(): string': ({ port }: GoUrl) => port,
  'URL.getEscapedPath(): string': ({ escapedPath }: GoUrl) => escapedPath,
  'URL.getQuery(): map<string, list<string>>': ({ query }: GoUrl) => query,
  'sets.contains(list, list): bool': (_sets: unknown, list: unknown[], wanted: unknown[]) =>
    has(list, wanted),
  'sets.equivalent(list, list): bool': (_sets: unknown, a: unknown[], b: unknown[]) => has(a, b) && has(b, a),
  'sets.intersects(list, list): bool': (_sets: unknown, a: unknown[], b: unknown[]) =>
    a.some((item) => b.includes(item)),
};

const semverOf = (text: string, normalize: boolean): Semver =>
  new Semver(normalize ? normalizedSemver(text) : text);

const more: Readonly<Record<string, Handler>> = {
  'string.re2Matches(string): bool': (text: string, pattern: string) => {
    if (patternFault(pattern) !== undefined)
      throw new Error(`error parsing regexp: ${patternFault(pattern)}`);
    return matchesPattern(pattern, text);
  },
  'string.format(list): string': formatText,
  'strings.quote(string): string': (_strings: unknown, text: string) => JSON.stringify(text),
  'semver(string): Semver': (text: string) => new Semver(text),
  'semver(string, bool): Semver': semverOf,
  'isSemver(string): bool': isSemver,
  'isSemver(string, bool): bool': (text: string, normalize: boolean) =>
    isSemver(normalize ? normalizedSemver(text) : text),
  'Semver.compareTo(Semver): int': (a: Semver, b: Semver) => a.compare(b),
  'Semver.isGreaterThan(Semver): bool': (a: Semver, b: Semver) => a.compare(b) > 0n,
  'Semver.isLessThan(Semver): bool': (a: Semver, b: Semver) => a.compare(b) < 0n,
  'Semver.major(): int': ({ core }: Semver) => core[0],
  'Semver.minor(): int': ({ core }: Semver) => core[1],
  'Semver.patch(): int': ({ core }: Semver) => core[2],
  'format.named(string): optional<Format>': (_format: unknown, name: string) =>
    Optional.of(Object.hasOwn(namedFormats, name) ? namedFormats[name] : undefined),
  'Format.validate(string): optional<list<string>>': ({ problem }: Format, text: string) => {
    const found = problem(text);
    return Optional.of(found === undefined ? undefined : [found]);
  },
  'Quantity.add(int): Quantity': (a: Quantity, b: bigint) => a.plus(new Quantity(String(b))),
  'Quantity.sub(int): Quantity': (a: Quantity, b: bigint) => a.plus(new Quantity(String(b)), -1n),
  'CIDR.masked(): CIDR': (network: Cidr) => network.masked(),
  'ip.isCanonical(string): bool': (_ip: unknown, text: string) => isCanonicalIp(text),
  'OptionalNamespace.ofNonZeroValue(dyn): dyn': (_optional: unknown, value: unknown) =>
    isZero(value) ? Optional.none() : Optional.of(value),
};

/** `%s`, `%d`, `%f`, `%e`, `%b`, `%x`, `%X`, `%o`, with a precision before those of fractions. */
function formatText(template: string, values: readonly unknown[]): string {
  let next = 0;
  return template.replace(
    /%(?:\.(\d+))?([sdfebxXo%])/g,
    (_all, precision: string | undefined, verb: string) => {
      if (verb === '%') return '%';
      if (next >= values.length) throw new Error(`index ${next} out of range`);
      const value = values[next++];
      const number = value as number | bigint;
      switch (verb) {
        case 'f':
          return Number(number).toFixed(Number(precision ?? 6));
        case 'e':
          return Number(number)
            .toExponential(Number(precision ?? 6))
            .replace(/e([+-])(\d)$/, 'e$10$2');
        case 'b':
          return typeof value === 'boolean' ? String(Number(value)) : number.toString(2);
        case 'x':
        case 'X': {
          const text = typeof value === 'string' ? Buffer.from(value).toString('hex') : number.toString(16);
          return verb === 'X' ? text.toUpperCase() : text;
        }
        case 'o':
          return number.toString(8);
        default:
          return shown(value);
      }
    },
  );
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(shown).join(', ')}]`;
  if (value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype)
    return `{${Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => `${name}: ${shown(member)}`)
      .join(', ')}}`;
  return String(value);
}

const equalities: Readonly<Record<string, (a: never, b: never) => boolean>> = {
  'optional<dyn> == null': () => false,
  'IP == IP': (a: Ip, b: Ip) => String(groupsOf(a)) === String(groupsOf(b)),
  'CIDR == CIDR': (a: Cidr, b: Cidr) =>
    a.prefix === b.prefix && String(groupsOf(a.ip)) === String(groupsOf(b.ip)),
  'Quantity == Quantity': (a: Quantity, b: Quantity) => a.compare(b) === 0n,
  'Semver == Semver': (a: Semver, b: Semver) => a.compare(b) === 0n,
  'URL == URL': (a: GoUrl, b: GoUrl) => a.text === b.text,
};

/** The functions by their signatures, for whoever checks a call before it is made. */
export const librarySignatures: readonly string[] = [
  ...Object.keys({ ...functions, ...more }).map((signature) =>
    signature.replace('re2Matches', 'matches').replace('OptionalNamespace', 'optional'),
  ),
  ...Object.keys(namedFormats).map((name) => `format.${name}(): Format`),
];

/** What Go's `time.ParseDuration` reads. */
const goDuration = /^[+-]?(0|((\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h))+)$/;

class Sets {}
class Strings {}
class Formats {}
class Ips {}

/** CEL as custom resources know it: the standard, and what Kubernetes adds to it. */
export function celEnvironment(): Environment {
  const environment = new Environment({ homogeneousAggregateLiterals: false, enableOptionalTypes: true });
  for (const [name, ctor] of Object.entries({
    IP: Ip,
    CIDR: Cidr,
    Quantity,
    URL: GoUrl,
    SetsNamespace: Sets,
    StringsNamespace: Strings,
    FormatNamespace: Formats,
    IpNamespace: Ips,
    Format,
    Semver,
  })) {
    environment.registerType(name, ctor);
  }
  environment.registerConstant('sets', 'SetsNamespace', new Sets());
  environment.registerConstant('strings', 'StringsNamespace', new Strings());
  environment.registerConstant('ip', 'IpNamespace', new Ips());
  environment.registerConstant('format', 'FormatNamespace', new Formats());
  for (const [name, format] of Object.entries(namedFormats))
    environment.registerFunction(`FormatNamespace.${name}(): Format`, () => format);
  for (const [signature, handler] of Object.entries({ ...functions, ...more })) {
    const own = signature.replace(
      /^(sets|strings|format|ip)\./,
      (name) => `${name.charAt(0).toUpperCase()}${name.slice(1, -1)}Namespace.`,
    );
    environment.registerFunction(own, handler as (...values: unknown[]) => unknown);
  }
  for (const [operator, isEqual] of Object.entries(equalities))
    environment.registerOperator(operator, isEqual as (a: unknown, b: unknown) => boolean);
  const duration = environment.parse('duration(self)');
  environment.registerFunction('goDuration(string): google.protobuf.Duration', (text: string) => {
    if (!goDuration.test(text))
      throw new Error("type conversion error from 'string' to 'google.protobuf.Duration'");
    return duration({ self: text.replace(/^[+-]?0$/, '0s').replaceAll('μ', 'µ') });
  });
  registerMacros(environment);
  registerOptionalLiterals(environment);
  for (const name of ['self', 'oldSelf', 'value']) environment.registerVariable(name, 'dyn');
  return environment;
}

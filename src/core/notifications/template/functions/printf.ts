import { problem } from '../problem.ts';
import { formatValue, type GoValue, isList, isMap, sorted, toJson, typeName } from '../values.ts';
import { bounded } from './function.ts';

interface Directive {
  readonly flags: string;
  readonly width: number;
  readonly precision: number | undefined;
  readonly verb: string;
}

/** Go's fmt.Sprintf (https://pkg.go.dev/fmt), with its notes about what does not fit: `%!d(string=x)`. */
export function sprintf(format: string, args: readonly GoValue[]): string {
  let next = 0;
  const text = format.replace(
    /%([+\-# 0]*)(\*|\d+)?(?:\.(\*|\d*))?(.|$)/gsu,
    (_, flags: string, width: string | undefined, precision: string | undefined, verb: string) => {
      if (verb === '') return '%!(NOVERB)';
      if (verb === '%') return '%';
      const number = (given: string) => (given === '*' ? Number(args[next++] ?? 0) : Number(given));
      const directive: Directive = {
        flags,
        width: bounded(width === undefined ? 0 : number(width)),
        precision: precision === undefined ? undefined : bounded(number(precision)),
        verb,
      };
      if (next >= args.length) return `%!${verb}(MISSING)`;
      return shown(args[next++] as GoValue, directive);
    },
  );
  const extra = args
    .slice(next)
    .map((arg) => (arg === null ? '<nil>' : `${typeName(arg)}=${formatValue(arg)}`));
  return extra.length === 0 ? text : `${text}%!(EXTRA ${extra.join(', ')})`;
}

/** fmt.Sprint: a space between two operands of which neither is a text. */
export function sprint(args: readonly GoValue[]): string {
  return args
    .map((arg, index) => {
      const before = args[index - 1];
      const gap = index > 0 && typeof arg !== 'string' && typeof before !== 'string' ? ' ' : '';
      return gap + formatValue(arg);
    })
    .join('');
}

function shown(value: GoValue, directive: Directive): string {
  const { verb } = directive;
  if (verb === 'T') return padded(value === null ? '<nil>' : typeName(value), directive);
  if (verb === 'v') return general(value, directive);
  if (isList(value)) return `[${value.map((item) => shown(item, directive)).join(' ')}]`;
  if (isMap(value)) {
    return `map[${sorted(value)
      .map(([key, item]) => `${shown(key, directive)}:${shown(item, directive)}`)
      .join(' ')}]`;
  }
  const fitting = format(value, directive);
  return (
    fitting ?? (value === null ? `%!${verb}(<nil>)` : `%!${verb}(${typeName(value)}=${formatValue(value)})`)
  );
}

function general(value: GoValue, directive: Directive): string {
  if (directive.flags.includes('#')) throw problem('printf: %#v is not available; use toJson');
  if (typeof value === 'bigint') return shown(value, { ...directive, verb: 'd' });
  if (typeof value === 'number' && directive.precision !== undefined) {
    return shown(value, { ...directive, verb: 'g' });
  }
  return padded(formatValue(value), { ...directive, flags: directive.flags.replace('0', '') });
}

function format(value: GoValue, directive: Directive): string | undefined {
  const { verb } = directive;
  // a whole number as a float, too: in the peer's messages about events the numbers of a Rollout are floats
  if (typeof value === 'bigint') return integer(value, directive) ?? float(Number(value), directive);
  if (typeof value === 'number') return float(value, directive);
  if (typeof value === 'boolean') return verb === 't' ? padded(String(value), directive) : undefined;
  if (value !== null && typeof value === 'object' && 'kind' in value && verb === 's') {
    return padded(formatValue(value), directive);
  }
  return typeof value === 'string' ? textual(value, directive) : undefined;
}

function textual(value: string, directive: Directive): string | undefined {
  const { verb, precision } = directive;
  const cut = precision === undefined ? value : [...value].slice(0, precision).join('');
  if (verb === 's') return padded(cut, directive);
  if (verb === 'q') return padded(quoted(cut), directive);
  if (verb !== 'x' && verb !== 'X') return undefined;
  const hex = [...new TextEncoder().encode(cut)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return padded(verb === 'X' ? hex.toUpperCase() : hex, directive);
}

const radix: Readonly<Record<string, number>> = { d: 10, b: 2, o: 8, O: 8, x: 16, X: 16 };

function integer(value: bigint, directive: Directive): string | undefined {
  const { verb, flags, precision } = directive;
  if (verb === 'c') return padded(String.fromCodePoint(Number(value)), directive);
  if (verb === 'q') return padded(`'${String.fromCodePoint(Number(value))}'`, directive);
  if (verb === 'U') return padded(`U+${value.toString(16).toUpperCase().padStart(4, '0')}`, directive);
  const base = radix[verb];
  if (base === undefined) return undefined;
  const size = (value < 0n ? -value : value).toString(base).padStart(precision ?? 1, '0');
  const marks: Readonly<Record<string, string>> = { x: '0x', X: '0X', o: '0', b: '0b' };
  const mark = verb === 'O' ? '0o' : flags.includes('#') ? (marks[verb] ?? '') : '';
  const digits = mark + (verb === 'X' ? size.toUpperCase() : size);
  return signed(
    value < 0n,
    digits,
    precision === undefined ? directive : { ...directive, flags: flags.replace('0', '') },
  );
}

function float(value: number, directive: Directive): string | undefined {
  const { verb, precision } = directive;
  if (!'eEfFgG'.includes(verb)) return undefined;
  const size = Math.abs(value);
  const negative = value < 0 || Object.is(value, -0);
  if (!Number.isFinite(value)) return signed(negative, Number.isNaN(value) ? 'NaN' : 'Inf', directive);
  if (verb === 'f' || verb === 'F')
    return signed(negative, size.toFixed(Math.min(precision ?? 6, 100)), directive);
  if (verb === 'e' || verb === 'E') {
    return signed(negative, exponential(size.toExponential(Math.min(precision ?? 6, 100)), verb), directive);
  }
  return signed(negative, shortest(size, precision, verb === 'G' ? 'E' : 'e'), directive);
}

function shortest(size: number, precision: number | undefined, letter: string): string {
  if (precision === undefined) return formatValue(size).replace('e', letter);
  const digits = Math.max(1, precision);
  const [mantissa = '', exponent = '0'] = size.toExponential(Math.min(digits - 1, 100)).split('e');
  const trimmed = (decimal: string) => (decimal.includes('.') ? decimal.replace(/\.?0+$/, '') : decimal);
  if (Number(exponent) < -4 || Number(exponent) >= digits) {
    return exponential(`${trimmed(mantissa)}e${exponent}`, letter);
  }
  return trimmed(size.toFixed(Math.max(0, digits - 1 - Number(exponent))));
}

/** An exponent of two digits at least. */
function exponential(decimal: string, letter: string): string {
  const [mantissa = '', exponent = '+0'] = decimal.split('e');
  const sign = exponent.startsWith('-') ? '-' : '+';
  return `${mantissa}${letter}${sign}${exponent.replace(/^[+-]/, '').padStart(2, '0')}`;
}

function signed(negative: boolean, digits: string, directive: Directive): string {
  const { flags, width } = directive;
  const sign = negative ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
  if (!flags.includes('0') || flags.includes('-') || !/^[0-9]/.test(digits)) {
    return padded(sign + digits, { ...directive, flags: flags.replace('0', '') });
  }
  return sign + digits.padStart(width - sign.length, '0');
}

function padded(text: string, { flags, width }: Directive): string {
  const missing = width - [...text].length;
  if (missing <= 0) return text;
  if (flags.includes('-')) return text + ' '.repeat(missing);
  return (flags.includes('0') ? '0' : ' ').repeat(missing) + text;
}

/** strconv.Quote, as far as it differs from JSON. */
export function quoted(text: string): string {
  return toJson(text, true).replace(/\\u00([01][0-9a-f])/g, (_, code: string) => {
    return code === '07' ? '\\a' : code === '0b' ? '\\v' : `\\x${code}`;
  });
}

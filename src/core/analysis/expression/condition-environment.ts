import type { MetricResult } from '../../../api/measurement.ts';
import { formatGoFloat } from '../../../kernel/go-number.ts';
import type { Instant } from '../../../kernel/instant.ts';
import { structOf, structType } from './cloudwatch-type.ts';
import type { Environment, EnvironmentFunction } from './environment.ts';
import { formatValue } from './format.ts';
import { parseInt64 } from './functions.ts';
import { parseGoFloat } from './go-float.ts';
import { problem, quote } from './problem.ts';
import {
  anyList,
  anything,
  bool,
  float,
  floatList,
  int64,
  nil,
  type Type,
  text,
  textMap,
  unknown,
} from './types.ts';
import { fromJson, truncate, type Value, valueTypeName } from './values.ts';

/** What a condition may name: `result`, and six functions around it. */
export function conditionEnvironment(result: MetricResult, now: Instant): Environment {
  const answer = typedResult(result);
  return {
    variables: { result: answer },
    functions: { ...conversions, ...testFunctions, ...wholeResultFunctions(answer.value) },
    nowNanoseconds: BigInt(Math.trunc(now)) * 1_000_000n,
  };
}

/** What is known of a condition's names before any answer came: a source's kind says the type of `result`, JSON says none. */
export function expectedEnvironment(kind: MetricResult['kind']): Environment {
  return {
    variables: { result: { type: expectedType[kind], value: null } },
    functions: { ...conversions, ...testFunctions, ...wholeResultFunctions(null) },
    nowNanoseconds: 0n,
  };
}

const expectedType: Readonly<Record<MetricResult['kind'], Type>> = {
  scalar: float,
  optionalScalar: float,
  vector: floatList,
  json: unknown,
  cloudwatch: { kind: 'list', name: `[]${structType.name}`, element: structType },
};

function typedResult(result: MetricResult): { readonly type: Type; readonly value: Value } {
  switch (result.kind) {
    case 'scalar':
      return { type: float, value: result.value };
    case 'optionalScalar':
      return result.value === undefined || result.value === null
        ? { type: nil, value: null }
        : { type: float, value: result.value };
    case 'vector':
      return { type: floatList, value: { kind: 'list', name: '[]float64', items: result.value } };
    case 'json': {
      const value = fromJson(result.value);
      return { type: typeOfJson(value), value };
    }
    case 'cloudwatch': {
      const name = `[]${structType.name}` as const;
      const items = result.value.map(structOf);
      return { type: { kind: 'list', name, element: structType }, value: { kind: 'list', name, items } };
    }
  }
}

/** JSON is known by its outermost value only. */
function typeOfJson(value: Value): Type {
  if (value === null) return nil;
  if (typeof value === 'boolean') return bool;
  if (typeof value === 'number') return float;
  if (typeof value === 'string') return text;
  return typeof value === 'object' && value.kind === 'list' ? anyList : textMap;
}

/** What the instants of a range query may call, too. */
export const testFunctions: Readonly<Record<string, EnvironmentFunction>> = {
  isNaN: { params: [float], result: bool, call: ([of = null]) => Number.isNaN(floatArgument(of)) },
  isInf: {
    params: [float],
    result: bool,
    call: ([of = null]) => Math.abs(floatArgument(of)) === Number.POSITIVE_INFINITY,
  },
};

const conversions: Readonly<Record<string, EnvironmentFunction>> = {
  asInt: { params: [anything], result: int64, call: ([of = null]) => asInt(of) },
  asFloat: { params: [anything], result: float, call: ([of = null]) => asFloat(of) },
};

/** The peer's `isNil` and `default` look at the whole result, whatever they are called with. */
function wholeResultFunctions(result: Value): Readonly<Record<string, EnvironmentFunction>> {
  return {
    isNil: { params: [anything], result: bool, call: () => result === null },
    default: {
      params: [anything, anything],
      result: anything,
      call: ([, otherwise = null]) => result ?? otherwise,
    },
  };
}

function asInt(value: Value): Value {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return truncate(value);
  if (typeof value !== 'string') throw problem(`asInt() not supported on ${describe(value)}`);
  const parsed = parseInt64(value);
  if (parsed === undefined) throw problem(`strconv.ParseInt: parsing ${quote(value)}: invalid syntax`);
  return parsed;
}

function asFloat(value: Value): Value {
  if (typeof value === 'bigint' || typeof value === 'number') return Number(value);
  if (typeof value !== 'string') throw problem(`asFloat() not supported on ${describe(value)}`);
  const parsed = parseGoFloat(value);
  if (parsed === undefined) throw problem(`strconv.ParseFloat: parsing ${quote(value)}: invalid syntax`);
  return parsed;
}

function describe(value: Value): string {
  return `${valueTypeName(value)} ${typeof value === 'number' ? formatGoFloat(value) : formatValue(value)}`;
}

/** A whole number does not become a float by itself once the expression runs. */
function floatArgument(value: Value): number {
  if (typeof value === 'number') return value;
  const found = value === null ? 'nil' : valueTypeName(value);
  throw problem(`interface conversion: interface {} is ${found}, not float64`);
}

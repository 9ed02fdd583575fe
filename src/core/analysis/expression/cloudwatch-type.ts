import { parseInstant } from '../../../kernel/instant.ts';
import { floatList, type Type, text, time } from './types.ts';
import { listOfAny, type Struct, type Value } from './values.ts';

const statusCode = { kind: 'string', name: 'types.StatusCode' } as const satisfies Type;
const messageData: Type = {
  kind: 'struct',
  name: 'types.MessageData',
  fields: { Code: { kind: 'pointer', to: text }, Value: { kind: 'pointer', to: text } },
};

/** One entry of CloudWatch's answer, typed as the vendor's SDK types it. */
export const structType = {
  kind: 'struct',
  name: 'types.MetricDataResult',
  fields: {
    Id: { kind: 'pointer', to: text },
    Label: { kind: 'pointer', to: text },
    Messages: { kind: 'list', name: '[]types.MessageData', element: messageData },
    StatusCode: statusCode,
    Timestamps: { kind: 'list', name: '[]time.Time', element: time },
    Values: floatList,
  },
} as const satisfies Type;

export function structOf(entry: unknown): Struct {
  const { Id, Label, StatusCode, Values, Timestamps } = (entry ?? {}) as Readonly<Record<string, unknown>>;
  const fields: readonly (readonly [string, Value])[] = [
    ['Id', typeof Id === 'string' ? Id : null],
    ['Label', typeof Label === 'string' ? Label : null],
    ['Messages', listOfAny([])],
    [
      'StatusCode',
      { kind: 'namedText', name: statusCode.name, text: typeof StatusCode === 'string' ? StatusCode : '' },
    ],
    ['Timestamps', { kind: 'list', name: '[]time.Time', items: listOf(Timestamps).map(timeOf) }],
    ['Values', { kind: 'list', name: '[]float64', items: listOf(Values).map(Number) }],
  ];
  return { kind: 'struct', name: structType.name, fields: new Map(fields) };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function timeOf(value: unknown): Value {
  const text = value instanceof Date ? value.toISOString() : String(value);
  return { kind: 'time', nanoseconds: BigInt(parseInstant(text) ?? 0) * 1_000_000n };
}

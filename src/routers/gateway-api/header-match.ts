import type { StringMatch } from '../../api/split.ts';
import { literalPattern } from '../../kernel/literal-pattern.ts';

/** The API knows exact values and regular expressions; a prefix is one of these. */
export function headerMatch(name: string, value: StringMatch): unknown {
  if (value.exact !== undefined && value.exact !== '') return { type: 'Exact', name, value: value.exact };
  const regex =
    value.regex !== undefined && value.regex !== '' ? value.regex : `${literalPattern(value.prefix ?? '')}.*`;
  return { type: 'RegularExpression', name, value: regex };
}

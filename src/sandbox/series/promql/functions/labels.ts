import type { Matcher, RE2JS } from 're2js';
import { anchoredPattern, type Labels, metricNameLabel } from '../../labels.ts';
import { cannotEvaluate } from '../errors.ts';
import type { FunctionEntry } from '../functions.ts';
import { vector } from '../values.ts';
import { argument } from './support.ts';

const labelName = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** An empty value removes the label. */
function withLabel(labels: Labels, name: string, value: string): Labels {
  const { [name]: _, ...rest } = labels;
  return value === '' ? rest : { ...rest, [name]: value };
}

/** `$1`, `${1}` and `${name}` stand for groups, `$$` for a dollar; an unknown group is empty. */
function expand(template: string, match: Matcher, names: Readonly<Record<string, number>>): string {
  return template.replace(/\$(\$|\w+|\{\w+\})/g, (_, reference: string) => {
    if (reference === '$') return '$';
    const name = reference.replace(/[{}]/g, '');
    const group = /^\d+$/.test(name) ? Number(name) : names[name];
    return group === undefined || group > match.groupCount() ? '' : (match.group(group) ?? '');
  });
}

function compile(text: string): RE2JS {
  try {
    return anchoredPattern(text);
  } catch {
    throw cannotEvaluate(`invalid regular expression in label_replace(): ${text}`);
  }
}

export const labelFunctions: Readonly<Record<string, FunctionEntry>> = {
  label_replace: {
    args: ['vector', 'string', 'string', 'string', 'string'],
    returns: 'vector',
    call: (args, { at }) => {
      const [, target, template, source, pattern] = args.map((_, index) =>
        index === 0 ? '' : argument(args, index, 'string').value,
      ) as [string, string, string, string, string];
      const regex = compile(pattern);
      if (!labelName.test(target))
        throw cannotEvaluate(`invalid destination label name in label_replace(): ${target}`);
      const replace = (labels: Labels): Labels => {
        const match = regex.matcher(labels[source] ?? '');
        if (!match.find()) return labels;
        return withLabel(labels, target, expand(template, match, regex.namedGroups()));
      };
      return vector(
        argument(args, 0, 'vector').samples.map(({ labels, value }) => ({
          labels: replace(labels),
          value,
          at,
        })),
      );
    },
  },
  label_join: {
    args: ['vector', 'string', 'string', 'string'],
    optional: 1,
    variadic: true,
    returns: 'vector',
    call: (args, { at }) => {
      const target = argument(args, 1, 'string').value;
      const separator = argument(args, 2, 'string').value;
      const sources = args.slice(3).map((_, index) => argument(args, index + 3, 'string').value);
      if (!labelName.test(target) && target !== metricNameLabel) {
        throw cannotEvaluate(`invalid destination label name in label_join(): ${target}`);
      }
      const wrong = sources.find((source) => !labelName.test(source));
      if (wrong !== undefined) throw cannotEvaluate(`invalid source label name in label_join(): ${wrong}`);
      const join = (labels: Labels) => sources.map((source) => labels[source] ?? '').join(separator);
      return vector(
        argument(args, 0, 'vector').samples.map(({ labels, value }) => ({
          labels: withLabel(labels, target, join(labels)),
          value,
          at,
        })),
      );
    },
  },
};

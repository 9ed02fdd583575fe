import { type FieldError, invalidValue, notSupported, required } from '../status.ts';
import { ruleFault, usesOldSelf } from './cel.ts';
import { patternFault } from './patterns.ts';
import type { Schema, ValidationRule } from './schema.ts';

const reasons: readonly string[] = [
  'FieldValueDuplicate',
  'FieldValueForbidden',
  'FieldValueInvalid',
  'FieldValueRequired',
];

/** What is wrong with the rules and the pattern that a schema itself carries, before any value is held against them. */
export function validateRuleTexts(
  schema: Schema,
  path: string,
  isCorrelated: boolean,
): readonly FieldError[] {
  const { pattern } = schema;
  const fault = pattern === undefined ? undefined : patternFault(pattern);
  return [
    ...(fault === undefined
      ? []
      : [
          invalidValue(`${path}.pattern`, pattern, `must be a valid regular expression, but isn't: ${fault}`),
        ]),
    ...(schema['x-kubernetes-validations'] ?? []).flatMap((rule, index) =>
      validateRule(rule, `${path}.x-kubernetes-validations[${index}]`, isCorrelated),
    ),
  ];
}

function validateRule(rule: ValidationRule, path: string, isCorrelated: boolean): readonly FieldError[] {
  const text = rule.rule.trim();
  if (text === '') return [required(`${path}.rule`, 'rule is not specified')];
  const errors: FieldError[] = [];
  if (rule.message === undefined && /[\r\n]/.test(text))
    errors.push(required(`${path}.message`, 'message must be specified if rule contains line breaks'));
  if (rule.message !== undefined && rule.message.trim() === '')
    errors.push(invalidValue(`${path}.message`, rule.message, 'message must be non-empty if specified'));
  if (rule.reason !== undefined && !reasons.includes(rule.reason))
    errors.push(notSupported(`${path}.reason`, rule.reason, reasons));
  const fault = ruleFault(text);
  if (fault !== undefined)
    errors.push(invalidValue(`${path}.rule`, goRule(rule), `compilation failed: ${fault}`));
  if (!isCorrelated && usesOldSelf(text)) {
    const place = path.slice(0, path.lastIndexOf('.items'));
    const problem = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${place}`;
    errors.push(invalidValue(`${path}.rule`, rule.rule, problem));
  }
  return errors;
}

/** As Go prints a rule. */
function goRule(rule: ValidationRule): object {
  return {
    Rule: rule.rule,
    Message: rule.message ?? '',
    MessageExpression: rule.messageExpression ?? '',
    Reason: rule.reason ?? null,
    FieldPath: rule.fieldPath ?? '',
    OptionalOldSelf: rule.optionalOldSelf ?? null,
  };
}

import { type FieldError, invalidValue, notSupported, required } from '../status.ts';
import { ruleFault, usesOldSelf } from './cel.ts';
import { patternFault } from './patterns.ts';
import { memberSchema, type Schema, type ValidationRule } from './schema.ts';

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
      validateRule(rule, `${path}.x-kubernetes-validations[${index}]`, schema, isCorrelated),
    ),
  ];
}

function validateRule(
  rule: ValidationRule,
  path: string,
  schema: Schema,
  isCorrelated: boolean,
): readonly FieldError[] {
  const text = rule.rule.trim();
  if (text === '') return [required(`${path}.rule`, 'rule is not specified')];
  const errors: FieldError[] = [];
  const { message = '', messageExpression = '', fieldPath = '' } = rule;
  const broken = /[\r\n]/;
  if (message !== '' && message.trim() === '')
    errors.push(invalidValue(`${path}.message`, message, 'must be non-empty if specified'));
  else if (broken.test(message.trim()))
    errors.push(invalidValue(`${path}.message`, message, 'must not contain line breaks'));
  else if (broken.test(text) && message === '')
    errors.push(required(`${path}.message`, 'message must be specified if rule contains line breaks'));
  if (messageExpression !== '' && messageExpression.trim() === '')
    errors.push(required(`${path}.messageExpression`, 'must be non-empty if specified'));
  if (fieldPath !== '' && fieldPath.trim() === '')
    errors.push(invalidValue(`${path}.fieldPath`, fieldPath, 'must be non-empty if specified'));
  if (broken.test(fieldPath))
    errors.push(invalidValue(`${path}.fieldPath`, fieldPath, 'must not contain line breaks'));
  if (fieldPath !== '' && !isPathWithin(schema, fieldPath))
    errors.push(invalidValue(`${path}.fieldPath`, fieldPath, 'must be a valid path'));
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

/** `.a.b` or `.a['b']`: members that the schema names, or keys of a map; never items of a list. */
function isPathWithin(schema: Schema, path: string): boolean {
  const steps = path.trim().match(/\.[^.[\]]+|\['[^']+'\]/g) ?? [];
  if (steps.join('') !== path.trim() || steps.length === 0) return false;
  let at: Schema | undefined = schema;
  for (const step of steps) {
    const isKey = step.startsWith('[');
    const name = isKey ? step.slice(2, -2) : step.slice(1);
    if (!isKey && typeof at?.additionalProperties === 'object') return false;
    at = at === undefined ? undefined : memberSchema(at, name);
  }
  return at !== undefined;
}

/** As Go prints a rule. */
export function goRule(rule: ValidationRule): object {
  return {
    Rule: rule.rule,
    Message: rule.message ?? '',
    MessageExpression: rule.messageExpression ?? '',
    Reason: rule.reason ?? null,
    FieldPath: rule.fieldPath ?? '',
    OptionalOldSelf: rule.optionalOldSelf ?? null,
  };
}

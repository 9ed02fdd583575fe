import { type FieldError, forbiddenField, invalidValue } from '../status.ts';
import { parsedRule, usesOldSelf } from './cel.ts';
import { checkRule } from './cel-check.ts';
import { times } from './cel-costs.ts';
import { type CelType, declaredType, leastBytesOf, maxRequestBytes } from './cel-types.ts';
import { goRule } from './rule-texts.ts';
import type { Schema, ValidationRule } from './schema.ts';

/** What a rule may cost, and all rules of a version together. Source: apiextensions-apiserver 0.34, validation.go. */
const mostOfRule = 10_000_000;
const mostOfAll = 100_000_000;

/** A place of a schema, seen as rules see it. */
interface Place {
  readonly schema: Schema;
  readonly path: string;
  readonly isResource: boolean;
  readonly self: CelType | undefined;
  /** How often a value of this place can stand in an object; undefined when nothing bounds it. */
  readonly often: number | undefined;
}

interface Findings {
  readonly errors: FieldError[];
  readonly costs: { readonly path: string; readonly cost: number }[];
}

/** What the types of a structural schema, and the prices of its rules, forbid. */
export function checkRules(schema: Schema, path: string): readonly FieldError[] {
  const findings: Findings = { errors: [], costs: [] };
  visit({ schema, path, isResource: true, self: declaredType(schema, true), often: 1 }, findings);
  return [...findings.errors, ...sumFaults(findings.costs, path)];
}

function visit(place: Place, findings: Findings): void {
  for (const child of childrenOf(place)) visit(child, findings);
  const { schema, path } = place;
  for (const [index, rule] of (schema['x-kubernetes-validations'] ?? []).entries())
    checkOne(rule, `${path}.x-kubernetes-validations[${index}]`, place, findings);
}

function childrenOf({ schema, path, isResource, self, often }: Place): readonly Place[] {
  const { properties = {}, items, additionalProperties, maxItems, maxProperties } = schema;
  const child = (
    inner: Schema,
    step: string,
    known: CelType | undefined,
    most: number | undefined,
  ): Place => {
    const isInnerResource = inner['x-kubernetes-embedded-resource'] === true;
    return {
      schema: inner,
      path: `${path}.${step}`,
      isResource: isInnerResource,
      self: known ?? declaredType(inner, isInnerResource),
      often: often === undefined || most === undefined ? undefined : times(often, most),
    };
  };
  return [
    ...Object.entries(properties)
      .filter(([name]) => !(isResource && name === 'metadata'))
      .map(([name, member]) => child(member, `properties[${name}]`, self?.members?.get(name), 1)),
    ...(items === undefined ? [] : [child(items, 'items', self?.element, maxItems)]),
    ...(typeof additionalProperties === 'object'
      ? [child(additionalProperties, 'additionalProperties', self?.element, maxProperties)]
      : []),
  ];
}

function checkOne(rule: ValidationRule, path: string, place: Place, findings: Findings): void {
  const { self } = place;
  if (self === undefined) return;
  const { errors, costs } = findings;
  const old = rule.optionalOldSelf === true ? { name: 'optional', element: self } : self;
  const node = parsedRule(rule.rule);
  if (node === undefined) return;
  const { type, cost, faults } = checkRule(rule.rule, node, { self, oldSelf: old });
  const isBroken = faults.length > 0 || !['bool', 'dyn'].includes(type.name);
  if (faults.length > 0)
    errors.push(invalidValue(`${path}.rule`, goRule(rule), `compilation failed: ${faults.join('\n')}`));
  else if (isBroken)
    errors.push(invalidValue(`${path}.rule`, goRule(rule), 'cel expression must evaluate to a bool'));
  else priced(times(cost, place.often ?? frequency(self)), 'rule', path, findings);
  if (rule.optionalOldSelf !== undefined && (isBroken || !usesOldSelf(rule.rule))) {
    const text = 'may not be set if oldSelf is not used in rule';
    errors.push(invalidValue(`${path}.optionalOldSelf`, rule.optionalOldSelf, text));
  }
  if (isBroken || rule.messageExpression === undefined) return;
  const message = parsedRule(rule.messageExpression);
  if (message === undefined) return;
  const said = checkRule(rule.messageExpression, message, { self, oldSelf: old });
  if (said.faults.length > 0) {
    const text = `messageExpression compilation failed: ${said.faults.join('\n')}`;
    errors.push(invalidValue(`${path}.messageExpression`, goRule(rule), text));
  } else if (!['string', 'dyn'].includes(said.type.name)) {
    const text = 'messageExpression must evaluate to a string';
    errors.push(invalidValue(`${path}.messageExpression`, goRule(rule), text));
  } else priced(said.cost, 'messageExpression', path, { errors, costs });
}

/** How often a value this small fits into a request. */
const frequency = (self: CelType): number => Math.floor(maxRequestBytes / (leastBytesOf(self) + 1));

function priced(cost: number, part: 'rule' | 'messageExpression', path: string, findings: Findings): void {
  const at = `${path}.${part}`;
  findings.costs.push({ path: at, cost });
  if (cost > mostOfRule)
    findings.errors.push(forbiddenField(at, tooExpensive(`estimated ${part} cost`, cost, mostOfRule)));
}

/** All rules together; those that make most of it are named. */
function sumFaults(costs: Findings['costs'], path: string): readonly FieldError[] {
  const total = costs.reduce((sum, { cost }) => sum + cost, 0);
  if (total <= mostOfAll) return [];
  const dearest = costs
    .filter(({ cost }) => cost >= mostOfAll / 100)
    .sort((a, b) => b.cost - a.cost)
    .slice(0, 4);
  const contributed =
    'contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema';
  const name = 'x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema';
  return [
    ...dearest.map((one) => forbiddenField(one.path, contributed)),
    forbiddenField(path, tooExpensive(name, total, mostOfAll)),
  ];
}

function tooExpensive(name: string, cost: number, limit: number): string {
  const factor = cost / limit;
  const shown = factor > 100 ? 'more than 100' : factor.toFixed(factor < 1.5 ? 6 : 1);
  const advice =
    'try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared';
  return `${name} exceeds budget by factor of ${shown}x (${advice})`;
}

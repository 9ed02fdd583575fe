import { isObject, jsonEqual, type MutableJson, objectAt } from '../json.ts';
import type { Strategy } from '../resource.ts';
import { type FieldError, invalidValue, notSupported, required } from '../status.ts';
import { objectsIn } from './pods/defaults.ts';

const group = 'rbac.authorization.k8s.io';

/** A Role, or a ClusterRole, which may be made of others and speak of paths. */
export function role(isNamespaced: boolean): Strategy {
  return {
    defaults(object) {
      (object as unknown as MutableJson).rules ??= null;
    },
    validate(object) {
      const rules = objectsIn((object as unknown as MutableJson).rules);
      return rules.flatMap((rule, index) => validateRule(rule, `rules[${index}]`, isNamespaced));
    },
  };
}

function validateRule(rule: MutableJson, path: string, isNamespaced: boolean): readonly FieldError[] {
  const has = (name: string) => Array.isArray(rule[name]) && rule[name].length > 0;
  const errors: FieldError[] = [];
  if (!has('verbs')) errors.push(required(`${path}.verbs`, 'verbs must contain at least one value'));
  if (has('nonResourceURLs')) {
    const field = `${path}.nonResourceURLs`;
    const urls = rule.nonResourceURLs;
    if (isNamespaced)
      errors.push(invalidValue(field, urls, 'namespaced rules cannot apply to non-resource URLs'));
    if (['apiGroups', 'resources', 'resourceNames'].some(has)) {
      const text = 'rules cannot apply to both regular resources and non-resource URLs';
      errors.push(invalidValue(field, urls, text));
    }
    return errors;
  }
  if (!has('apiGroups'))
    errors.push(required(`${path}.apiGroups`, 'resource rules must supply at least one api group'));
  if (!has('resources'))
    errors.push(required(`${path}.resources`, 'resource rules must supply at least one resource'));
  return errors;
}

/** @param kinds what may be bound. */
export function binding(kinds: readonly string[]): Strategy {
  return {
    defaults(object) {
      const own = object as unknown as MutableJson;
      objectAt(own, 'roleRef').apiGroup ||= group;
      for (const subject of objectsIn(own.subjects))
        if (subject.kind === 'User' || subject.kind === 'Group') subject.apiGroup ||= group;
    },
    validate(object, previous) {
      const { roleRef, subjects } = object as unknown as MutableJson;
      const errors = [
        ...validateReference(isObject(roleRef) ? roleRef : {}, kinds),
        ...objectsIn(subjects).flatMap((subject, index) => validateSubject(subject, `subjects[${index}]`)),
      ];
      const before = (previous as unknown as MutableJson | undefined)?.roleRef;
      if (before === undefined || jsonEqual(before, roleRef)) return errors;
      const { apiGroup = '', kind = '', name = '' } = isObject(roleRef) ? roleRef : ({} as MutableJson);
      const value = { APIGroup: apiGroup, Kind: kind, Name: name };
      return [...errors, invalidValue('roleRef', value, 'cannot change roleRef')];
    },
  };
}

function validateReference(
  { apiGroup, kind, name }: MutableJson,
  kinds: readonly string[],
): readonly FieldError[] {
  return [
    ...(apiGroup === group ? [] : [notSupported('roleRef.apiGroup', apiGroup ?? '', [group])]),
    ...(kinds.includes(String(kind)) ? [] : [notSupported('roleRef.kind', kind ?? '', kinds)]),
    ...((name ?? '') === '' ? [required('roleRef.name')] : []),
  ];
}

const subjectKinds = ['ServiceAccount', 'User', 'Group'];

function validateSubject(
  { kind, name = '', apiGroup = '' }: MutableJson,
  path: string,
): readonly FieldError[] {
  const errors = name === '' ? [required(`${path}.name`)] : [];
  if (!subjectKinds.includes(String(kind)))
    return [...errors, notSupported(`${path}.kind`, kind ?? '', subjectKinds)];
  const expected = kind === 'ServiceAccount' ? '' : group;
  if (apiGroup !== expected) errors.push(notSupported(`${path}.apiGroup`, apiGroup, [expected]));
  return errors;
}

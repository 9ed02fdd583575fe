import type { KubeObject } from '../../api/meta.ts';
import { jsonEqual, parseSimplePath } from '../json.ts';
import { serviceName, subdomainName } from '../metadata.ts';
import type { ScalePaths } from '../resource.ts';
import { childrenOf, memberSchema, type Schema } from '../schema/schema.ts';
import { validateStructure } from '../schema/structural.ts';
import { duplicate, type FieldError, invalidValue, notSupported, required } from '../status.ts';
import type { PrinterColumn } from '../tables/custom.ts';
import { validateConversion } from './conversion.ts';
import type { CrdNames, CrdSpec, CrdVersion } from './types.ts';

/** What is wrong with a definition, or with the change to it. */
export function validateDefinition(
  object: KubeObject,
  previous: KubeObject | undefined,
): readonly FieldError[] {
  const spec = object.spec as CrdSpec;
  const before = previous?.spec as CrdSpec | undefined;
  return [
    ...(before === undefined ? validateName(object, spec) : validateChange(spec, before)),
    ...validateGroup(object, spec),
    ...validateScope(spec),
    ...validateNames(spec.names),
    ...validateVersions(spec),
    ...validateConversion(spec),
    ...(spec.preserveUnknownFields === true ? [preservesEverything] : []),
  ];
}

const preservesEverything = invalidValue(
  'spec.preserveUnknownFields',
  true,
  'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
);

function validateName({ metadata }: KubeObject, { group, names }: CrdSpec): readonly FieldError[] {
  if (metadata.name === `${names.plural}.${group}`) return [];
  if (subdomainName(metadata.name) !== undefined) return []; // told already
  return [invalidValue('metadata.name', metadata.name, 'must be spec.names.plural+"."+spec.group')];
}

/** Where objects are kept depends on all of this. */
function validateChange(spec: CrdSpec, before: CrdSpec): readonly FieldError[] {
  const fixed: readonly (readonly [field: string, value: string, old: string])[] = [
    ['spec.group', spec.group, before.group],
    ['spec.scope', spec.scope, before.scope],
    ['spec.names.plural', spec.names.plural, before.names.plural],
    ['spec.names.kind', spec.names.kind, before.names.kind],
  ];
  return fixed.flatMap(([field, value, old]) =>
    value === old ? [] : [invalidValue(field, value, 'field is immutable')],
  );
}

const approval = 'api-approved.kubernetes.io';

function validateGroup({ metadata }: KubeObject, { group }: CrdSpec): readonly FieldError[] {
  if (group === undefined || group === '') return [required('spec.group')];
  const problem = subdomainName(group);
  if (problem !== undefined) return [invalidValue('spec.group', group, problem)];
  if (!group.includes('.'))
    return [invalidValue('spec.group', group, 'should be a domain with at least one dot')];
  const isProtected = /(^|\.)(k8s|kubernetes)\.io$/.test(group);
  if (!isProtected || metadata.annotations?.[approval] !== undefined) return [];
  const text = `protected groups must have approval annotation ${JSON.stringify(approval)}, see https://github.com/kubernetes/enhancements/pull/1111`;
  return [required(`metadata.annotations[${approval}]`, text)];
}

function validateScope({ scope }: CrdSpec): readonly FieldError[] {
  if (scope === undefined || (scope as string) === '') return [required('spec.scope')];
  if (scope === 'Cluster' || scope === 'Namespaced') return [];
  return [notSupported('spec.scope', scope, ['Cluster', 'Namespaced'])];
}

function validateNames(names: CrdNames): readonly FieldError[] {
  const { plural, singular, kind, listKind, shortNames = [], categories = [] } = names;
  const errors: FieldError[] = [];
  const label = (field: string, value: string, spelling = value) => {
    const problem = serviceName(spelling);
    if (problem !== undefined) errors.push(invalidValue(`spec.names.${field}`, value, problem));
  };
  const kindName = (field: string, value: string | undefined) => {
    if (value === undefined || value === '') errors.push(required(`spec.names.${field}`));
    else label(field, value, value.toLowerCase());
  };
  if (plural === undefined || plural === '') errors.push(required('spec.names.plural'));
  else label('plural', plural);
  if (singular === undefined || singular === '') errors.push(required('spec.names.singular'));
  else label('singular', singular);
  kindName('kind', kind);
  kindName('listKind', listKind);
  for (const [index, name] of shortNames.entries()) label(`shortNames[${index}]`, name);
  for (const [index, name] of categories.entries()) label(`categories[${index}]`, name);
  if (kind !== undefined && kind !== '' && kind === listKind)
    errors.push(invalidValue('spec.names.listKind', listKind, 'kind and listKind may not be the same'));
  return errors;
}

function validateVersions(spec: CrdSpec): readonly FieldError[] {
  const { versions = [] } = spec;
  const errors: FieldError[] = [];
  const names = versions.map(({ name }) => name);
  const stored = versions.filter(({ storage }) => storage);
  if (new Set(names).size < names.length)
    errors.push(
      invalidValue('spec.versions', goVersions(spec.versions), 'must contain unique version names'),
    );
  if (stored.length !== 1) {
    const text = 'must have exactly one version marked as storage version';
    errors.push(invalidValue('spec.versions', goVersions(spec.versions), text));
  }
  if (stored.length === 0)
    errors.push(invalidValue('status.storedVersions', null, 'must have at least one stored version'));
  const last = stored.at(-1);
  if (stored.length > 1 && last !== undefined) {
    const first = [stored[0]?.name];
    errors.push(invalidValue('status.storedVersions', first, `must have the storage version ${last.name}`));
  }
  const [first] = versions;
  const firstFault = (first?.name ?? '') === '' || first === undefined ? undefined : serviceName(first.name);
  if (first !== undefined && firstFault !== undefined)
    errors.push(invalidValue('spec.version', first.name, firstFault));
  for (const [index, version] of versions.entries()) {
    errors.push(...validateVersion(version, `spec.versions[${index}]`));
    errors.push(...validateParts(version, `spec.versions[${index}]`, { versions, isFirst: index === 0 }));
  }
  return errors;
}

/** As Go prints them: what all versions share stands elsewhere by then. */
function goVersions(versions: readonly CrdVersion[] | undefined): readonly object[] | null {
  if (versions === undefined) return null;
  return versions.map(
    ({ name = '', served = false, storage = false, deprecated = false, deprecationWarning = null }) => ({
      Name: name,
      Served: served,
      Storage: storage,
      Deprecated: deprecated,
      DeprecationWarning: deprecationWarning,
      Schema: null,
      Subresources: null,
      AdditionalPrinterColumns: null,
      SelectableFields: null,
    }),
  );
}

function validateVersion(version: CrdVersion, at: string): readonly FieldError[] {
  const { name = '', schema, deprecated, deprecationWarning } = version;
  const errors: FieldError[] = [];
  const nameFault = serviceName(name);
  if (nameFault !== undefined) errors.push(invalidValue(`${at}.name`, name, nameFault));
  if (deprecationWarning !== undefined && deprecated !== true)
    errors.push(
      invalidValue(`${at}.deprecationWarning`, deprecationWarning, 'can only be set for deprecated versions'),
    );
  if (schema?.openAPIV3Schema === undefined) errors.push(required(`${at}.schema.openAPIV3Schema`));
  return errors;
}

/**
 * Schema, subresources, columns and selectable fields. What all versions share stands beside the versions in the server's own
 * form of a definition, and is told there, once.
 */
function validateParts(
  version: CrdVersion,
  at: string,
  { versions, isFirst }: { readonly versions: readonly CrdVersion[]; readonly isFirst: boolean },
): readonly FieldError[] {
  const { schema, subresources, selectableFields = [] } = version;
  const root = schema?.openAPIV3Schema;
  const errors: FieldError[] = [];
  const look = (part: keyof CrdVersion, check: (place: string) => readonly FieldError[]) => {
    const isShared = versions.every((other) => jsonEqual(other[part], version[part]));
    if (isFirst || !isShared) errors.push(...check(isShared ? 'spec' : at));
  };
  if (root !== undefined) {
    look('schema', (place) =>
      validateStructure(root, `${place}.${place === 'spec' ? 'validation' : 'schema'}.openAPIV3Schema`),
    );
    look('selectableFields', (place) =>
      validateSelectable(selectableFields, root, `${place}.selectableFields`),
    );
  }
  look('subresources', (place) =>
    subresources?.scale === undefined
      ? []
      : validateScalePaths(subresources.scale, `${place}.subresources.scale`),
  );
  look('additionalPrinterColumns', (place) =>
    (version.additionalPrinterColumns ?? []).flatMap((column, index) =>
      validateColumn(column, `${place}.additionalPrinterColumns[${index}]`),
    ),
  );
  return errors;
}

function validateScalePaths(paths: ScalePaths, at: string): readonly FieldError[] {
  const check = (name: keyof ScalePaths, roots: readonly string[]): readonly FieldError[] => {
    const path = paths[name] ?? '';
    if (path === '') return name === 'labelSelectorPath' ? [] : [required(`${at}.${name}`)];
    const steps = path.startsWith('.') ? parseSimplePath(path) : undefined;
    if (steps === undefined)
      return [invalidValue(`${at}.${name}`, path, 'must be a simple json path starting with .')];
    if (roots.includes(steps[0] ?? '') && steps.length > 1) return [];
    const wanted = roots.map((root) => `.${root}`).join(' or ');
    return [invalidValue(`${at}.${name}`, path, `should be a json path under ${wanted}`)];
  };
  return [
    ...check('specReplicasPath', ['spec']),
    ...check('statusReplicasPath', ['status']),
    ...check('labelSelectorPath', ['status', 'spec']),
  ];
}

const columnTypes: readonly string[] = ['boolean', 'date', 'integer', 'number', 'string'];

function validateColumn({ name, type, jsonPath }: PrinterColumn, at: string): readonly FieldError[] {
  const missing = (value: string | undefined) => value === undefined || value === '';
  return [
    ...(missing(name) ? [required(`${at}.name`)] : []),
    ...(missing(type)
      ? [required(`${at}.type`, `must be one of ${columnTypes.join(',')}`)]
      : columnTypes.includes(type)
        ? []
        : [invalidValue(`${at}.type`, type, `must be one of ${columnTypes.join(',')}`)]),
    ...(missing(jsonPath) ? [required(`${at}.JSONPath`)] : []),
  ];
}

function validateSelectable(
  fields: readonly { readonly jsonPath: string }[],
  root: Schema,
  at: string,
): readonly FieldError[] {
  const seen = new Set<string>();
  return fields.flatMap(({ jsonPath }, index) => {
    const field = `${at}[${index}].jsonPath`;
    if (jsonPath === '') return [required(field)];
    if (seen.has(jsonPath)) return [duplicate(field, jsonPath)];
    seen.add(jsonPath);
    const steps = parseSimplePath(jsonPath) ?? [];
    const target = steps.reduce<Schema | undefined>(
      (schema, name) => (schema?.properties === undefined ? undefined : memberSchema(schema, name)),
      root,
    );
    if (target === undefined)
      return [invalidValue(field, jsonPath, 'is an invalid path: does not refer to a valid field')];
    if (['string', 'boolean', 'integer'].includes(target.type ?? '') && childrenOf(target).length === 0)
      return [];
    const text =
      'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.';
    return [invalidValue(field, jsonPath, text)];
  });
}

/** A definition of one namespaced kind with one version, around the schema of its spec. */
export function definitionOf(kind: string, spec: object, own: DefinitionParts = {}): object {
  const { version = {}, names = {}, scope = 'Namespaced', versions, root = {} } = own;
  const plural = names.plural ?? `${kind.toLowerCase()}s`;
  const schema = {
    openAPIV3Schema: {
      type: 'object',
      properties: { spec, status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      ...root,
    },
  };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.vendor.dev` },
    spec: {
      group: 'vendor.dev',
      scope,
      names: { plural, singular: kind.toLowerCase(), kind, ...names },
      versions: versions ?? [{ name: 'v1', served: true, storage: true, schema, ...version }],
    },
  };
}

interface DefinitionParts {
  /** Members of the one version beside its schema. */
  readonly version?: object;
  readonly names?: { readonly plural?: string; readonly [name: string]: unknown };
  readonly scope?: 'Namespaced' | 'Cluster';
  /** All versions, where there are several. */
  readonly versions?: readonly object[];
  /** Members of the schema's root. */
  readonly root?: object;
}

export const vendor = (plural: string, name = '', version = 'v1') =>
  `/apis/vendor.dev/${version}/namespaces/{ns}/${plural}${name === '' ? '' : `/${name}`}`;

export const made = (kind: string, name: string, spec: unknown, metadata: object = {}, version = 'v1') => ({
  apiVersion: `vendor.dev/${version}`,
  kind,
  metadata: { name, ...metadata },
  spec,
});

import { apiVersionOf } from '../../api/resources.ts';
import { fnv1a32 } from '../../kernel/random.ts';
import { definitions } from '../builtin/definitions.ts';
import { isObject } from '../json.ts';
import { kubernetesMinor } from '../kubernetes-version.ts';
import type { Resource, ResourceRegistry } from '../resource.ts';
import type { Schema } from '../schema/schema.ts';
import { kindDescriptions, memberDescriptions } from './descriptions.ts';
import { doorsOf, groupsOf, resourcesIn } from './groups.ts';

type Document = Record<string, unknown>;

const prefix = 'io.k8s.';
const objectMeta = 'apimachinery.pkg.apis.meta.v1.ObjectMeta';
const listMeta = 'apimachinery.pkg.apis.meta.v1.ListMeta';
const reference = (name: string): Document => ({ $ref: `#/components/schemas/${name}` });

/** `/openapi/v3`: where the document of each group version is, named by its content so that it may be cached. */
export function openApiIndex(registry: ResourceRegistry): unknown {
  const paths = groupsOf(registry).flatMap(({ name, versions }) =>
    versions.map((version) => {
      const path = pathOf(name, version);
      const hash = fnv1a32(`${path} ${registry.edition()}`).toString(16).toUpperCase();
      return [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` }] as const;
    }),
  );
  return { paths: Object.fromEntries(paths) };
}

function pathOf(group: string, version: string): string {
  return group === '' ? `api/${version}` : `apis/${group}/${version}`;
}

/** `/openapi/v3/apis/GROUP/VERSION`; undefined when no such group version is served. */
export function openApiDocument(registry: ResourceRegistry, path: string): unknown {
  const [root, ...rest] = path.split('/');
  const group = root === 'api' ? '' : (rest[0] ?? '');
  const version = (root === 'api' ? rest[0] : rest[1]) ?? '';
  const resources = resourcesIn(registry, group, version);
  if (resources.length === 0) return undefined;
  const schemas = new Map<string, Document>();
  for (const name of [objectMeta, listMeta, 'apimachinery.pkg.apis.meta.v1.DeleteOptions'])
    addBuiltin(schemas, name);
  const paths = resources.flatMap((resource) => {
    const name = addKind(schemas, resource);
    return operationPaths(resource, name);
  });
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: `v${kubernetesMinor}` },
    paths: Object.fromEntries(paths),
    components: { schemas: Object.fromEntries([...schemas].sort(([a], [b]) => (a < b ? -1 : 1))) },
  };
}

/** Adds a kind and its list; answers with the kind's name. */
function addKind(schemas: Map<string, Document>, resource: Resource): string {
  const { group, version, kind, definition } = resource;
  const name = definition === undefined ? customName(resource) : prefix + definition;
  if (definition === undefined) schemas.set(name, customDefinition(resource));
  else addBuiltin(schemas, definition);
  const own = withDescriptions(schemas.get(name) as Document, resource);
  schemas.set(name, { ...own, 'x-kubernetes-group-version-kind': [{ group, version, kind }] });
  schemas.set(`${name}List`, {
    type: 'object',
    required: ['items'],
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { allOf: [reference(prefix + listMeta)] },
      items: {
        type: 'array',
        items: definition === undefined ? reference(name) : { allOf: [reference(name)] },
      },
    },
    'x-kubernetes-group-version-kind': [{ group, version, kind: resource.listKind }],
  });
  return name;
}

/** Says what a kind and its members are, where nobody else has. */
function withDescriptions(schema: Document, { kind, builtin }: Resource): Document {
  const members = Object.entries((schema['properties'] ?? {}) as Record<string, Document>);
  const properties = members.map(([name, member]) => {
    const isOurs = builtin || ['apiVersion', 'kind', 'metadata'].includes(name); // the rest is its author's
    const description = isOurs ? memberDescriptions[name] : undefined;
    return [name, description === undefined ? member : { description, ...member }] as const;
  });
  const description = builtin ? kindDescriptions[kind] : undefined;
  return {
    ...(description === undefined ? {} : { description }),
    ...schema,
    properties: Object.fromEntries(properties),
  };
}

/** `io.argoproj.v1alpha1.Rollout`: the group's labels backwards. */
function customName({ group, version, kind }: Resource): string {
  return [...group.split('.').reverse(), version, kind].join('.');
}

function customDefinition({ schema = {} }: Resource): Document {
  const { properties = {}, ...root } = publishedCustom(schema);
  return {
    ...root,
    properties: { ...(properties as object), metadata: { allOf: [reference(prefix + objectMeta)] } },
  };
}

/** An author's schema in the form of the document: objects inside of it have the metadata of all objects. */
function publishedCustom(schema: Schema): Document {
  const { properties, items, additionalProperties, ...rest } = schema;
  const isEmbedded = schema['x-kubernetes-embedded-resource'] === true;
  const members = Object.entries(properties ?? {}).map(([name, member]) =>
    isEmbedded && name === 'metadata'
      ? [name, { allOf: [reference(prefix + objectMeta)] }]
      : [name, publishedCustom(member)],
  );
  return {
    ...(rest as Document),
    ...(isEmbedded ? { required: ['kind', 'apiVersion', ...(schema.required ?? [])] } : {}),
    ...(schema['x-kubernetes-int-or-string'] === true && schema.anyOf === undefined
      ? { anyOf: [{ type: 'integer' }, { type: 'string' }] }
      : {}),
    ...(properties === undefined ? {} : { properties: Object.fromEntries(members) }),
    ...(items === undefined ? {} : { items: publishedCustom(items) }),
    ...(additionalProperties === undefined
      ? {}
      : {
          additionalProperties: isObject(additionalProperties)
            ? publishedCustom(additionalProperties as Schema)
            : additionalProperties,
        }),
  };
}

function addBuiltin(schemas: Map<string, Document>, name: string): void {
  if (schemas.has(prefix + name)) return;
  const definition = definitions[name];
  if (definition === undefined) return;
  schemas.set(prefix + name, {}); // before its members: a definition may refer to itself
  schemas.set(
    prefix + name,
    published(definition, (found) => addBuiltin(schemas, found)),
  );
}

/** What Go puts where a required member is missing. */
const zeroes: Readonly<Record<string, unknown>> = { string: '', integer: 0, number: 0, boolean: false };

/** A built-in definition in the form of the document: `ref` becomes `$ref`, and our own remarks stay out. */
function published(schema: Schema, found: (name: string) => void): Document {
  const {
    ref,
    properties,
    items,
    additionalProperties,
    'x-always-present': isAlwaysPresent,
    'x-builtin': _builtin,
    'x-go-type': _goType,
    ...rest
  } = schema;
  if (ref !== undefined) found(ref);
  const member = (name: string, inner: Schema): Document => {
    const zero = zeroes[inner.type ?? ''];
    const isRequired = schema.required?.includes(name) === true && inner.enum === undefined;
    return {
      ...published(inner, found),
      ...(isRequired && zero !== undefined && inner.default === undefined ? { default: zero } : {}),
    };
  };
  return {
    ...(rest as Document),
    ...(isAlwaysPresent === true ? { default: {} } : {}),
    ...(rest['x-kubernetes-int-or-string'] === true
      ? { oneOf: [{ type: 'integer' }, { type: 'string' }] }
      : {}),
    ...(ref === undefined ? {} : { allOf: [reference(prefix + ref)] }),
    ...(properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, inner]) => [name, member(name, inner)]),
          ),
        }),
    ...(items === undefined ? {} : { items: published(items, found) }),
    ...(isObject(additionalProperties)
      ? { additionalProperties: published(additionalProperties as Schema, found) }
      : {}),
  };
}

const writeParameters = ['dryRun', 'fieldManager', 'fieldValidation', 'pretty'].map((name) => ({
  name,
  in: 'query',
  schema: { type: 'string', uniqueItems: true },
}));

/** The paths of a resource, as far as clients read them: which kind they take, and which parameters. */
function operationPaths(resource: Resource, name: string): readonly (readonly [string, Document])[] {
  const { group, version, kind, plural, namespaced, verbs } = resource;
  const gvk = { group, version, kind };
  const collection = `/${pathOf(group, version)}${namespaced ? '/namespaces/{namespace}' : ''}/${plural}`;
  const content = (schema: string) => ({ 'application/json': { schema: reference(schema) } });
  const responses = (schema: string) => ({ 200: { description: 'OK', content: content(schema) } });
  const operation = (action: string, body?: string) => ({
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': gvk,
    responses: responses(action === 'list' ? `${name}List` : name),
    ...(body === undefined
      ? {}
      : { parameters: writeParameters, requestBody: { content: content(body), required: true } }),
  });
  const ofCollection: Document = {
    ...(verbs.includes('list') ? { get: operation('list') } : {}),
    ...(verbs.includes('create') ? { post: operation('post', name) } : {}),
    ...(verbs.includes('deletecollection') ? { delete: operation('deletecollection') } : {}),
  };
  const ofObject: Document = {
    get: operation('get'),
    put: operation('put', name),
    patch: operation('patch', name),
    delete: operation('delete'),
  };
  const methods: Readonly<Record<string, string>> = {
    get: 'get',
    patch: 'patch',
    update: 'put',
    create: 'post',
  };
  const ofDoor = (doorVerbs: readonly string[]): Document =>
    Object.fromEntries(
      doorVerbs.map((verb) => [methods[verb] ?? verb, operation(verb, verb === 'get' ? undefined : name)]),
    );
  return [
    [collection, ofCollection],
    ...(verbs.includes('get') ? ([[`${collection}/{name}`, ofObject]] as const) : []),
    ...doorsOf(resource).map((door) => [`${collection}/{name}/${door.name}`, ofDoor(door.verbs)] as const),
    ...(resource.builtin && verbs.includes('watch') ? watchPaths(resource) : []),
    ...(namespaced && verbs.includes('list')
      ? ([[`/${pathOf(group, version)}/${plural}`, { get: operation('list') }]] as const)
      : []),
  ];
}

/** The old spelling of a watch, which built-in kinds still have. */
function watchPaths({
  group,
  version,
  plural,
  namespaced,
}: Resource): readonly (readonly [string, Document])[] {
  const root = `/${pathOf(group, version)}/watch`;
  const inside = `${root}${namespaced ? '/namespaces/{namespace}' : ''}/${plural}`;
  const all = namespaced ? [`${root}/${plural}`, inside] : [inside];
  return [...all, `${inside}/{name}`].map((path) => [path, { get: { 'x-kubernetes-action': 'watch' } }]);
}

/** `apiVersion` and kind of everything in the version 2 document, which says no more than that it exists. */
export function openApiV2(registry: ResourceRegistry): unknown {
  const entries = registry.all().map((resource) => {
    const { group, version, kind } = resource;
    const name = resource.definition === undefined ? customName(resource) : prefix + resource.definition;
    return [
      name,
      {
        description: `${kind} of ${apiVersionOf(resource)}`,
        type: 'object',
        'x-kubernetes-preserve-unknown-fields': true,
        'x-kubernetes-group-version-kind': [{ group, version, kind }],
      },
    ] as const;
  });
  return {
    swagger: '2.0',
    info: { title: 'Kubernetes', version: `v${kubernetesMinor}` },
    paths: {},
    definitions: Object.fromEntries(entries),
  };
}

/** The same without definitions, in protocol buffers, which is all that some clients of version 2 read. */
export function openApiV2Protobuf(): Uint8Array {
  const text = (field: number, value: string) => {
    const bytes = new TextEncoder().encode(value);
    return [(field << 3) | 2, bytes.length, ...bytes];
  };
  const info = [...text(1, 'Kubernetes'), ...text(2, `v${kubernetesMinor}`)];
  const message = (field: number, bytes: readonly number[]) => [(field << 3) | 2, bytes.length, ...bytes];
  return new Uint8Array([...text(1, '2.0'), ...message(2, info), ...message(8, [])]);
}

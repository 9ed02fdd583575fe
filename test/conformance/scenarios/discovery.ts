import { definitionOf } from '../definitions.ts';
import { get } from '../requests.ts';
import type { Scenario, Step } from '../scenario.ts';
import { widgetDefinition } from '../widget-definition.ts';

const clustered = definitionOf(
  'Zone',
  { type: 'object', properties: { a: { type: 'string', description: 'the a' } } },
  {
    scope: 'Cluster',
    names: { shortNames: ['zn', 'zo'], categories: ['vendor'] },
    version: { subresources: { status: {} } },
  },
);

const accept = (kind: string) => ({
  accept: `application/json;g=apidiscovery.k8s.io;v=v2;as=${kind},application/json`,
});

type Listed = { readonly name?: string; readonly resource?: string };

/** The built-in kinds that the sandbox serves; a real server serves more of them. */
const kept =
  /^(?!\w+\/(proxy|attach|exec|portforward)$)(configmaps|endpoints|events|namespaces|nodes|pods|podtemplates|secrets|services|serviceaccounts|deployments|replicasets|jobs|horizontalpodautoscalers|ingresses|leases|endpointslices|poddisruptionbudgets|roles|rolebindings|clusterroles|clusterrolebindings|selfsubjectaccessreviews|selfsubjectrulesreviews|customresourcedefinitions)(\/.*)?$/;

const resourcesOf = (path: string): Step => ({
  ...get(`resources of ${path}`, path),
  looksAt: (body) => {
    const { resources = [], ...rest } = body as { resources?: readonly (Listed & Record<string, unknown>)[] };
    return {
      ...rest,
      resources: resources
        .filter(({ name = '' }) => kept.test(name))
        .map(({ storageVersionHash: _hash, ...resource }) => resource)
        .sort((a, b) => (String(a.name) < String(b.name) ? -1 : 1)),
    };
  },
});

const schemaOf = (does: string, path: string, name: string): Step => ({
  ...get(does, path),
  looksAt: (body) => (body as { components: { schemas: Record<string, unknown> } }).components.schemas[name],
});

const pathsOf = (does: string, path: string, wanted: RegExp): Step => ({
  ...get(does, path),
  looksAt: (body) =>
    Object.entries((body as { paths: Record<string, Record<string, unknown>> }).paths)
      .filter(([name]) => wanted.test(name))
      .map(([name, operations]) => [
        name,
        Object.keys(operations)
          .filter((method) => method !== 'parameters')
          .sort(),
      ])
      .sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1)),
});

export const discoveryScenarios: readonly Scenario[] = [
  {
    name: 'discovery',
    definitions: [widgetDefinition, clustered],
    steps: [
      resourcesOf('/api/v1'),
      resourcesOf('/apis/apps/v1'),
      resourcesOf('/apis/batch/v1'),
      resourcesOf('/apis/autoscaling/v2'),
      resourcesOf('/apis/networking.k8s.io/v1'),
      resourcesOf('/apis/coordination.k8s.io/v1'),
      resourcesOf('/apis/discovery.k8s.io/v1'),
      resourcesOf('/apis/policy/v1'),
      resourcesOf('/apis/rbac.authorization.k8s.io/v1'),
      resourcesOf('/apis/authorization.k8s.io/v1'),
      resourcesOf('/apis/apiextensions.k8s.io/v1'),
      { ...get('custom resources', '/apis/conformance.dev/v1'), looksAt: withoutHashes },
      {
        ...get('custom resources of the cluster', '/apis/vendor.dev/v1'),
        looksAt: (body) =>
          (withoutHashes(body) as { resources: Listed[] }).resources.filter(({ name = '' }) =>
            name.startsWith('zones'),
          ),
      },
      get('a group', '/apis/conformance.dev'),
      get('a built-in group', '/apis/apps'),
      get('an unknown group', '/apis/nowhere.dev'),
      get('an unknown version', '/apis/conformance.dev/v9'),
      get('an unknown version of a built-in group', '/apis/apps/v9'),
      {
        ...get('all groups', '/apis'),
        looksAt: (body) =>
          (body as { groups: { name: string }[] }).groups.filter(({ name }) =>
            ['apps', 'batch', 'conformance.dev'].includes(name),
          ),
      },
      {
        ...get('the core versions', '/api'),
        looksAt: (body) => ({ ...(body as object), serverAddressByClientCIDRs: [] }),
      },
      {
        ...get('all of it at once', '/apis', {}, accept('APIGroupDiscoveryList')),
        looksAt: (body) => {
          const { items, ...rest } = withoutHashes(body) as { items: { metadata: { name?: string } }[] };
          return { ...rest, items: items.filter(({ metadata }) => metadata.name === 'conformance.dev') };
        },
      },
      {
        ...get('the core at once', '/api', {}, accept('APIGroupDiscoveryList')),
        looksAt: (body) => {
          const { items, ...rest } = withoutHashes(body) as {
            items: { versions: { resources: Listed[] }[] }[];
          };
          const pods = items
            .flatMap(({ versions }) => versions.flatMap(({ resources }) => resources))
            .filter(({ resource = '' }) => ['configmaps', 'namespaces', 'secrets'].includes(resource));
          return { ...rest, pods };
        },
      },
      get('health', '/healthz'),
      get('readiness', '/readyz'),
      get('life', '/livez'),
    ],
  },
  {
    name: 'published schemas',
    definitions: [widgetDefinition, clustered],
    steps: [
      {
        ...schemaOf('a custom kind', '/openapi/v3/apis/conformance.dev/v1', 'dev.conformance.v1.Widget'),
        looksAt: schemaFrom('dev.conformance.v1.Widget'),
      },
      {
        ...schemaOf('its list', '/openapi/v3/apis/conformance.dev/v1', 'dev.conformance.v1.WidgetList'),
        looksAt: schemaFrom('dev.conformance.v1.WidgetList'),
      },
      {
        ...get('a built-in kind', '/openapi/v3/apis/apps/v1'),
        looksAt: schemaFrom('io.k8s.api.apps.v1.DeploymentSpec'),
      },
      {
        ...get('another built-in kind', '/openapi/v3/api/v1'),
        looksAt: schemaFrom('io.k8s.api.core.v1.ServicePort'),
      },
      pathsOf('paths of a custom kind', '/openapi/v3/apis/conformance.dev/v1', /widgets/),
      pathsOf('paths of a built-in kind', '/openapi/v3/apis/apps/v1', /deployments/),
      get('a document that is not there', '/openapi/v3/apis/nowhere.dev/v1'),
      {
        ...get('where the documents are', '/openapi/v3'),
        looksAt: (body) =>
          Object.keys((body as { paths: object }).paths).filter((path) =>
            ['api/v1', 'apis/apps/v1', 'apis/conformance.dev/v1', 'apis/batch/v1'].includes(path),
          ),
      },
      {
        ...get('the older document', '/openapi/v2'),
        looksAt: (body) => {
          const { swagger, definitions } = body as {
            swagger: string;
            definitions: Record<string, Record<string, unknown>>;
          };
          return {
            swagger,
            widget: definitions['dev.conformance.v1.Widget']?.['x-kubernetes-group-version-kind'],
          };
        },
      },
    ],
  },
];

function withoutHashes(body: unknown): unknown {
  return JSON.parse(JSON.stringify(body), (key, value: unknown) =>
    key === 'storageVersionHash' ? undefined : value,
  );
}

/** One schema, without descriptions, which are nobody's to copy. */
function schemaFrom(name: string): (body: unknown) => unknown {
  return (body) => {
    const { schemas } = (body as { components: { schemas: Record<string, unknown> } }).components;
    return JSON.parse(JSON.stringify(schemas[name] ?? null), (key, value: unknown) =>
      key === 'description' && typeof value === 'string' ? undefined : value,
    );
  };
}

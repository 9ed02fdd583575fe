import { definitions } from '../../../src/sandbox/builtin/definitions.ts';
import {
  configMap,
  configMaps,
  ok,
  patchType,
  refusal,
  take,
  widget,
  widgetCrd,
  widgets,
  world,
} from './support.ts';

const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const version = (name: string, more: object = {}) => ({
  name,
  served: true,
  storage: false,
  schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
  ...more,
});

test('a definition is established in the write that stores it, and served from then on', async () => {
  const { send } = world();
  const crd = ok(await send('POST', path, widgetCrd()));
  expect(crd.status).toMatchObject({
    acceptedNames: { plural: 'widgets', singular: 'widget', listKind: 'WidgetList' },
    storedVersions: ['v1'],
    conditions: [
      { type: 'NamesAccepted', status: 'True' },
      { type: 'Established', status: 'True' },
    ],
  });
  expect((await send('POST', widgets, widget('w'))).status).toBe(201);
});

test('versions show the same object under their own names, and stored changes reach watchers of each', async () => {
  const { send, server } = world();
  server.installCrd(widgetCrd({ versions: [version('v1', { storage: true }), version('v1alpha1')] }));
  const alpha = '/apis/example.com/v1alpha1/namespaces/default/widgets';
  ok(await send('POST', alpha, { ...widget('w'), apiVersion: 'example.com/v1alpha1' }));
  expect(ok(await send('GET', `${widgets}/w`)).apiVersion).toBe('example.com/v1');
  expect(ok(await send('GET', `${alpha}/w`)).apiVersion).toBe('example.com/v1alpha1');
});

const webhook = {
  strategy: 'Webhook',
  webhook: {
    conversionReviewVersions: ['v1'],
    clientConfig: { service: { name: 'hook', namespace: 'sys', path: '/convert' } },
  },
};

test('where a webhook would have to convert, the version that is stored works and the others say why not', async () => {
  const { send, server } = world();
  const versions = [version('v1alpha1'), version('v1', { storage: true })];
  const made = await send('POST', path, widgetCrd({ versions, conversion: webhook }));
  expect(made.warnings?.join()).toContain('objects can be read and written in version v1 only');
  const watch = await send('GET', widgets.replace('/v1/', '/v1alpha1/'), undefined, {
    query: { watch: 'true' },
  });
  ok(await send('POST', widgets, widget('w')));
  expect(refusal(await send('GET', `${widgets.replace('/v1/', '/v1alpha1/')}/w`))).toContain(
    'conversion webhook for example.com/v1, Kind=Widget failed: Post "https://hook.sys.svc:443/convert?timeout=30s": service "hook" not found',
  );
  expect((await take(watch, 1))[0]?.type).toBe('ERROR');
  server.installCrd(widgetCrd({ versions, conversion: { strategy: 'None' } }));
  expect(ok(await send('GET', `${widgets.replace('/v1/', '/v1alpha1/')}/w`)).metadata.name).toBe('w');
});

test('a deleted definition takes its objects along, and its path is gone', async () => {
  const { send, server } = world();
  server.installCrd(widgetCrd());
  await send('POST', widgets, widget('w', {}));
  const hold = { metadata: { finalizers: ['example.com/hold'] } };
  await send('PATCH', `${widgets}/w`, hold, patchType('merge-patch'));
  await send('DELETE', `${path}/widgets.example.com`);
  expect((await send('GET', `${path}/widgets.example.com`)).status).toBe(200);
  await send('PATCH', `${widgets}/w`, { metadata: { finalizers: null } }, patchType('merge-patch'));
  expect((await send('GET', `${path}/widgets.example.com`)).status).toBe(404);
  expect((await send('GET', widgets)).status).toBe(404);
});

test('installing a definition again brings it up to date and keeps its objects', async () => {
  const { send, server } = world();
  server.installCrd(widgetCrd());
  await send('POST', widgets, widget('w'));
  server.installCrd(widgetCrd({ names: { plural: 'widgets', kind: 'Widget', shortNames: ['wi'] } }));
  expect(ok(await send('GET', `${widgets}/w`)).kind).toBe('Widget');
});

test.each([
  [{ scope: undefined }, 'spec.scope: Required value'],
  [{ group: 'other.com' }, 'must be spec.names.plural+"."+spec.group'],
  [{ versions: [version('v1')] }, 'must have exactly one version marked as storage version'],
  [{ conversion: { strategy: 'Webhook' } }, 'spec.conversion.webhookClientConfig: Required value'],
  [
    {
      conversion: webhook,
      versions: [version('v1', { served: false, storage: true }), version('v1alpha1')],
    },
    'the sandbox calls no webhooks, so the version that is stored must be served',
  ],
  [
    {
      versions: [
        version('v1', {
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', properties: { a: {} } } },
        }),
      ],
    },
    'properties[a].type: Required value: must not be empty for specified object fields',
  ],
])('a definition with %j is refused', async (spec, expected) => {
  expect(refusal(await world().send('POST', path, widgetCrd(spec)))).toContain(expected);
});

test('discovery lists what a definition brings', async () => {
  const { send, server } = world();
  server.installCrd(widgetCrd());
  const list = ok(await send('GET', '/apis/example.com/v1')) as unknown as { resources: { name: string }[] };
  expect(list.resources.map(({ name }) => name)).toEqual(['widgets', 'widgets/status', 'widgets/scale']);
  const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';
  const all = await send('GET', '/apis', undefined, { headers: { accept } });
  expect(JSON.stringify(all.body)).toContain('"resource":"widgets"');
  expect((all as { headers: Record<string, string> }).headers['content-type']).toContain(
    'APIGroupDiscoveryList',
  );
});

test('OpenAPI describes custom and built-in kinds, with the operations that clients look for', async () => {
  const { send, server } = world();
  server.installCrd(widgetCrd());
  const index = ok(await send('GET', '/openapi/v3')) as unknown as { paths: object };
  expect(Object.keys(index.paths)).toEqual(
    expect.arrayContaining(['api/v1', 'apis/apps/v1', 'apis/example.com/v1']),
  );
  const custom = ok(await send('GET', '/openapi/v3/apis/example.com/v1'));
  expect(custom).toMatchObject({
    components: { schemas: { 'com.example.v1.Widget': { properties: { spec: { required: ['size'] } } } } },
  });
  const apps = JSON.stringify(ok(await send('GET', '/openapi/v3/apis/apps/v1')));
  expect(apps).toContain('"name":"fieldValidation"');
  for (const [, name] of apps.matchAll(/"#\/components\/schemas\/([^"]+)"/g))
    expect(apps).toContain(`"${name}":{`);
  expect(Object.keys(definitions).length).toBeGreaterThan(300);
});

test('a patch is on an object that was stored under an older schema', async () => {
  const { server, send } = world();
  server.installCrd(widgetCrd());
  ok(await send('POST', widgets, widget('a', { parts: [] })));
  const narrowed = structuredClone(widgetCrd()) as unknown as {
    spec: {
      versions: {
        schema: { openAPIV3Schema: { properties: { spec: { properties: Record<string, unknown> } } } };
      }[];
    };
  };
  const [version] = narrowed.spec.versions;
  delete version?.schema.openAPIV3Schema.properties.spec.properties['size'];
  server.installCrd(narrowed as never);
  const patched = ok(
    await send('PATCH', `${widgets}/a`, { metadata: { labels: { a: 'b' } } }, patchType('merge-patch')),
  );
  expect(patched.metadata.labels).toEqual({ a: 'b' });
  expect(patched.spec).not.toHaveProperty('size');
});

test('a strict patch with an unknown member is refused as invalid', async () => {
  const { send } = world();
  ok(await send('POST', configMaps, configMap('a')));
  const extra = patchType('merge-patch');
  const strict = { ...extra, query: { fieldValidation: 'Strict' } };
  const answer = refusal(await send('PATCH', `${configMaps}/a`, { bogus: 1 }, strict));
  expect(answer).toMatch(
    /^422 .*is invalid: patch: Invalid value: .*strict decoding error: unknown field "bogus"/,
  );
});

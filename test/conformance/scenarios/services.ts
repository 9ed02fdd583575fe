import { core, create, get, patch, put } from '../requests.ts';
import type { Scenario } from '../scenario.ts';

export const servicesScenarios: readonly Scenario[] = [
  {
    name: 'services',
    steps: [
      create('create', core('services'), {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'a' },
        spec: { selector: { app: 'a' }, ports: [{ port: 80 }] },
      }),
      create('a node port', core('services'), {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'n' },
        spec: {
          type: 'NodePort',
          selector: { app: 'a' },
          ports: [{ port: 80, targetPort: 'http' }],
        },
      }),
      create('headless', core('services'), {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'h' },
        spec: { clusterIP: 'None', selector: { app: 'a' }, ports: [{ port: 80 }] },
      }),
      create('external', core('services'), {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'e' },
        spec: { type: 'ExternalName', externalName: 'x.dev' },
      }),
      create('no ports', core('services'), {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'b' },
        spec: {},
      }),
      create('ports without names', core('services'), {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'b' },
        spec: { ports: [{ port: 80 }, { port: 81 }] },
      }),
      create('a port twice', core('services'), {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'b' },
        spec: {
          ports: [
            { name: 'a', port: 80 },
            { name: 'b', port: 80 },
          ],
        },
      }),
      create('a port out of range', core('services'), {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'b' },
        spec: { ports: [{ port: 0 }] },
      }),
      create('an unknown type', core('services'), {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'b' },
        spec: { type: 'Magic', ports: [{ port: 80 }] },
      }),
      create('a bad name', core('services'), {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: '1.b' },
        spec: { ports: [{ port: 80 }] },
      }),
      patch('merge', core('services', 'a'), { spec: { selector: { app: 'b' } } }, 'another selector'),
      patch(
        'json',
        core('services', 'a'),
        [{ op: 'add', path: '/spec/selector/hash', value: 'x' }],
        'add to the selector',
      ),
      patch('merge', core('services', 'a'), { spec: { clusterIP: '10.0.0.99' } }, 'another address'),
      put('replace without an address', core('services', 'a'), {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'a' },
        spec: { selector: { app: 'c' }, ports: [{ port: 80 }] },
      }),
      get('as a table', core('services'), {}, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' }),
    ],
  },
];

import type { KubeObject } from '../../../src/api/meta.ts';
import { type Instant, instant } from '../../../src/kernel/instant.ts';
import { random } from '../../../src/kernel/random.ts';
import type { ApiResponse, ApiServer, WatchLine } from '../../../src/sandbox/server.ts';
import { createApiServer } from '../../../src/sandbox/server.ts';

/** A server at a fixed time; `tick` moves it and runs what is due. */
export interface World {
  readonly server: ApiServer;
  tick(seconds: number): void;
  send(method: string, path: string, body?: unknown, extra?: Extra): Promise<ApiResponse>;
}

export interface Extra {
  readonly query?: Record<string, string>;
  readonly headers?: Record<string, string>;
}

export function world(options: { historyLength?: number } = {}): World {
  let now = instant(Date.parse('2026-01-01T00:00:00Z'));
  let tasks: { at: Instant; task: () => void }[] = [];
  const clock = {
    now: () => now,
    schedule(at: Instant, task: () => void) {
      const entry = { at, task };
      tasks.push(entry);
      return () => {
        tasks = tasks.filter((other) => other !== entry);
      };
    },
  };
  const server = createApiServer({ clock, random: random(1), ...options });
  return {
    server,
    tick(seconds) {
      now = instant(now + seconds * 1000);
      const due = tasks.filter(({ at }) => at <= now);
      tasks = tasks.filter(({ at }) => at > now);
      for (const { task } of due) task();
    },
    send(method, path, body, { query = {}, headers = {} } = {}) {
      return server.handle({
        method,
        path,
        query: new URLSearchParams(query),
        headers: { 'user-agent': 'test/1', ...headers },
        ...(body === undefined ? {} : { body }),
      });
    },
  };
}

export const patchType = (kind: 'json-patch' | 'merge-patch' | 'strategic-merge-patch'): Extra => ({
  headers: { 'content-type': `application/${kind}+json` },
});

export const applyAs = (fieldManager: string, query: Record<string, string> = {}): Extra => ({
  query: { fieldManager, ...query },
  headers: { 'content-type': 'application/apply-patch+yaml' },
});

/** The body of a response as an object; fails the test when the request failed. */
export function ok(response: ApiResponse): KubeObject & Record<string, never> {
  if (response.status >= 400) throw new Error(`${response.status}: ${JSON.stringify(response.body)}`);
  return response.body as KubeObject & Record<string, never>;
}

/** The message of a response that must be a refusal. */
export function refusal(response: ApiResponse): string {
  if (response.status < 400) throw new Error(`expected a refusal, got ${response.status}`);
  const { message } = response.body as { message: string };
  return `${response.status} ${message}`;
}

/** Reads that many events of a watch, then closes it. */
export async function take(response: ApiResponse, count: number): Promise<WatchLine[]> {
  if (response.stream === undefined) throw new Error(`no stream: ${JSON.stringify(response.body)}`);
  const lines: WatchLine[] = [];
  if (count === 0) return lines;
  for await (const line of response.stream) {
    lines.push(line);
    if (lines.length === count) break;
  }
  return lines;
}

export const configMaps = '/api/v1/namespaces/default/configmaps';

export function configMap(
  name: string,
  data: Record<string, string> = {},
  metadata: object = {},
): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...metadata }, data } as KubeObject;
}

export const widgets = '/apis/example.com/v1/namespaces/default/widgets';

/** A definition with one of each: defaults, types, limits, a status and a scale door. */
export function widgetCrd(spec: object = {}): KubeObject {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'widgets', kind: 'Widget', shortNames: ['wd'], categories: ['all'] },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          subresources: {
            status: {},
            scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' },
          },
          additionalPrinterColumns: [
            { name: 'Size', type: 'string', jsonPath: '.spec.size' },
            { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
          ],
          schema: { openAPIV3Schema: widgetSchema },
        },
      ],
      ...spec,
    },
  };
}

const widgetSchema = {
  type: 'object',
  required: ['spec'],
  properties: {
    apiVersion: { type: 'string' },
    kind: { type: 'string' },
    metadata: { type: 'object' },
    spec: {
      type: 'object',
      required: ['size'],
      properties: {
        size: { type: 'string', enum: ['small', 'large'] },
        replicas: { type: 'integer', default: 1, minimum: 0, maximum: 10 },
        port: { 'x-kubernetes-int-or-string': true },
        code: { type: 'string', pattern: '^[a-z]+$', maxLength: 5, minLength: 2 },
        owner: { type: 'string', nullable: true },
        fixed: {
          type: 'string',
          'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'fixed is immutable' }],
        },
        free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        labels: { type: 'object', additionalProperties: { type: 'string' } },
        tags: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
        parts: {
          type: 'array',
          maxItems: 3,
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
          items: {
            type: 'object',
            required: ['name'],
            properties: { name: { type: 'string' }, weight: { type: 'integer', default: 5 } },
          },
        },
      },
    },
    status: {
      type: 'object',
      properties: { replicas: { type: 'integer' }, phase: { type: 'string' } },
    },
  },
};

export function widget(name: string, spec: object = {}): KubeObject {
  return {
    apiVersion: 'example.com/v1',
    kind: 'Widget',
    metadata: { name },
    spec: { size: 'small', ...spec },
  };
}

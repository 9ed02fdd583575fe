import type { Answer, Step } from './scenario.ts';

export const core = (plural: string, name = '') =>
  `/api/v1/namespaces/{ns}/${plural}${name === '' ? '' : `/${name}`}`;
export const apps = (plural: string, name = '') =>
  `/apis/apps/v1/namespaces/{ns}/${plural}${name === '' ? '' : `/${name}`}`;
export const widgets = (name = '') =>
  `/apis/conformance.dev/v1/namespaces/{ns}/widgets${name === '' ? '' : `/${name}`}`;

export const create = (does: string, path: string, body: unknown, query?: Record<string, string>): Step => ({
  does,
  method: 'POST',
  path,
  body,
  ...(query === undefined ? {} : { query }),
});
export const get = (
  does: string,
  path: string,
  query?: Record<string, string>,
  headers?: Record<string, string>,
): Step => ({
  does,
  method: 'GET',
  path,
  ...(query === undefined ? {} : { query }),
  ...(headers === undefined ? {} : { headers }),
});
export const put = (
  does: string,
  path: string,
  body: Step['body'],
  query?: Record<string, string>,
): Step => ({
  does,
  method: 'PUT',
  path,
  body,
  ...(query === undefined ? {} : { query }),
});
export const remove = (does: string, path: string, body?: unknown): Step => ({
  does,
  method: 'DELETE',
  path,
  ...(body === undefined ? {} : { body }),
});
export const patch = (
  kind: 'merge' | 'json' | 'strategic',
  path: string,
  body: unknown,
  does = `${kind} patch`,
): Step => ({
  does,
  method: 'PATCH',
  path,
  body,
  headers: {
    'content-type':
      kind === 'strategic' ? 'application/strategic-merge-patch+json' : `application/${kind}-patch+json`,
  },
});
export const apply = (
  manager: string,
  path: string,
  body: unknown,
  query: Record<string, string> = {},
): Step => ({
  does: `${manager} applies`,
  method: 'PATCH',
  path,
  body,
  query: { fieldManager: manager, ...query },
  headers: { 'content-type': 'application/apply-patch+yaml' },
});

export const configMap = (name: string, data: object = { a: '1' }, metadata: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...metadata },
  data,
});

export const podSpec = { containers: [{ name: 'web', image: 'nginx:1.25', ports: [{ containerPort: 80 }] }] };
export const pod = (name: string, spec: object = podSpec) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels: { app: name } },
  spec,
});
export const workload = (kind: string, spec: object = {}, labels: object = { app: 'web' }) => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name: 'web' },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels }, spec: podSpec },
    ...spec,
  },
});
export const widget = (name: string, spec: object = {}, metadata: object = {}) => ({
  apiVersion: 'conformance.dev/v1',
  kind: 'Widget',
  metadata: { name, ...metadata },
  spec: { size: 'small', ...spec },
});
export const bodyOf = (answers: readonly Answer[], index: number) =>
  answers[index]?.body as Record<string, unknown>;

/** Opens a watch; later steps read from it. */
export const watch = (
  name: string,
  path: string,
  query: Record<string, string> = {},
  headers?: Record<string, string>,
): Step => ({
  ...get(`watch ${name}`, path, { watch: 'true', ...query }, headers),
  opens: name,
});
/** Reads events from an open watch. */
export const read = (name: string, lines: number): Step => ({
  does: `read ${lines} from ${name}`,
  method: 'GET',
  path: '',
  reads: { watch: name, lines },
});
export const versionOf = (answers: readonly Answer[], index: number): string =>
  (bodyOf(answers, index) as { metadata: { resourceVersion: string } }).metadata.resourceVersion;
export const continueOf = (answers: readonly Answer[], index: number): string =>
  (bodyOf(answers, index) as { metadata: { continue: string } }).metadata.continue;

export const asTable = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' };

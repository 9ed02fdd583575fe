import type { KubeObject, LabelSelector } from '../../api/meta.ts';
import { matchesSelector } from '../../api/meta.ts';
import { formatInstant } from '../../kernel/instant.ts';
import type { Engine } from '../engine.ts';
import {
  cloneJson,
  isObject,
  jsonEqual,
  type MutableJson,
  parseSimplePath,
  sortedMembers,
  valueAt,
  withValueAt,
} from '../json.ts';
import { recordScale } from '../managed/scale-entries.ts';
import { type BodyResponse, json, type Target } from '../request.ts';
import type { Resource } from '../resource.ts';
import { jsonType } from '../schema/decode.ts';
import { badRequest, conflict, invalid, invalidValue, methodNotSupported, StatusError } from '../status.ts';
import { render } from '../tables/render.ts';
import { scaleTable } from '../tables/scale.ts';
import { deleteOptionsOf, writeOptionsOf } from './options.ts';
import { applyConfig, applyType, parsedBody, patched, unpatched } from './patch.ts';
import { removeObject } from './remove.ts';
import { isReview, review } from './reviews.ts';
import { issueToken } from './tokens.ts';
import { entriesOf, readLive, updateFrom, writerOf } from './write.ts';

/** Requests that are not plain reads and writes of objects. Undefined for those that are. */
export function serveSubresource(engine: Engine, target: Target): BodyResponse | undefined {
  const { resource, subresource } = target;
  if (isReview(resource)) return review(engine, target);
  switch (subresource) {
    case undefined:
      return undefined;
    case 'status':
      if (!['get', 'update', 'patch'].includes(target.verb)) throw methodNotSupported();
      return undefined;
    case 'scale':
      return scale(engine, target);
    case 'eviction':
      return evict(engine, target);
    case 'binding':
      return bind(engine, target);
    case 'token':
      return issueToken(engine, target);
    case 'ephemeralcontainers':
    case 'resize':
      if (!['get', 'update', 'patch'].includes(target.verb)) throw methodNotSupported();
      return undefined;
    case 'finalize':
      return finalizeNamespace(engine, target);
    default:
      readLive(engine, target); // 404
      throw new StatusError(
        501,
        'NotImplemented',
        `the sandbox runs no containers: there is no ${subresource} of ${resource.plural} ${JSON.stringify(target.name)}`,
      );
  }
}

interface Scale {
  readonly replicas: number;
  readonly resourceVersion: string | undefined;
}

/** GET, PUT and PATCH of the number of replicas, wherever the kind keeps it. */
function scale(engine: Engine, target: Target): BodyResponse {
  if (!['get', 'update', 'patch'].includes(target.verb)) throw methodNotSupported();
  const live = readLive(engine, target);
  const current = scaleOf(live, target);
  switch (target.verb) {
    case 'get':
      refuseNoReplicas(live, target.resource);
      return json(renderScale(engine, target, current));
    case 'update':
      return setReplicas(engine, target, live, parseScale(target.request.body, target));
    case 'patch': {
      const type = target.request.headers['content-type']?.split(';')[0];
      if (type === applyType) return json(applyScale(engine, target, live));
      const wanted = patched(current, type, target);
      refuseUnset(live, wanted, target.resource);
      return setReplicas(engine, target, live, parsePatchedScale(wanted, target));
    }
    default:
      throw methodNotSupported();
  }
}

function renderScale(engine: Engine, target: Target, current: MutableJson): unknown {
  const resource = { ...target.resource, table: scaleTable };
  return render(current as unknown as KubeObject, { ...target, resource }, engine.clock.now());
}

/** Server-side apply of a Scale: the number of replicas is applied, and owned, where the kind keeps it. */
function applyScale(engine: Engine, target: Target, live: KubeObject): MutableJson {
  const { kind, apiVersion } = live;
  const path = parseSimplePath(target.resource.scale?.specReplicasPath ?? '') ?? [];
  const { replicas } = parseScale(parsedBody(target.request), target);
  const config = withValueAt({ kind, apiVersion, metadata: { name: live.metadata.name } }, path, replicas);
  return scaleOf(applyConfig(engine, target, config as KubeObject).object, target);
}

function scaleOf(live: KubeObject, { resource }: Target): MutableJson {
  const paths = resource.scale;
  if (paths === undefined) throw methodNotSupported();
  const { name, namespace, uid, resourceVersion, creationTimestamp } = live.metadata;
  const selector = selectorText(live, paths.labelSelectorPath);
  const replicas = numberAt(live, paths.specReplicasPath);
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: replicas === 0 ? {} : { replicas },
    status: {
      replicas: numberAt(live, paths.statusReplicasPath),
      ...(selector === undefined ? {} : { selector }),
    },
  };
}

function numberAt(object: KubeObject, path: string): number {
  const value = valueAt(object, parseSimplePath(path) ?? []);
  return typeof value === 'number' ? value : 0;
}

/** A built-in workload always has a number of replicas; a custom one may never have been given one. */
function refuseNoReplicas(live: KubeObject, { builtin, scale: paths }: Resource): void {
  const path = paths?.specReplicasPath ?? '';
  if (builtin || valueAt(live, parseSimplePath(path) ?? []) !== undefined) return;
  const text = `the spec replicas field ${JSON.stringify(path)} does not exist`;
  throw new StatusError(500, 'InternalError', `Internal error occurred: ${text}`, {
    causes: [{ message: text }],
  });
}

/** A patch of a scale that nobody has set must set it. */
function refuseUnset(live: KubeObject, scale: unknown, { scale: paths }: Resource): void {
  const path = paths?.specReplicasPath ?? '';
  if (valueAt(live, parseSimplePath(path) ?? []) !== undefined) return;
  if (valueAt(scale, ['spec', 'replicas']) !== undefined) return;
  throw badRequest(`the spec replicas field ${JSON.stringify(path)} cannot be empty`);
}

/** As text, the way an HPA reads it. A built-in workload keeps its selector as an object. */
function selectorText(live: KubeObject, path: string | undefined): string | undefined {
  if (path !== undefined) {
    const text = valueAt(live, parseSimplePath(path) ?? []);
    return typeof text === 'string' ? text : undefined;
  }
  const selector = valueAt(live, ['spec', 'selector']) as LabelSelector | undefined;
  if (selector === undefined) return undefined;
  const labels = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  const expressions = (selector.matchExpressions ?? []).map(({ key, operator, values = [] }) => {
    if (operator === 'Exists') return key;
    return operator === 'DoesNotExist' ? `!${key}` : `${key} ${operator.toLowerCase()} (${values.join(',')})`;
  });
  return [...labels, ...expressions].join(',');
}

function parseScale(body: unknown, { resource, name: expected = '' }: Target): Scale {
  if (!isObject(body)) throw badRequest('the request has no Scale in its body');
  if (body.kind !== undefined && body.kind !== 'Scale')
    throw badRequest('no kind is registered for the type v1.Scale in scheme "pkg/runtime/scheme.go:110"');
  const name = valueAt(body, ['metadata', 'name']) ?? '';
  if (name !== '' && name !== expected)
    throw badRequest(`the name of the object (${name}) does not match the name on the URL (${expected})`);
  const replicas = valueAt(body, ['spec', 'replicas']) ?? 0;
  if (typeof replicas !== 'number' || !Number.isInteger(replicas)) {
    throw badRequest('Scale in version "v1" cannot be handled as a Scale: spec.replicas must be an integer');
  }
  if (replicas < 0 && resource.builtin) {
    throw invalid(
      { group: 'autoscaling', kind: 'Scale' },
      String(valueAt(body, ['metadata', 'name']) ?? ''),
      [invalidValue('spec.replicas', replicas, 'must be greater than or equal to 0')],
    );
  }
  const resourceVersion = valueAt(body, ['metadata', 'resourceVersion']);
  return { replicas, resourceVersion: typeof resourceVersion === 'string' ? resourceVersion : undefined };
}

/** A patch that makes no Scale is 422, where a whole one of that sort is 400. */
function parsePatchedScale(body: unknown, target: Target): Scale {
  const replicas = valueAt(body, ['spec', 'replicas']) ?? 0;
  if (Number.isInteger(replicas)) return parseScale(body, target);
  const problem = `json: cannot unmarshal ${jsonType(replicas)} into Go struct field ScaleSpec.spec.replicas of type int32`;
  throw unpatched(target, JSON.stringify(sortedMembers(body)), problem);
}

function setReplicas(engine: Engine, target: Target, live: KubeObject, wanted: Scale): BodyResponse {
  const path = parseSimplePath(target.resource.scale?.specReplicasPath ?? '') ?? [];
  const { resourceVersion } = wanted;
  if (
    resourceVersion !== undefined &&
    resourceVersion !== '' &&
    resourceVersion !== live.metadata.resourceVersion
  ) {
    throw conflict(target.resource, live.metadata.name);
  }
  const object = cloneJson(withValueAt(live, path, wanted.replicas));
  const options = writeOptionsOf(target);
  const before = valueAt(live, path) as number | undefined;
  const write = { path, before, after: wanted.replicas };
  const entries = recordScale(entriesOf(object, live), write, writerOf(engine, target, options));
  const written = updateFrom(engine, target, live, { object, warnings: [], entries, applied: true }, options);
  return json(scaleOf(written.object, target), 200, written.warnings);
}

/** POST of an Eviction: a delete that asks the disruption budgets first. */
function evict(engine: Engine, target: Target): BodyResponse {
  if (target.verb !== 'create') throw methodNotSupported();
  if (valueAt(target.request.body, ['metadata', 'name']) !== target.name)
    throw badRequest('name in URL does not match name in Eviction object');
  const pod = readLive(engine, target);
  const budgets = engine.store
    .table('poddisruptionbudgets.policy')
    .list(target.namespace)
    .filter((budget) =>
      matchesSelector(valueAt(budget, ['spec', 'selector']) as LabelSelector, pod.metadata.labels),
    );
  if (budgets.length > 1) {
    throw new StatusError(
      500,
      'InternalError',
      'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    );
  }
  const [budget] = budgets;
  if (budget !== undefined) spendDisruption(engine, budget);
  const body = target.request.body;
  const options = { ...target.request, body: isObject(body) ? body.deleteOptions : undefined };
  removeObject(engine, target.resource, pod, deleteOptionsOf({ ...target, request: options }));
  return json({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 }, 201);
}

function spendDisruption(engine: Engine, budget: KubeObject): void {
  const allowed = valueAt(budget, ['status', 'disruptionsAllowed']);
  if (typeof allowed === 'number' && allowed > 0) {
    engine.store.put(
      'poddisruptionbudgets.policy',
      withValueAt(budget, ['status', 'disruptionsAllowed'], allowed - 1),
    );
    return;
  }
  throw new StatusError(
    429,
    'TooManyRequests',
    "Cannot evict pod as it would violate the pod's disruption budget.",
    {
      causes: [
        {
          reason: 'DisruptionBudget',
          message: `The disruption budget ${budget.metadata.name} does not allow evicting the pod now`,
        },
      ],
    },
  );
}

/** POST of a Binding: what a scheduler does. */
function bind(engine: Engine, target: Target): BodyResponse {
  if (target.verb !== 'create') throw methodNotSupported();
  const pod = readLive(engine, target);
  const node = valueAt(target.request.body, ['target', 'name']);
  const current = valueAt(pod, ['spec', 'nodeName']);
  if (current !== undefined && current !== '') {
    throw conflict(
      { group: '', plural: 'pods/binding' },
      pod.metadata.name,
      `pod ${pod.metadata.name} is already assigned to node ${JSON.stringify(current)}`,
    );
  }
  if (typeof node !== 'string') throw badRequest('the binding names no node');
  if (!writeOptionsOf(target).dryRun) {
    const isScheduled = {
      type: 'PodScheduled',
      status: 'True',
      lastTransitionTime: formatInstant(engine.clock.now()),
    };
    const others = valueAt(pod, ['status', 'conditions']);
    const conditions = [
      ...(Array.isArray(others) ? others.filter(({ type }) => type !== 'PodScheduled') : []),
      isScheduled,
    ];
    const bound = withValueAt(
      withValueAt(pod, ['spec', 'nodeName'], node),
      ['status', 'conditions'],
      conditions,
    );
    engine.putOwn(target.resource.storage, bound, pod);
  }
  return json({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 }, 201);
}

/** PUT of `spec.finalizers` of a namespace. */
function finalizeNamespace(engine: Engine, target: Target): BodyResponse {
  const live = readLive(engine, target);
  const finalizers = valueAt(target.request.body, ['spec', 'finalizers']);
  const object = cloneJson(withValueAt(live, ['spec', 'finalizers'], finalizers));
  if (jsonEqual(object, live)) return json(live);
  const candidate = { object, warnings: [], entries: entriesOf(object, live) };
  const written = updateFrom(engine, target, live, candidate, writeOptionsOf(target));
  return json(render(written.object, target, engine.clock.now()));
}

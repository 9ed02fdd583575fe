import { type KubeObject, objectKey } from '../../api/meta.ts';
import { addSeconds, formatInstant, parseInstant } from '../../kernel/instant.ts';
import { fnv1a32 } from '../../kernel/random.ts';
import type { Controller } from './controller.ts';
import { type WorkloadApi, workloadResources } from './workload-api.ts';

/** The event of an object, as `kubectl describe` lists it. The same again counts up, as the real recorders do. */
export function recordEvent(
  api: WorkloadApi,
  object: KubeObject,
  event: {
    readonly type?: 'Normal' | 'Warning';
    readonly reason: string;
    readonly message: string;
    readonly component: string;
  },
): void {
  const { type = 'Normal', reason, message, component } = event;
  const namespace = object.metadata.namespace ?? 'default';
  const at = formatInstant(api.now());
  // The same event has the same name, so that counting up needs no search.
  const name = `${object.metadata.name}.${fnv1a32(`${object.metadata.uid}/${reason}/${message}`).toString(16)}`;
  const same = api.get<RecordedEvent>(workloadResources.events, namespace, name);
  if (same !== undefined) {
    api.patch(workloadResources.events, same, { count: (same.count ?? 1) + 1, lastTimestamp: at });
    return;
  }
  create(api, {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name, namespace },
    involvedObject: {
      apiVersion: object.apiVersion,
      kind: object.kind,
      name: object.metadata.name,
      namespace: object.metadata.namespace,
      uid: object.metadata.uid,
      resourceVersion: object.metadata.resourceVersion,
    },
    reason,
    message,
    type,
    source: { component },
    reportingComponent: component,
    reportingInstance: '',
    firstTimestamp: at,
    lastTimestamp: at,
    count: 1,
  } as RecordedEvent);
}

/** An event of each shape that was created; all others of that shape are made like it. */
const models = new WeakMap<WorkloadApi, Map<string, RecordedEvent>>();

function create(api: WorkloadApi, event: RecordedEvent): void {
  const known = models.get(api) ?? new Map<string, RecordedEvent>();
  models.set(api, known);
  const shape = event.involvedObject.namespace === undefined ? 'cluster-wide' : 'namespaced';
  const model = known.get(shape);
  const another = model && api.createAnother(workloadResources.events, model, { ...event });
  if (another === undefined) known.set(shape, api.create<RecordedEvent>(workloadResources.events, event));
}

interface RecordedEvent extends KubeObject {
  involvedObject: { namespace?: string | undefined };
  count?: number;
  lastTimestamp?: string;
}

/** The real server keeps events for an hour. */
const eventLifetimeSeconds = 3600;

/** Forgets events that have not been seen again for an hour. */
export const eventExpiry: Controller = {
  name: 'event-expiry',
  concerns: ({ resource, type, object }) =>
    resource === 'events' && type !== 'DELETED'
      ? [objectKey(object.metadata.namespace, object.metadata.name)]
      : [],
  reconcile(namespace, name, api) {
    const event = api.get<RecordedEvent>(workloadResources.events, namespace, name);
    if (event === undefined) return undefined;
    const seenAt = parseInstant(event.lastTimestamp ?? event.metadata.creationTimestamp) ?? api.now();
    const expiresAt = addSeconds(seenAt, eventLifetimeSeconds);
    if (expiresAt > api.now()) return expiresAt;
    api.remove(workloadResources.events, event);
    return undefined;
  },
};
